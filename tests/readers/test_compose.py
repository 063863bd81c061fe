"""What the Compose reader makes of a service, and of the files that make a project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.source import Source
from gate.readers.compose import READER
from tests.verbs import NoFiles, check, rules, write, write_all


@pytest.fixture
def service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Judge one service given by its lines."""

    def judged(*lines: str, rest: str = "") -> Any:
        body = "".join(f"    {line}\n" for line in lines)
        write(tmp_path, compose__yaml=f"services:\n  web:\n    image: registry.example/web:1\n{body}{rest}")
        return check(capsys, tmp_path).subject("services/web")

    return judged


def test_a_bare_service_has_the_defaults_of_the_engine(service: Any) -> None:
    subject = service()
    assert subject["boundary"]["level"] == "L2"
    assert subject["verdict"] == "pass"


@pytest.mark.parametrize("value", ["true", '"true"', "yes", '"1"', "${UNSET:-true}"])
def test_privileged_in_all_its_spellings(value: str, service: Any) -> None:
    assert "ISO001" in rules(service(f"privileged: {value}"))


def test_a_variable_that_nobody_sets_is_unknown(service: Any) -> None:
    subject = service("privileged: ${DEBUG}")
    assert "ISO001" in rules(subject, "undecided")
    assert subject["boundary"]["worst"] == "L0"
    assert subject["boundary"]["best"] == "L2"


def test_a_certain_risk_is_not_hidden_by_an_unknown_one(service: Any) -> None:
    subject = service("cap_add: ['${EXTRA}', SYS_ADMIN]")
    assert "ISO019" in rules(subject)


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (("use_api_socket: true",), "ISO009"),
        (("volumes: ['/var/run/docker.sock:/s:ro']",), "ISO009"),
        (("volumes: ['/run:/run']",), "ISO009"),
        (("volumes: [{type: bind, source: /etc, target: /x, read_only: true}]",), "ISO010"),
        (("pid: host",), "ISO004"),
        (("network_mode: host",), "ISO002"),
        (("ipc: host",), "ISO003"),
        (("uts: host",), "ISO005"),
        (("cgroup: host",), "ISO006"),
        (("pid: 'container:other'",), "ISO036"),
        (("devices: ['/dev/sda:/dev/sda']",), "ISO012"),
        (("device_cgroup_rules: ['b *:* rwm']",), "ISO012"),
        (("gpus: all",), "ISO013"),
        (("security_opt: [seccomp=unconfined]",), "ISO030"),
        (("security_opt: ['apparmor:unconfined']",), "ISO033"),
        (("security_opt: [systempaths=unconfined]",), "ISO034"),
        (("sysctls: {kernel.core_pattern: x}",), "ISO018"),
        (("sysctls: ['kernel.core_pattern=x']",), "ISO018"),
        (("cap_add: [ALL]", "cap_drop: [ALL]"), "ISO026"),
        (("cap_add: [cap_sys_admin]",), "ISO019"),
        (("post_start: [{command: x, privileged: true}]",), "ISO001"),
        (("build: {context: ., privileged: true}",), "ISO044"),
        (("build: {context: ., entitlements: [security.insecure]}",), "ISO044"),
    ],
)
def test_a_key_and_its_rule(lines: tuple[str, ...], rule: str, service: Any) -> None:
    assert rule in rules(service(*lines))


def test_a_bind_that_hides_behind_a_volume(service: Any) -> None:
    volume = "volumes:\n  data:\n    driver_opts: {type: none, o: bind, device: /etc}\n"
    assert "ISO010" in rules(service("volumes: ['data:/data']", rest=volume))


def test_a_network_that_is_the_hosts(service: Any) -> None:
    network = "networks:\n  outer: {external: true, name: host}\n"
    assert "ISO002" in rules(service("networks: [outer]", rest=network))


def test_a_secret_from_a_file_of_the_host(service: Any) -> None:
    secret = "secrets:\n  shadow: {file: /etc/shadow}\n"
    assert "ISO010" in rules(service("secrets: [shadow]", rest=secret))


