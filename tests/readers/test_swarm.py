"""Compose files as stacks of Docker Swarm: what `docker stack deploy` drops neither protects nor grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.dialects.swarm import DROPPED, FORBIDDEN, HONOURED
from tests.verbs import check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

HARDENED = "image: web, user: '1000', cap_drop: [ALL], security_opt: ['no-new-privileges:true']"
PLACED = "deploy: {placement: {constraints: ['node.labels.sandbox == yes']}}"


def judged(
    folder: Path, capsys: pytest.CaptureFixture[str], service: str, platform: str = "", rest: str = "", **files: str
) -> Any:
    """Check a Compose file with one service, and return what is said of it."""
    write_all(folder, {"compose.yaml": f"services:\n  web: {{{service}}}\n{rest}", **files})
    if platform:
        write_all(folder, {".gate.yaml": f"version: 1\nplatform: {{{platform}}}\n"})
    return check(capsys, folder).subject("services/web")


def test_what_a_stack_drops_is_no_protection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Declared as a stack, the service is not hardened, and the key that looks like it is a finding."""
    web = judged(tmp_path, capsys, HARDENED, "swarm: true")
    assert (web["platform"], web["boundary"]["level"]) == ("swarm", "L2")
    assert {"ISO029", "ISO039"} <= rules(web)


@pytest.mark.parametrize(
    ("key", "level"),
    [
        ("privileged: true", "L0"),
        ("devices: [/dev/sda]", "L0"),
        ("network_mode: host", "L1"),
        ("pid: host", "L1"),
        ("ipc: host", "L1"),
        ("security_opt: [seccomp=unconfined]", "L1"),
    ],
)
def test_what_a_stack_drops_grants_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str, level: str
) -> None:
    """The same file counts for what it is wherever it is not declared to be a stack."""
    assert judged(tmp_path, capsys, f"image: web, {key}")["boundary"]["level"] == level
    web = judged(tmp_path, capsys, f"image: web, {key}", "swarm: true")
    assert web["boundary"]["level"] == "L2"
    assert "ISO039" in rules(web)


def test_the_daemons_of_the_nodes_harden_a_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    web = judged(tmp_path, capsys, HARDENED, "swarm: true, docker: {no_new_privileges: true}")
    assert web["boundary"]["level"] == "L3"


@pytest.mark.parametrize(
    ("service", "rest"),
    [
        (f"{HARDENED}, {PLACED}", ""),
        (f"{HARDENED}, deploy: {{mode: global}}", ""),
        (HARDENED, "networks: {inner: {driver: overlay}}\n"),
    ],
)
def test_what_may_be_a_stack_is_as_weak_as_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], service: str, rest: str
) -> None:
    """Where nothing is declared both readings count, until the declaration settles it."""
    web = judged(tmp_path, capsys, service, rest=rest)
    assert (web["platform"], web["boundary"]["level"], web["boundary"]["best"]) == ("docker", "L2", "L3")
    assert "ISO029" in rules(web, "undecided")
    assert judged(tmp_path, capsys, service, "swarm: false", rest)["boundary"]["level"] == "L3"


@pytest.mark.parametrize(
    "addition", [", runtime: runc", ", mem_limit: 1g", ", uts: private", ", depends_on: {web: {}}"]
)
def test_what_a_stack_refuses_shows_that_it_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], addition: str
) -> None:
    """A file that `docker stack deploy` does not take is Compose's; declared as a stack it does not start."""
    service = f"{HARDENED}, {PLACED}{addition}"
    assert judged(tmp_path, capsys, service)["boundary"]["level"] == "L3"
    assert "ISO054" in rules(judged(tmp_path, capsys, service, "swarm: true"))


@pytest.mark.parametrize(
    ("rest", "refused"), [("name: shop", True), ("version: '2.4'", True), ("version: '3.8'", False), ("x-a: 1", False)]
)
def test_what_a_stack_must_not_hold_beside_its_services(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rest: str, refused: bool
) -> None:
    found = rules(judged(tmp_path, capsys, "image: web", "swarm: true", f"{rest}\n"))
    assert ("ISO054" in found) is refused


@pytest.mark.parametrize(
    ("networks", "level"),
    [
        ("{h: {external: true, name: host}}", "L1"),
        ("{h: {external: {name: host}}}", "L1"),
        ("{h: {external: true, name: shop}}", "L2"),
    ],
)
def test_the_external_network_of_the_host_is_the_host(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], networks: str, level: str
) -> None:
    """Also beside a network mode, which is dropped."""
    service = "image: web, networks: [h], network_mode: none"
    web = judged(tmp_path, capsys, service, "swarm: true", f"networks: {networks}\n")
    assert web["boundary"]["level"] == level


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("cap_add: [SYS_ADMIN]", "ISO019"),
        ("volumes: ['/var/run/docker.sock:/s']", "ISO009"),
        ("sysctls: {kernel.shmmax: 1}", "ISO017"),
    ],
)
def test_what_a_stack_honours_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str, rule: str) -> None:
    before = rules(judged(tmp_path, capsys, f"image: web, {key}"))
    after = rules(judged(tmp_path, capsys, f"image: web, {key}", "swarm: true"))
    assert rule in before & after


def test_files_of_secrets_are_copied_into_the_swarm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Compose mounts the file of the host, a stack does not."""
    service, rest = "image: web, secrets: [key]", "secrets: {key: {file: /etc/key}}\n"
    assert judged(tmp_path, capsys, service, rest=rest)["boundary"]["level"] == "L0"
    assert judged(tmp_path, capsys, service, "swarm: true", rest)["boundary"]["level"] == "L2"


def test_a_constraint_picks_the_nodes_whose_runtime_is_declared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The spaces around the operator do not matter, the constraint does."""
    runtimes = "swarm: true, runtimes: {'node.labels.sandbox==%s': gvisor}"
    service = f"image: web, {PLACED}"
    assert judged(tmp_path, capsys, service, runtimes % "yes")["boundary"]["level"] == "L4"
    assert judged(tmp_path, capsys, service, runtimes % "no")["boundary"]["level"] == "L2"


def test_a_runtime_that_a_stack_refuses_is_no_sandbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    web = judged(tmp_path, capsys, "image: web, runtime: io.containerd.runsc.v1", "swarm: true")
    assert web["boundary"]["level"] == "L2"


def test_suggestions_are_what_a_stack_can_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No `runtime` and no `security_opt`: the daemons of the nodes and a constraint."""
    write_all(
        tmp_path,
        {
            "compose.yaml": "services:\n  web: {image: web}\n",
            ".gate.yaml": "version: 1\nplatform: {swarm: true}\n"
            "workloads: [{name: web, paths: ['**'], sensitivity: internal, code_trust: untrusted}]\n",
        },
    )
    told = check(capsys, tmp_path).subject("services/web")["suggestions"]
    assert {one["reaches"] for one in told} == {"L4", "L5"}
    assert all("default-runtime" in one["snippet"] and "\nruntime:" not in one["snippet"] for one in told)


def test_no_key_is_both_dropped_and_honoured_or_refused() -> None:
    assert not {*DROPPED} & HONOURED
    assert not {*FORBIDDEN} & {*DROPPED, *HONOURED}
