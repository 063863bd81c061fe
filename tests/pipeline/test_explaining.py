"""`gate explain` answers for whatever a report, a policy or a declaration names."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.boundary.facts import FACTS
from gate.boundary.level import NAMES, WEAKENED
from gate.model.score import DIMENSIONS
from gate.pipeline.explaining import ASKS, LADDER, VALUES
from gate.policy.shipped import shipped_policy
from tests.verbs import gate

DOCS = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("R5", "# R5 of policy standard and strict\n\nR5: at least L4, when code_trust is untrusted\n"),
        ("r8", "R8: at least L5"),
        ("L4", "# L4 userspace-kernel\n"),
        ("hardened-shared-kernel", "# L3 hardened-shared-kernel\n"),
        ("weakened-vm", "nothing leads around it: vm (L6).\n"),
        ("L0", "- G.runtime_socket  reaches the engine's socket\n"),
        ("l3", "- H.drop_all"),
        ("W.host_pid", "Rules: ISO004. Ways out that it decides: E03.\n"),
        ("E10", "# E10 write the host's files\n"),
        ("CVE-2024-21626", "# E32 start in a leaked folder of the host\n"),
        ("cve-2026-1", "CVE-2026-1 is no way out"),
        ("code_trust", "R5  L4  when code_trust is untrusted\n"),
        ("code-trust", "Values: first-party, third-party, untrusted, hostile.\n"),
        ("class", "# sensitivity\n"),
        ("image age", "content with: public 60"),
    ],
)
def test_what_it_says(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "explain", name)
    assert answer.status == 0
    assert said in answer.out


def test_there_is_a_page_for_everything(capsys: pytest.CaptureFixture[str]) -> None:
    levels = [f"L{number}" for number in range(len(NAMES))]
    requirements = [rule.id for rule in shipped_policy().requirements]
    for name in (*levels, *NAMES, *WEAKENED.values(), *FACTS, *VALUES, *DIMENSIONS, *requirements):
        assert gate(capsys, "explain", name).out.startswith("# "), name


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("host_network", "did you mean host-network"),
        ("W.host_pit", "W.host_pid"),
        ("code_trusted", "did you mean code_trust"),
        ("E99", "did you mean E"),
        ("a/compose.yaml#services/web", "`gate check --verbose a/compose.yaml` shows what the verdict on it rests on"),
        ("xyzzy", "name a rule (ISO004), a requirement (R5), a level (L4), a fact (W.host_pid)"),
    ],
)
def test_what_it_does_not_know_has_a_remedy(name: str, remedy: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "explain", name)
    assert (answer.status, answer.out) == (2, "")
    assert f"there is nothing called {name} to explain" in answer.err
    assert remedy in answer.err


def test_the_documentation_says_the_same() -> None:
    readme = (DOCS / "README.md").read_text(encoding="utf-8")
    for number, text in enumerate(LADDER):
        assert f"| L{number} | {text}" in readme
    declaration = (DOCS / "docs" / "declaration.md").read_text(encoding="utf-8")
    for axis, text in ASKS.items():
        assert any(f"`{axis}`" in line and text in line for line in declaration.splitlines()), axis