def test_configuration_of_the_project_is_not_the_hosts(service: Any) -> None:
    subject = service("volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']")
    assert "ISO011" not in rules(subject)
    assert subject["boundary"]["level"] == "L2"


def test_everything_hardened_is_hardened(service: Any) -> None:
    subject = service("user: '10001:10001'", "cap_drop: [ALL]", "security_opt: [no-new-privileges:true]")
    assert subject["boundary"]["level"] == "L3"


@pytest.mark.parametrize(
    ("runtime", "level", "grade"),
    [
        ("io.containerd.runsc.v1", "L4", "proven"),
        ("io.containerd.kata.v2", "L5", "proven"),
        ("runsc", "L2", "asserted"),
    ],
)
def test_a_runtime(runtime: str, level: str, grade: str, service: Any) -> None:
    boundary = service(f"runtime: {runtime}")["boundary"]
    assert (boundary["level"], boundary["grade"]) == (level, grade)


def test_an_engine_that_remaps_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = "services:\n  web: {image: x, privileged: true}\n  agent: {image: x, userns_mode: host}\n"
    remapped = "version: 1\nplatform:\n  docker: {userns_remap: true}\n"
    write(tmp_path, compose__yaml=services, __gate__yaml=remapped)
    answer = check(capsys, tmp_path)
    web = answer.subject("services/web")["boundary"]
    assert "u" in web["modifiers"]
    assert web["level"] == "L1"
    assert "ISO007" in rules(answer.subject("services/agent"))


def test_windows_isolation(service: Any) -> None:
    assert service("isolation: hyperv")["boundary"]["level"] == "L5"


def test_an_override_is_merged_whichever_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(
        tmp_path,
        {
            "compose.yaml": "services:\n  web:\n    image: registry.example/web:1\n    cap_add: [CHOWN]\n",
            "compose.override.yaml": "services:\n  web:\n    cap_add: [SYS_ADMIN]\n",
        },
    )
    for named in ("compose.yaml", "compose.override.yaml", ""):
        subject = check(capsys, tmp_path / named).subject("compose.yaml#services/web")
        (finding,) = (one for one in subject["findings"] if one["rule"] == "ISO019")
        assert finding["location"]["path"] == "compose.override.yaml"


def test_reset_and_override_take_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = "services:\n  web:\n    image: registry.example/web:1\n    pid: host\n    cap_add: [SYS_ADMIN]\n"
    later = "services:\n  web:\n    pid: !reset null\n    cap_add: !override [CHOWN]\n"
    write_all(tmp_path, {"compose.yaml": base, "compose.override.yaml": later})
    assert not {"ISO004", "ISO019"} & rules(check(capsys, tmp_path).subject("services/web"))


def test_what_is_extended_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(
        tmp_path,
        {
            "compose.yaml": "services:\n  web:\n    extends: {file: common/base.yaml, service: base}\n",
            "common/base.yaml": "services:\n  base:\n    image: registry.example/web:1\n    privileged: true\n",
        },
    )
    assert "ISO001" in rules(check(capsys, tmp_path / "compose.yaml").subject("services/web"))


def test_what_is_extended_and_not_in_sight_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, compose__yaml="services:\n  web:\n    extends: {file: absent.yaml, service: base}\n")
    subject = check(capsys, tmp_path).subject("services/web")
    assert "ISO001" in rules(subject, "undecided")
    assert subject["verdict"] == "undecided"


def test_what_is_included_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(
        tmp_path,
        {
            "compose.yaml": "include: [parts/db.yaml]\nservices:\n  web: {image: registry.example/web:1}\n",
            "parts/db.yaml": "services:\n  db: {image: registry.example/db:1, privileged: true}\n",
        },
    )
    answer = check(capsys, tmp_path / "compose.yaml")
    assert "ISO001" in rules(answer.subject("parts/db.yaml#services/db"))


def test_an_include_that_is_not_there_is_a_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, compose__yaml="include: [absent.yaml]\nservices:\n  web: {image: registry.example/web:1}\n")
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    assert "absent.yaml" in answer.report["coverage"]["not_understood"][0]["reason"]


