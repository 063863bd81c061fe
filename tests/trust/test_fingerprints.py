"""What a baseline and an exception know a finding by lasts, and is that of no other finding.

The examples of all rules' pages are judged as they stand, then with lines, keys, documents and files moved, then weeks
later.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import yaml

from gate.model.days import days, iso
from gate.model.fingerprint import fingerprint
from gate.model.record import replace
from gate.pipeline.options import Options
from gate.pipeline.run import Run
from gate.rules.registry import RULES
from tests.rules.pages import Example, examples
from tests.verbs import NOW, write_all

if TYPE_CHECKING:
    from collections.abc import Callable

Data: TypeAlias = Any
Marks: TypeAlias = Counter[tuple[str, str]]

ROOT = Path(__file__).parents[2]
LATER = iso(days(NOW) + 40)

PAGES = {rule: ROOT / (entry.module.replace(".", "/") + ".md") for rule, entry in RULES.items()}
EXAMPLES = [
    (f"{rule}-{example.heading}", example)
    for rule, page in PAGES.items()
    if not rule.startswith("DCL") and page.is_file()
    for example in examples(page)
]

#: Examples of files in which order means little, and of one file that may have another name.
ORDERED = [
    (name, one) for name, one in EXAMPLES if any(file.endswith((".yaml", ".yml", ".json")) for file in one.files)
]
NEW_NAMES = {"Dockerfile": "Dockerfile.web", "pod.yaml": "web.yaml", "build.pkr.hcl": "web.pkr.hcl"}
ALONE = [(name, one) for name, one in EXAMPLES if [file in NEW_NAMES for file in one.files] == [True]]


#: Files that speak of the folders of the repository whose root they are in.
OF_THE_ROOT = (".github/", "renovate.json")


def each(shown: list[tuple[str, Example]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", [one for _name, one in shown], ids=[name for name, _one in shown])


#: Findings that passing days bring, and those that they end, where nothing else changes.
COMING = frozenset({"AGE001", "AGE002", "PKG009", "PKG011"})
ENDING = frozenset({"AGE002"})


def findings(folder: Path, now: str = NOW) -> list[tuple[str, str, str, int]]:
    """Judge a folder: the subject, rule, fingerprint and line of all that is found."""
    options = Options((str(folder),), (), "", "", "", now, None, verbose=False, formats=())
    trivy, grype, vex = (
        tuple(str(path) for path in sorted(folder.rglob(f"*.{kind}.json"))) for kind in ("trivy", "grype", "vex")
    )
    return [
        (subject.id, finding.rule, fingerprint(finding, subject.at.path), finding.at.line)
        for subject in Run(replace(options, trivy_reports=trivy, grype_reports=grype, vex=vex)).report().subjects
        for finding in subject.findings
        if finding.outcome in ("failed", "undecided", "excepted")
    ]


def marks(folder: Path, now: str = NOW) -> Marks:
    """Judge a folder, and count what is found by rule and fingerprint."""
    return Counter((rule, mark) for _subject, rule, mark, _line in findings(folder, now))


def turned(value: Data) -> Data:
    """Reverse every mapping; lists may mean something by their order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(list(value))}
    return [turned(member) for member in value] if isinstance(value, list) else value


def reordered(name: str, text: str) -> str:
    """Write the documents and keys of a file in another order, where that says the same."""
    if name.endswith(".json"):
        return json.dumps(turned(json.loads(text)), indent=1)
    if name.endswith((".yaml", ".yml")) and not name.startswith("."):
        return yaml.safe_dump_all([turned(one) for one in reversed(_documents(text))], sort_keys=False)
    return text


def as_it_was(name: str, text: str) -> str:
    """Write a file again in its own order, to see what writing it alone changes."""
    if name.endswith(".json"):
        return json.dumps(json.loads(text))
    if name.endswith((".yaml", ".yml")) and not name.startswith("."):
        return yaml.safe_dump_all(_documents(text), sort_keys=False)
    return text


def _documents(text: str) -> list[Data]:
    return [one for one in yaml.safe_load_all(text) if one is not None]


def moved_lines(name: str, text: str) -> str:
    """Put lines above what a file says, and others behind it."""
    if name.endswith("Dockerfile"):
        return re.sub(r"(?im)^(FROM )", r"# moved\n\n\1", text, count=1) + "\n# the end\n"
    return f"# moved\n\n\n{text}\n# the end\n" if name.endswith((".yaml", ".yml", ".hcl")) else text


def changed(example: Example, change: Callable[[str, str], str]) -> dict[str, str]:
    return {name: change(name, text) for name, text in example.files.items()}


@each(EXAMPLES)
def test_a_fingerprint_outlives_lines_folders_and_weeks(example: Example, tmp_path: Path) -> None:
    before = marks(write_all(tmp_path / "before", example.files))
    below = "" if any(name.startswith(OF_THE_ROOT) for name in example.files) else "deep/below/"
    moved = {f"{below}{name}": text for name, text in changed(example, moved_lines).items()}
    assert marks(write_all(tmp_path / "moved", moved)) == before
    after = marks(tmp_path / "before", LATER)
    assert {rule for rule, _mark in before - after} <= ENDING
    assert {rule for rule, _mark in after - before} <= COMING


