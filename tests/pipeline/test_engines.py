"""What configurations of Docker engines in sight make of containers, and what is said of the engines themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.verbs import check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

#: Everything that makes L3 but new privileges and a user of its own.
HARDENED = """services:
  web:
    image: registry.example/web:1.4.2
    cap_drop: [ALL]
    USER
"""
DECLARED = "version: 1\nplatform:\n  docker: DOCKER\n"


def judged(
    capsys: pytest.CaptureFixture[str], folder: Path, *engines: str, user: str = 'user: "1000"', docker: str = ""
) -> Any:
    files = {f"engines/{index}/daemon.json": text for index, text in enumerate(engines)}
    declared = {".gate.yaml": DECLARED.replace("DOCKER", docker)} if docker else {}
    write_all(folder, {"deploy/compose.yaml": HARDENED.replace("USER", user), **files, **declared})
    (folder / ".git").mkdir(exist_ok=True)
    return check(capsys, folder / "deploy" / "compose.yaml").subject("/web")


def levels(subject: Any) -> tuple[str, str]:
    return subject["boundary"]["worst"], subject["boundary"]["best"]


def test_what_an_engine_adds_is_only_asserted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = judged(capsys, tmp_path, '{"no-new-privileges": true}')
    assert levels(subject) == ("L2", "L3")
    assert "ISO029" in rules(subject, "undecided")


def test_what_not_all_engines_add_is_not_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = judged(capsys, tmp_path, '{"no-new-privileges": true}', '{"debug": true}')
    assert levels(subject) == ("L2", "L2")


def test_the_declaration_settles_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = judged(capsys, tmp_path, '{"debug": true}', docker="{no_new_privileges: true}")
    assert levels(subject) == ("L3", "L3")
    subject = judged(capsys, tmp_path, '{"no-new-privileges": true}', docker="{no_new_privileges: false}")
    assert levels(subject) == ("L2", "L2")


def test_a_map_of_users_is_only_asserted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    privileged = 'user: "1000"\n    privileged: true'
    assert levels(judged(capsys, tmp_path, '{"userns-remap": "default"}', user=privileged)) == ("L0", "L1")
    assert levels(judged(capsys, tmp_path, '{"userns-remap": ""}', user=privileged)) == ("L0", "L0")


@pytest.mark.parametrize(
    ("engine", "rule", "level"),
    [
        ('{"seccomp-profile": "unconfined"}', "ISO030", "L1"),
        ('{"default-cgroupns-mode": "host"}', "ISO006", "L1"),
        ('{"hosts": ["tcp://0.0.0.0:2375"]}', "ISO009", "L0"),
    ],
)
def test_what_an_engine_takes_away_counts(
    engine: str, rule: str, level: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = judged(capsys, tmp_path, '{"debug": true}', engine)
    assert subject["boundary"]["worst"] == level
    (finding,) = [one for one in subject["findings"] if one["rule"] == rule and one["outcome"] == "failed"]
    assert finding["location"]["path"] == "engines/1/daemon.json"


@pytest.mark.parametrize(
    ("network", "address", "level"),
    [
        ("none", "10.0.0.1", "L2"),
        ("bridge", "127.0.0.1", "L2"),
        ("bridge", "10.0.0.1", "L0"),
        ("host", "127.0.0.1", "L0"),
    ],
)
def test_an_api_counts_for_whoever_reaches_it(
    network: str, address: str, level: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = f'{{"hosts": ["tcp://{address}:2375"]}}'
    assert levels(judged(capsys, tmp_path, engine, user=f"network_mode: {network}"))[0] == level


def test_what_a_container_asks_for_itself_is_not_the_engines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = 'user: "1000"\n    security_opt: ["seccomp=builtin", "no-new-privileges:true"]\n    cgroup: private'
    engine = '{"seccomp-profile": "unconfined", "default-cgroupns-mode": "host"}'
    assert levels(judged(capsys, tmp_path, engine, user=asked)) == ("L3", "L3")


RUNTIME = '{{"runtimes": {{"box": {{"{0}": "{1}"}}}}}}'


@pytest.mark.parametrize(
    ("engines", "level", "grade"),
    [
        ((RUNTIME.format("path", "/usr/local/bin/runsc"),), "L4", "referenced"),
        ((RUNTIME.format("runtimeType", "io.containerd.kata.v2"),), "L5", "referenced"),
        ((RUNTIME.format("path", "/usr/bin/runc"),), "L2", "referenced"),
        ((RUNTIME.format("path", "/opt/own"),), "L2", "referenced"),
        ((RUNTIME.format("path", "runsc"), RUNTIME.format("path", "runc")), "L2", "asserted"),
        (('{"debug": true}',), "L2", "asserted"),
    ],
)
def test_a_runtime_is_what_the_engines_have_behind_its_name(
    engines: tuple[str, ...], level: str, grade: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = judged(capsys, tmp_path, *engines, user="runtime: box")
    assert (subject["boundary"]["worst"], subject["boundary"]["grade"]) == (level, grade)


def test_a_shim_of_another_program_is_that_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = "runtime: io.containerd.runsc.v1"
    assert levels(judged(capsys, tmp_path, '{"debug": true}', user=asked))[0] == "L4"
    engine = '{"runtimes": {"io.containerd.runsc.v1": {"path": "runc"}}}'
    assert levels(judged(capsys, tmp_path, engine, user=asked))[0] == "L2"


def test_flags_that_open_a_sandbox_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = '{"runtimes": {"box": {"path": "runsc", "runtimeArgs": ["--host-uds=all"]}}}'
    subject = judged(capsys, tmp_path, engine, user="runtime: box")
    assert "ISO046" in rules(subject)
    assert subject["boundary"]["worst"] == "L0"


def test_a_runtime_by_default_raises_nothing_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = '{"default-runtime": "box", "runtimes": {"box": {"path": "runsc"}}}'
    worst, best = levels(judged(capsys, tmp_path, engine))
    assert worst == "L2"
    assert best > "L2"
    assert levels(judged(capsys, tmp_path, engine, '{"debug": true}'))[1] == "L2"
    nvidia = '{"default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}}'
    assert levels(judged(capsys, tmp_path, nvidia))[0] == "L2"


def segments(subject: Any) -> set[str]:
    return {one["outcome"] for one in subject["findings"] if one["rule"] == "ISO071"}


def test_containers_that_an_engine_keeps_from_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apart, bridged = '{"icc": false}', "network_mode: bridge"
    assert segments(judged(capsys, tmp_path, user=bridged)) == {"failed"}
    assert segments(judged(capsys, tmp_path, apart, user=bridged)) == {"failed", "undecided"}
    assert segments(judged(capsys, tmp_path, apart, '{"debug": true}', user=bridged)) == {"failed"}
    assert segments(judged(capsys, tmp_path, apart, user=bridged, docker="{icc: true}")) == {"failed"}


def test_the_default_of_networks_counts_for_those_without_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = '{"default-network-opts": {"bridge": {"com.docker.network.bridge.enable_icc": "false"}}}'
    assert segments(judged(capsys, tmp_path, engine)) == {"failed", "undecided"}
    assert segments(judged(capsys, tmp_path, engine, docker="{icc: false}")) == {"failed", "undecided"}


def test_without_a_firewall_no_bridge_is_closed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = "networks: [own]\nnetworks:\n  own: {}"
    found = judged(capsys, tmp_path, user=own)
    assert [one["location"]["path"] for one in found["findings"] if one["rule"] == "ISO071"] == ["deploy/compose.yaml"]
    found = judged(capsys, tmp_path, '{"iptables": false}', user=own)
    (one,) = (one for one in found["findings"] if one["rule"] == "ISO071")
    assert "engines/0/daemon.json" in {one["location"]["path"], *(place["path"] for place in one["related"])}
    assert not segments(judged(capsys, tmp_path, '{"iptables": false}', user="network_mode: none"))


def test_pods_podman_and_tasks_of_ecs_do_not_ask_an_engine_in_sight(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: web}]\n"
    unit = "[Container]\nImage=registry.example/web:1.4.2\n"
    engine = '{"hosts": ["tcp://0.0.0.0:2375"], "seccomp-profile": "unconfined"}'
    task = (
        '{"family": "web", "requiresCompatibilities": ["EC2"], "containerDefinitions": [{"name": "a", "image": "b"}]}'
    )
    write_all(tmp_path, {"pod.yaml": pod, "web.container": unit, "task.json": task, "daemon.json": engine})
    report = check(capsys, tmp_path).report
    found = {one["rule"] for subject in report["subjects"] for one in subject["findings"]}
    assert not found & {"ISO009", "ISO030"}


def test_a_folder_of_nothing_but_an_engine_is_something_to_judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"docker/daemon.json": '{"iptables": false}'})
    answer = check(capsys, tmp_path)
    assert answer.status == 0
    assert [one["rule"] for one in answer.report["findings"]] == ["ISO102"]


def test_an_unknown_option_is_not_understood(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"daemon.json": '{"iptables": true,\n "usernsremap": "default"}'})
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert (gap["location"]["line"], "`usernsremap` is no option" in gap["reason"]) == (2, True)


UNIT = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd FLAGS\n"


def started(
    capsys: pytest.CaptureFixture[str], folder: Path, flags: str, *engines: str, user: str = 'user: "1000"'
) -> Any:
    write_all(folder, {"units/docker.service.d/flags.conf": UNIT.replace("FLAGS", flags)})
    return judged(capsys, folder, *engines, user=user)


@pytest.mark.parametrize(
    ("flags", "rule", "level"),
    [
        ("-H fd://", "", "L2"),
        ("-H fd:// -H tcp://10.0.0.1:2375", "ISO009", "L0"),
        ("--host=tcp://10.0.0.1:2375 --tls", "", "L2"),
        ("--host tcp://10.0.0.1:2376 --tlsverify=true --tlscacert /ca.pem", "", "L2"),
        ("--host tcp://10.0.0.1:2376 --tlsverify=false", "ISO009", "L0"),
        ("--seccomp-profile=unconfined", "ISO030", "L1"),
        ("--default-cgroupns-mode host", "ISO006", "L1"),
        ("--no-new-privileges --userns-remap=default", "", "L2"),
    ],
)
def test_flags_of_a_unit_count_like_a_configuration(
    flags: str, rule: str, level: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = started(capsys, tmp_path, flags)
    assert levels(subject)[0] == level
    assert not rule or rule in rules(subject)


def test_what_a_unit_leaves_out_is_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert levels(started(capsys, tmp_path, "-H fd://", '{"no-new-privileges": true}')) == ("L2", "L3")
    api = started(capsys, tmp_path / "api", "-H tcp://10.0.0.1:2376", '{"tlsverify": true}')
    assert "ISO009" in rules(api, "undecided")
    assert levels(api)[1] == "L2"


def test_an_environment_may_open_the_api(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"docker.service": UNIT.replace("FLAGS", "-H fd:// $DOCKER_OPTS")})
    findings = check(capsys, tmp_path).report["findings"]
    assert {(one["rule"], one["outcome"]) for one in findings} == {("ISO100", "undecided"), ("ISO103", "undecided")}


@pytest.mark.parametrize("text", ["[Service]\nExecStart=/usr/bin/nginx\n", "# dockerd\n", "dockerd\n"])
def test_other_units_are_not_read(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"web.service": text, "web.conf": text, "Dockerfile": "FROM scratch\nUSER 1\n"})
    assert check(capsys, tmp_path).report["coverage"]["read"] == 1