def test_the_environment_file_sets_variables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "services:\n  web:\n    image: registry.example/web:1\n    privileged: ${DEBUG}\n"
    write_all(tmp_path, {"compose.yaml": text, ".env": "# local\nDEBUG='true'\n"})
    assert "ISO001" in rules(check(capsys, tmp_path).subject("services/web"))


def test_the_user_of_the_recipe_crosses_the_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compose = "services:\n  web:\n    build: {context: app, target: ship}\n"
    recipe = "FROM scratch AS ship\nUSER 10001\nFROM ship AS debug\nUSER 0\n"
    write_all(tmp_path, {"compose.yaml": compose, "app/Dockerfile": recipe})
    subject = check(capsys, tmp_path / "compose.yaml").subject("services/web")
    assert "ISO027" not in rules(subject) | rules(subject, "undecided")


@pytest.mark.parametrize(
    ("target", "outcome"), [("ship", ""), ("0", ""), ("debug", "failed"), ("nowhere", "undecided")]
)
def test_the_stage_that_is_asked_for_decides(
    target: str, outcome: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = "FROM scratch AS ship\nUSER 10001\nFROM ship AS debug\nUSER 0\n"
    compose = f"services:\n  web:\n    build: {{context: app, target: '{target}'}}\n"
    write_all(tmp_path, {"compose.yaml": compose, "app/Dockerfile": recipe})
    subject = check(capsys, tmp_path / "compose.yaml").subject("services/web")
    assert {one["outcome"] for one in subject["findings"] if one["rule"] == "ISO027"} == {outcome} - {""}


def test_an_inline_recipe_is_a_subject(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM scratch\n        USER 10001\n"
    write(tmp_path, compose__yaml=text)
    answer = check(capsys, tmp_path)
    assert answer.subject("services/web/build")["kind"] == "image"
    subject = answer.subject("services/web")
    assert "ISO027" not in rules(subject) | rules(subject, "undecided")


def test_statements_beside_the_service(service: Any) -> None:
    subject = service("x-gate: {class: restricted, code-trust: untrusted, regulated: [pci]}")
    assert subject["sensitivity"]["class"] == "restricted"
    assert subject["sensitivity"]["code_trust"] == "untrusted"
    assert subject["sensitivity"]["regulated"] == ["pci"]


def test_services_of_another_program_are_not_claimed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, services__yaml="services:\n  _defaults: {autowire: true}\n  App\\:\n    resource: ../src\n")
    answer = check(capsys, tmp_path / "services.yaml")
    assert answer.status == 0
    assert answer.report["subjects"] == []


@given(st.text() | st.sampled_from(["services: {a: {image: b, %s}}"]).map(lambda text: text % "volumes: [1, [], {}]"))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    source = Source("compose.yaml", text.encode("utf-8", "surrogatepass"))
    READER.claims(source)
    READER.read(source, NoFiles())


WORDS = st.sampled_from(["host", "${X}", "/etc", "ALL"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | WORDS
FLAT = st.lists(LEAVES, max_size=3) | st.dictionaries(st.text(max_size=6), LEAVES, max_size=3)
VALUES = LEAVES | FLAT | st.lists(FLAT, max_size=2) | st.dictionaries(st.text(max_size=6), FLAT, max_size=2)
KEYS = st.sampled_from(
    "image build privileged cap_add cap_drop security_opt pid ipc network_mode networks userns_mode uts cgroup devices "
    "device_cgroup_rules gpus volumes volumes_from sysctls runtime isolation user read_only pids_limit mem_limit "
    "deploy use_api_socket secrets configs post_start extends x-gate platform".split()
)


@given(st.dictionaries(KEYS, VALUES, max_size=6))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_no_value_breaks_a_key(keys: dict[str, Any]) -> None:
    import json

    text = json.dumps({"services": {"web": keys}})
    READER.read(Source("compose.yaml", text.encode()), NoFiles())