@each(ORDERED)
def test_a_fingerprint_outlives_the_order_of_documents_and_keys(example: Example, tmp_path: Path) -> None:
    try:
        before = marks(write_all(tmp_path / "before", changed(example, as_it_was)))
        after = changed(example, reordered)
    except (yaml.YAMLError, ValueError):
        pytest.skip("another parser does not read it")
    assert marks(write_all(tmp_path / "after", after)) == before


@each(ALONE)
def test_a_fingerprint_outlives_a_new_name_of_the_file(example: Example, tmp_path: Path) -> None:
    before = marks(write_all(tmp_path / "before", example.files))
    after = {NEW_NAMES[name]: text for name, text in example.files.items()}
    assert marks(write_all(tmp_path / "after", after)) == before


@each(EXAMPLES)
def test_two_places_of_a_subject_have_two_fingerprints(example: Example, tmp_path: Path) -> None:
    places: dict[tuple[str, ...], set[int]] = {}
    for *what, line in findings(write_all(tmp_path, example.files)):
        places.setdefault(tuple(what), set()).add(line)
    assert [what for what, lines in places.items() if len(lines) > 1] == []


def pod(spec: str, container: str = "") -> str:
    return (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
        f"{spec}  containers:\n  - name: web\n    image: registry.example/web:1\n{container}"
    )


def compose(service: str) -> str:
    return f"services:\n  web:\n    image: registry.example/web:1\n    {service}\n"


DIFFERENT = {
    "ports": ("pod.yaml", pod("", "    ports: [{containerPort: 80, hostPort: 80}]\n"), "hostPort: 80", "hostPort: 22"),
    "mounts": ("compose.yaml", compose("volumes: ['/srv/a:/data']"), "/srv/a", "/srv/b"),
    "a mount that can be written to": ("compose.yaml", compose("volumes: ['/srv:/data:ro']"), ":ro", ""),
    "host's programs to write to": ("compose.yaml", compose("volumes: ['/root:/data:ro']"), ":ro", ""),
    "containers": (
        "pod.yaml",
        pod("", "    securityContext: {privileged: true}\n  - {name: log, image: log}\n"),
        "name: web\n    image: registry.example/web:1\n",
        "name: other\n    image: registry.example/web:1\n",
    ),
    "services": ("compose.yaml", compose("privileged: true"), "  web:\n", "  log:\n"),
    "devices": ("compose.yaml", compose("devices: ['/dev/ttyUSB0']"), "ttyUSB0", "ttyUSB1"),
    "disks": ("compose.yaml", compose("devices: ['/dev/sda']"), "sda", "sdb"),
    "rules for devices": ("compose.yaml", compose("device_cgroup_rules: ['b 7:* rmw']"), "b 7:*", "b *:*"),
    "capabilities": ("compose.yaml", compose("cap_add: [NET_ADMIN]"), "NET_ADMIN", "SYS_PTRACE"),
    "sysctls": ("compose.yaml", compose("sysctls: {kernel.msgmax: 1}"), "kernel.msgmax", "kernel.sem"),
    "joined containers": ("compose.yaml", compose("network_mode: 'container:a'"), "container:a", "container:b"),
    "SELinux domains": ("compose.yaml", compose("security_opt: ['label=type:a_t']"), "type:a_t", "disable"),
    "probes": (
        "pod.yaml",
        pod("", "    livenessProbe: {httpGet: {port: 80, host: 10.0.0.1}}\n"),
        "10.0.0.1",
        "169.254.169.254",
    ),
    "ignored keys of two containers": (
        "pod.yaml",
        pod("", "    privileged: false\n  - {name: log, image: log}\n"),
        "    privileged: false\n  - {name: log, image: log}\n",
        "  - {name: log, image: log, privileged: false}\n",
    ),
    "tweaks": (
        "pod.yaml",
        pod("  runtimeClassName: kata\n").replace(
            "{name: web}", "{name: web, annotations: {dev.gvisor.flag.debug: 'true'}}"
        ),
        "flag.debug",
        "flag.overlay",
    ),
    "steps": (
        "Dockerfile",
        "# syntax=docker/dockerfile:1-labs\nFROM debian:13\nRUN --security=insecure mount\n",
        "insecure mount",
        "insecure modprobe kvm",
    ),
    "downloads": ("Dockerfile", "FROM debian:13\nADD https://a.example/a.tgz /\n", "a.tgz", "b.tgz"),
    "downloads by variable": ("Dockerfile", 'FROM debian:13\nRUN curl -o a "$URL/a.tgz"\n', "a.tgz", "b.tgz"),
    "scripts": ("Dockerfile", 'FROM debian:13\nRUN curl "$URL/a" | sh\n', "URL/a", "URL/b"),
    "endpoints of long addresses": (
        "Dockerfile",
        f"FROM debian:13\nADD https://a.example/{'a' * 100}/1 /\n",
        "/1 ",
        "/2 ",
    ),
    "releases": ("Dockerfile", "FROM debian:9\n", "debian:9", "debian:8"),
    "images of one release": ("Dockerfile", "FROM python:3.6-stretch\n", "python:3.6", "ruby:2.3"),
    "frozen tags": ("Dockerfile", "FROM ruby:3.3.5\n", "3.3.5", "3.3.4"),
    "days": (
        "Dockerfile",
        "FROM debian:13\nRUN echo deb http://snapshot.debian.org/archive/debian/20240101T000000Z sid main\n",
        "20240101T",
        "20230101T",
    ),
}


