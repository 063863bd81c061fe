"""The configuration of a Docker engine: whose file it is, what dockerd refuses in it, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.boundary.engines import on_loopback, open_hosts
from gate.dialects.docker_daemon import KEYS
from gate.model.daemon import Daemon
from gate.model.evidence import Unknown, known
from gate.model.source import Source
from gate.readers.docker_daemon import READER
from tests.verbs import NoFiles, check, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.reader import Reading


def reading(text: str, path: str = "etc/docker/daemon.json") -> Reading:
    source = Source(path, text.encode())
    assert READER.claims(source)
    return READER.read(source, NoFiles())


def daemon(text: str) -> Daemon:
    (definition,) = reading(text).definitions
    assert isinstance(definition.body, Daemon)
    return definition.body


def test_what_dockerd_has_where_nothing_is_written() -> None:
    one = daemon('{"debug": true}')
    assert known(one.seccomp) == "builtin"
    assert [known(setting) for setting in (one.remapped, one.no_new_privileges, one.verified)] == [False] * 3
    assert [known(setting) for setting in (one.bridge, one.networks, one.firewall)] == [True] * 3
    assert one.hosts.members == one.runtimes.members == one.insecure_registries.members == ()


@pytest.mark.parametrize("name", ["icc", "iptables"])
def test_null_switches_off(name: str) -> None:
    one = daemon(f'{{"{name}": null}}')
    assert known(one.bridge if name == "icc" else one.firewall) is False


def test_of_a_key_that_is_given_twice_the_last_counts() -> None:
    assert known(daemon('{"icc": false, "icc": true}').bridge) is True


def test_runtimes_that_are_given_twice_are_not_known() -> None:
    two = '{"runtimes": {"a": {"path": "runsc"}}, "runtimes": {"b": {"path": "runc"}}}'
    assert not daemon(two).runtimes.complete


@pytest.mark.parametrize(
    ("text", "verified"),
    [
        ("{}", False),
        ('{"tls": true}', True),
        ('{"tls": true, "tlsverify": false}', False),
        ('{"tlsverify": true}', True),
        ('{"tls": false}', False),
    ],
)
def test_who_needs_a_certificate(text: str, verified: bool) -> None:
    one = daemon(text[:-1] + ("" if text == "{}" else ", ") + '"hosts": ["tcp://0.0.0.0:1", "unix:///run/d.sock"]}')
    assert [host.value for host in open_hosts(one)] == ([] if verified else ["tcp://0.0.0.0:1"])


@pytest.mark.parametrize(
    "host", ["tcp://127.0.0.1:2375", "tcp://:2375", "tcp://", "localhost:2375", "tcp://[::1]:2375"]
)
def test_on_the_loopback(host: str) -> None:
    assert on_loopback(host)


@pytest.mark.parametrize("host", ["tcp://0.0.0.0:2375", "tcp://[::]:2375", "10.0.0.1:2375", "tcp://host.example:2375"])
def test_on_the_network(host: str) -> None:
    assert not on_loopback(host)


def test_an_option_in_other_letters_is_refused() -> None:
    (problem,) = reading('{"icc": false, "Userns-Remap": "default"}').problems
    assert (problem.cause.split()[0], problem.at.line) == ("`Userns-Remap`", 1)


@pytest.mark.parametrize("name", ["cdi-spec-dirs", "network-diagnostic-port", "userland-proxy-path", "extension-dirs"])
def test_an_option_of_some_version_is_taken(name: str) -> None:
    assert not reading(f'{{"{name}": "x"}}').problems


def test_a_table_that_is_empty_holds_no_options() -> None:
    assert not reading('{"icc": true, "storage": {}}').problems
    assert reading('{"icc": true, "storage": {"driver": "x"}}').problems


def test_a_value_of_the_wrong_type_is_unknown() -> None:
    assert isinstance(daemon('{"icc": "false"}').bridge, Unknown)
    assert not daemon('{"hosts": "tcp://0.0.0.0:2375"}').hosts.complete


OTHERS = [
    *('{"name": "x"}', "[]", "3", "{", "not json", '{"version": "1.0"}'),
    *('{"host": "localhost", "port": 80, "debug": true}', '{"apps": [], "labels": {},}'),
]


@pytest.mark.parametrize("text", OTHERS)
def test_what_configures_no_engine_is_skipped_with_a_reason(text: str) -> None:
    found = reading(text)
    assert (found.definitions, found.problems) == ((), ())
    assert "no option of dockerd" in found.skipped[0].reason


def test_half_a_configuration_is_not_understood() -> None:
    (problem,) = reading('{"hosts": ["tcp://0.0.0.0:2375"').problems
    assert "not JSON" in problem.cause


def test_a_template_is_not_rendered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"files/daemon.json.j2": '{"icc": {{ icc }}}\n', "Dockerfile": "FROM scratch\nUSER 1\n"})
    answer = check(capsys, tmp_path)
    assert "is a template that nobody has rendered" in answer.out


def test_another_file_is_not_claimed() -> None:
    assert not READER.claims(Source("config.json", b'{"icc": false, "auths": {}}'))
    assert {"icc", "hosts", "runtimes"} <= KEYS
