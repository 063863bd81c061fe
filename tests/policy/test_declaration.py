"""What a declaration says, and how it is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.model.errors import UsageError
from gate.model.policy import Declaration, Malformed, Selector
from gate.model.source import Source
from gate.policy.declaration import load_declaration

ROOT = Path(__file__).parents[2]


def load(text: str, path: str = ".gate.yaml") -> Declaration:
    return load_declaration(Source(path, text.encode()))


def refusal(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load(text)
    return caught.value


def test_the_documented_example_is_complete_and_valid() -> None:
    page = (ROOT / "docs" / "declaration.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    declaration = load(example)
    assert [workload.name for workload in declaration.workloads] == ["payments", "preview", "node-exporter"]
    payments, preview, exporter = declaration.workloads
    assert payments.placement == "dedicated"
    assert {(said.axis, said.value) for said in payments.statements} == {
        ("class", "restricted"), ("code_trust", "first-party"), ("exposure", "internet"), ("regulated", "pci"),
    }  # fmt: skip
    assert preview.selectors == (Selector((), "kubernetes", "Deployment", "preview-*", ""),)
    assert exporter.selectors == (Selector(("deploy/monitoring/**",), "", "DaemonSet", "", "monitoring"),)
    assert exporter.role == "node-agent"
    assert declaration.platform.kubernetes_version == "1.34"
    assert declaration.platform.kubernetes_seccomp_default is True
    assert [(named.name, named.value) for named in declaration.platform.runtimes] == [("sandboxed", "gvisor")]
    (grant,) = declaration.exceptions
    assert (grant.rule, grant.created, grant.expires) == ("ISO004", "2026-11-01", "2027-01-31")
    assert str(grant.at).startswith(".gate.yaml:")


def test_silence_is_unknown() -> None:
    declaration = load("version: 1\n", "shop/.gate.yaml")
    assert (declaration.folder, declaration.policy) == ("shop", "")
    assert declaration.platform.placement == ""
    assert declaration.workloads == declaration.exceptions == ()


WORKLOAD = "version: 1\nworkloads:\n- name: pay\n  sensitivity: restricted\n"


@pytest.mark.parametrize(
    ("text", "line", "cause", "remedy"),
    [
        ("version: 1\nworkload: []\n", 2, "there is no key `workload`", "did you mean `workloads`?"),
        ("version: 2\n", 1, "`version` must be 1", ""),
        ("policy: strict\n", 1, "the key `version` is missing", "add `version`"),
        (
            "version: 1\nplatform: {kubernetes: {versions: '1.34'}}\n",
            2,
            "in `platform.kubernetes` there is no key",
            "version",
        ),
        ("version: 1\nplatform: {kubernetes: {version: 1.30}}\n", 2, "must be a string", 'write it in quotes: "1.30"'),
        ("version: 1\nplatform: {placement: shard}\n", 2, "`platform.placement` cannot be `shard`", "`shared`"),
        ("version: 1\nplatform: {runtimes: {box: gvizor}}\n", 2, "`platform.runtimes.box` cannot be", "`gvisor`"),
        ("version: 1\nplatform: {images: {pay: ../Dockerfile}}\n", 2, "`platform.images.pay` cannot be", "for example"),
        (WORKLOAD + "  paths: [a]\n  code-trust: hostile\n", 6, "there is no key `code-trust`", "`code_trust`"),
        (WORKLOAD + "  paths: [a]\n  exposure: internett\n", 6, "`workloads.exposure` cannot be", "`internet`"),
        (WORKLOAD + "  paths: [/etc]\n", 5, "`workloads.paths` cannot be `/etc`", ""),
        (WORKLOAD + "  paths: []\n", 5, "must not be empty", ""),
        (WORKLOAD + "  match: {}\n", 5, "would match everything", ""),
        (WORKLOAD, 3, "neither `paths` nor `match`", ""),
        (WORKLOAD + "  paths: [a]\n- name: pay\n  sensitivity: public\n  paths: [b]\n", 6, "two workloads `pay`", ""),
        ("version: 1\nworkloads: {}\n", 2, "`workloads` must be a list", ""),
        ("- version: 1\n", 1, "must be a mapping", ""),
        ("", 1, "the file is empty", "version: 1"),
        ("version: 1\n---\nversion: 1\n", 3, "more than one document", ""),
        ("version: 1\nversion: 1\n", 1, "", ""),
    ],
)
def test_a_refusal_names_the_line_the_key_and_what_was_probably_meant(
    text: str, line: int, cause: str, remedy: str
) -> None:
    error = refusal(text)
    assert error.at is not None
    assert (error.at.path, error.at.line) == (".gate.yaml", line) or not cause
    assert cause in error.cause
    assert remedy in error.remedy


EXCEPTION = (
    "version: 1\nexceptions:\n- {{rule: ISO004, workload: pay, reason: r, owner: o, created: {}, expires: {}}}\n"
)


def malformed(text: str) -> Malformed:
    """The one entry of `exceptions` that is not taken."""
    declaration = load(text)
    assert declaration.exceptions == ()
    (found,) = declaration.malformed
    return found


@pytest.mark.parametrize(
    ("created", "expires"), [("2026-11-01", "2026-10-31"), ("2026-02-29", "2026-03-01"), ("2026-11-01", "soon")]
)
def test_days_that_make_no_sense_permit_nothing(created: str, expires: str) -> None:
    found = malformed(EXCEPTION.format(created, expires))
    assert (str(found.at), found.broad) == (".gate.yaml:3", False)


@pytest.mark.parametrize(
    "days", [("2001-01-01", "2001-01-01"), ("2026-01-01", "2999-12-31"), ("2028-02-29", "2028-02-29")]
)
def test_an_exception_that_is_over_or_long_is_not_the_loaders_business(days: tuple[str, str]) -> None:
    assert load(EXCEPTION.format(*days)).exceptions[0].expires == days[1]


@pytest.mark.parametrize("missing", ["rule", "workload", "reason", "owner", "created", "expires"])
def test_an_exception_is_owned_reasoned_and_time_boxed(missing: str) -> None:
    text = EXCEPTION.format("2026-11-01", "2026-11-30")
    without = re.sub(rf"\b{missing}: [^,}}]*(, )?", "", text)
    assert without != text
    found = malformed(without)
    assert re.search(rf"the key `{missing}`( or `\w+`)? is missing", found.cause)
    assert found.remedy.startswith(f"add `{missing}`")


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ("vulnerability: CVE-2026-1, workload", "`rule` and `vulnerability` are both given"),
        ("subject: a.yaml#b, workload", "`workload` and `subject` are both given"),
        ("fingerprint: 123, workload", "`exceptions.fingerprint` must be a string"),
        ("fingerprint: 0123456789ABCDEF, workload", "`exceptions.fingerprint` cannot be"),
        ("tickets: x, workload", "there is no key `tickets`"),
        ("ticket: '', workload", "`exceptions.ticket` cannot be"),
    ],
)
def test_an_exception_says_what_and_to_whom_just_once(changed: str, cause: str) -> None:
    text = EXCEPTION.format("2026-11-01", "2026-11-30").replace("workload", changed)
    assert cause in malformed(text).cause


def test_an_exception_names_a_vulnerability_a_subject_and_a_finding() -> None:
    scope = "vulnerability: GHSA-aaaa-bbbb-cccc, subject: a.yaml#Pod/b, fingerprint: '0123456789abcdef', ticket: OPS-1"
    text = EXCEPTION.format("2026-11-01", "2026-11-30").replace("rule: ISO004, workload: pay", scope)
    (grant,) = load(text).exceptions
    assert (grant.rule, grant.workload) == ("", "")
    assert (grant.vulnerability, grant.subject) == ("GHSA-aaaa-bbbb-cccc", "a.yaml#Pod/b")
    assert (grant.fingerprint, grant.ticket) == ("0123456789abcdef", "OPS-1")


@pytest.mark.parametrize(
    "wide", ["rule: '*'", "rule: 'ISO*'", "vulnerability: 'CVE-2026-?'", "subject: 'deploy/*'", "workload: 'pay-*'"]
)
def test_an_exception_with_a_wildcard_is_too_broad(wide: str) -> None:
    name = wide.partition(":")[0]
    text = EXCEPTION.format("2026-11-01", "2026-11-30")
    old = "rule: ISO004" if name in ("rule", "vulnerability") else "workload: pay"
    found = malformed(text.replace(old, wide))
    assert found.broad
    assert (found.at.line, found.cause[:1]) == (3, "`")


def test_what_is_wrong_with_one_exception_says_nothing_of_another() -> None:
    text = EXCEPTION.format("2026-11-01", "2026-11-30")
    two = text + text.splitlines()[-1].replace("2026-11-30", "never") + "\n"
    declaration = load(two)
    assert len(declaration.exceptions) == 1
    assert [entry.at.line for entry in declaration.malformed] == [4]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("exceptions: {}", "`exceptions` must be a list"),
        ("exclude: [{paths: [a]}]", "the key `reason` is missing"),
        ("exclude: [{paths: [], reason: x}]", "must not be empty"),
        ("exclude: [{paths: [../a], reason: x}]", "`exclude.paths` cannot be"),
        ("exclude: [{paths: [a], reason: ' '}]", "`exclude.reason` cannot be"),
    ],
)
def test_whatever_else_is_wrong_stops_the_run(text: str, cause: str) -> None:
    assert cause in refusal(f"version: 1\n{text}\n").cause


def test_what_is_excluded_has_a_reason_and_a_place() -> None:
    (entry,) = load("version: 1\nexclude:\n- {paths: [vendor/, ./a.yaml], reason: copied}\n").excluded
    assert (entry.paths, entry.reason, entry.at.line) == (("vendor/**", "a.yaml"), "copied", 3)


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "version: 1\npolicy: !reset x\n", "version: [1\n"])
def test_hostile_yaml_is_refused(text: str) -> None:
    assert refusal(text).cause


@pytest.mark.parametrize("folder", ["deploy/", "deploy/.", "./deploy//"])
def test_a_folder_is_everything_below_it(folder: str) -> None:
    (workload,) = load(WORKLOAD + f"  paths: [{folder}]\n").workloads
    assert workload.selectors[0].paths == ("deploy/**",)