def build(*commands: str) -> str:
    inline = ", ".join(f'"{command}"' for command in commands)
    return (
        'source "qemu" "a" {\n  iso_url = "https://example.org/a.iso"\n}\n'
        f'build {{\n  sources = ["source.qemu.a"]\n  provisioner "shell" {{\n    inline = [{inline}]\n  }}\n}}\n'
    )


#: Two findings of one rule in one subject that say the same.
TWICE = {
    "scripts": ("TPL013", "a.pkr.hcl", build("curl https://a.example/x | sh", "curl https://b.example/y | sh")),
    "the same script": ("TPL013", "a.pkr.hcl", build("curl https://a.example/x | sh", "curl https://a.example/x | sh")),
    "unchecked downloads": ("TPL014", "a.pkr.hcl", build("curl -k https://a.example/", "curl -k https://b.example/")),
    "unsigned packages": (
        "TPL014",
        "a.pkr.hcl",
        build("apt-get install --allow-unauthenticated a", "apt-get install --allow-unauthenticated b"),
    ),
    "words of two keys": ("ISO040", "pod.yaml", pod("  hostPID: off\n  hostIPC: off\n")),
    "keys of two containers": ("ISO040", "pod.yaml", pod("", "    image: y\n  - {name: log, image: a, image: b}\n")),
    "keys of one container": ("ISO040", "pod.yaml", pod("", "    image: y\n    name: web\n")),
}


@pytest.mark.parametrize(("rule", "file", "text"), TWICE.values(), ids=TWICE)
def test_two_findings_that_say_the_same_have_two_fingerprints(rule: str, file: str, text: str, tmp_path: Path) -> None:
    def found(folder: str, content: str) -> list[str]:
        written = write_all(tmp_path / folder, {file: content})
        return [mark for _subject, one, mark, _line in findings(written) if one == rule]

    before = found("before", text)
    assert len(before) == 2
    assert len(set(before)) == 2
    assert found("after", moved_lines(file, text)) == before


@pytest.mark.parametrize(("file", "text", "old", "new"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_things_have_different_fingerprints(file: str, text: str, old: str, new: str, tmp_path: Path) -> None:
    assert text.count(old) == 1
    before = marks(write_all(tmp_path / "before", {file: text}))
    after = marks(write_all(tmp_path / "after", {file: text.replace(old, new)}))
    assert before - after
    assert after - before


SAME = {
    "a tag of the same release": ("Dockerfile", "FROM node:14.17.0\n", "14.17.0", "14.17.1", "AGE001"),
    "a digest": ("compose.yaml", compose("privileged: true"), "web:1", f"web:1@sha256:{'0' * 64}", "ISO001"),
    "the image that decides the user": ("compose.yaml", compose("init: true"), "web:1", "web:2", "ISO027"),
    "another reason for the same doubt": ("compose.yaml", compose("privileged: $A"), "$A", "$B", "ISO001"),
    "a version that a variable holds": (
        "Dockerfile",
        "FROM debian:13\nARG V=1\nADD https://a.example/$V/a.tgz /\n",
        "V=1",
        "V=2",
        "PKG003",
    ),
}


@pytest.mark.parametrize(("file", "text", "old", "new", "rule"), SAME.values(), ids=SAME)
def test_the_same_thing_keeps_its_fingerprint(
    file: str, text: str, old: str, new: str, rule: str, tmp_path: Path
) -> None:
    assert text.count(old) == 1
    before = marks(write_all(tmp_path / "before", {file: text}))
    after = marks(write_all(tmp_path / "after", {file: text.replace(old, new)}))
    assert any(found == rule for found, _mark in before)
    assert {key for key in before if key[0] == rule} == {key for key in after if key[0] == rule}


def test_two_things_of_one_name_may_change_places(tmp_path: Path) -> None:
    one, other = (
        pod("", f"    securityContext: {text}\n") for text in ("{privileged: true}", "{readOnlyRootFilesystem: true}")
    )
    before = marks(write_all(tmp_path / "before", {"pod.yaml": f"{one}---\n{other}"}))
    assert marks(write_all(tmp_path / "after", {"pod.yaml": f"{other}---\n{one}"})) == before
