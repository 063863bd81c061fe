"""Packs that extend others: they add to them, and lose nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.errors import UsageError
from gate.model.policy import Threshold
from gate.model.source import Source
from gate.pipeline.files import Files
from gate.pipeline.packs import DEEPEST, MOST, Packs
from gate.policy.calendar import in_force
from gate.policy.ceiling import adding, canonical, loosens, stricter_of
from gate.policy.lint import Problem, lint
from gate.policy.pack import MOST_DAYS, load_policy
from gate.policy.shipped import shipped_policy
from gate.rules.registry import RULES
from tests.policy.generated import policies
from tests.verbs import gate, write_all

if TYPE_CHECKING:
    from gate.model.policy import Policy

STANDARD, STRICT = shipped_policy("standard"), shipped_policy("strict")
HEAD = "version: 1\nname: ours\nextends: standard\n"

DEMAND = "- {id: OURS-1, when: {exposure: internet}, level: L4, text: Ours., source: us}\n"


def load(text: str) -> Policy:
    return load_policy(Source("ours.yaml", text.encode()))


def refusal(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load(text)
    return caught.value


def problems(text: str) -> list[Problem]:
    return lint(Source("ours.yaml", text.encode()), RULES)


def found(folder: Path, files: dict[str, str], name: str = "ours.yaml") -> Policy:
    """Load a policy of several files, as a run would that is started in their folder."""
    write_all(folder, files)
    return Packs(Files(str(folder)), {}).policy(str(folder / name))


def heir(name: str, *parents: str, more: str = "") -> str:
    return f"version: 1\nname: {name}\nextends: [{', '.join(parents)}]\n{more}"


def test_the_shortest_pack_is_what_it_extends() -> None:
    policy = load(HEAD)
    assert (policy.name, policy.requirements, policy.thresholds) == ("ours", STANDARD.requirements, STANDARD.thresholds)
    assert not loosens(STANDARD, policy)
    assert not loosens(policy, STANDARD)


def test_what_it_says_is_added_and_what_it_leaves_out_stays() -> None:
    policy = load(
        f"{HEAD}undeclared: internal\nthresholds: {{restricted: {{image_age: {{minimum: 90}}}}}}\n"
        f"require: [ISO004]\nnever_excepted: [ISO001]\nlongest_exception: {{restricted: 30}}\nrequirements:\n{DEMAND}"
    )
    restricted = policy.thresholds["restricted"]
    assert restricted["image_age"] == Threshold(90, "fail")
    assert restricted["package_freshness"] == STANDARD.thresholds["restricted"]["package_freshness"]
    assert (policy.undeclared, policy.never_excepted) == ("internal", ("ISO001",))
    assert policy.require == ("ISO004", *STANDARD.require)
    assert policy.longest_exception == {**STANDARD.longest_exception, "restricted": 30}
    assert {rule.id for rule in policy.requirements} == {"OURS-1", *(rule.id for rule in STANDARD.requirements)}


@pytest.mark.parametrize(
    "more",
    [
        "undeclared: warn\n",
        "unrendered: warn\n",
        "classes: {restricted: low}\n",
        "thresholds: {restricted: {image_age: {minimum: 0, undecided: warn}}}\n",
        "evidence: {deploy: [isolation]}\n",
        "require: []\n",
        "never_excepted: []\n",
        "longest_exception: {restricted: 3660}\n",
        "requirements:\n- {id: R8, when: {tenancy: hard}, level: L0, text: Ours., source: us}\n",
        "requirements:\n- {id: OURS, when: {}, allows: L0, text: Ours., source: us}\n",
        'requirements:\n- {id: R1, when: {}, level: L2, until: "2026-01-01", text: Ours., source: us}\n',
    ],
)
def test_nothing_that_it_says_loosens(more: str) -> None:
    policy = load(HEAD.replace("standard", "strict") + more)
    assert not loosens(STRICT, policy)
    for day in ("2026-01-01", "2026-11-23"):
        assert not loosens(STRICT, in_force(policy, day))


@settings(max_examples=30, derandomize=True, deadline=None)
@given(policies(dated=True), policies(), st.sampled_from(("2026-11-23", "2027-01-01")))
def test_an_heir_is_never_milder_but_where_it_is_silent_about_a_permission(base: Policy, own: Policy, day: str) -> None:
    joined = adding(base, own)
    assert not loosens(base, joined)
    assert not loosens(in_force(base, day), in_force(joined, day))
    demands = canonical(adding(own, own))
    assert not loosens(demands, stricter_of(joined, demands))


def test_an_heir_that_is_silent_about_a_permission_keeps_it_and_one_that_narrows_it_does() -> None:
    assert [rule.id for rule in load(f"{HEAD}requirements:\n{DEMAND}").requirements if rule.allows] == ["R18"]
    when = "{role: [node-agent, cni, csi, device-plugin], code_trust: {not-in: [untrusted, hostile]}, "
    when += "exposure: {is-not: internet}}"
    narrowed = (
        f"- {{id: R18, when: {when}, allows: L1, needs: [limits], until: '2027-01-01', text: Ours., source: us}}\n"
    )
    (permission,) = (rule for rule in load(f"{HEAD}requirements:\n{narrowed}").requirements if rule.allows)
    assert (permission.allows, permission.until) == ("L1", "2027-01-01")
    assert set(permission.needs) == {"limits", "own-namespace", "pinned", "waiver"}


def test_several_are_extended_at_once() -> None:
    both = load(heir("ours", "standard", "strict"))
    assert not loosens(STRICT, both)
    assert not loosens(STANDARD, both)


def test_what_is_extended_later_counts_later() -> None:
    policy = load(heir("ours", "standard", "{pack: strict, effective_on: 2027-01-01, until: 2027-06-30}"))
    assert [in_force(policy, day).undeclared for day in ("2026-12-31", "2027-01-01", "2027-06-30", "2027-07-01")] == [
        "warn", "restricted", "restricted", "warn",
    ]  # fmt: skip
    assert in_force(policy, "2027-01-01").name == "ours"


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("version: 1\nname: ours\nextends: standart\n", 3, "no policy pack `standart` ships with the gate"),
        ("version: 1\nname: ours\nextends: []\n", 3, "`extends` must not be empty"),
        ("version: 1\nname: ours\nextends: [/etc/x.yaml]\n", 3, "`extends` cannot be `/etc/x.yaml`"),
        (
            "version: 1\nname: ours\nextends: {pack: strict, until: 2027-01-01}\n",
            3,
            "every entry of `extends` has a date",
        ),
        (heir("ours", "standard", "{pack: strict, from: 2027-01-01}"), 3, "there is no key `from`"),
        (heir("ours", "standard", "{pack: strict, until: 2027-02-29}"), 3, "there is no day 2027-02-29"),
        (
            heir("ours", "standard", "{pack: strict, effective_on: 2027-01-02, until: 2027-01-01}"),
            3,
            "before it is effective on 2027-01-02",
        ),
        ("version: 1\nextends: standard\n", 1, "the key `name` is missing"),
        (
            f"{HEAD}thresholds: {{public: {{image_age: {{minimum: 80}}}}}}\n",
            4,
            "`internal` is held to less than `public`",
        ),
        (
            f"{HEAD}longest_exception: {{public: 10}}\n",
            4,
            "exceptions may last longer for `internal` than for `public`",
        ),
        (f"{HEAD}require: [{{rule: ISO004, effective_on: soon}}]\n", 4, "`require.effective_on` cannot be `soon`"),
        (f"{HEAD}require: [{{effective_on: 2027-01-01}}]\n", 4, "in `require` the key `rule` is missing"),
    ],
)
def test_a_refusal_names_the_line(text: str, line: int, cause: str) -> None:
    error = refusal(text)
    assert cause in error.cause
    assert error.at is not None
    assert (error.at.path, error.at.line) == ("ours.yaml", line)
    assert [problem.severity for problem in problems(text)] == ["error"]


def test_a_policy_turns_on_a_bounded_number_of_days() -> None:
    days = [f"{{rule: ISO{number:03}, effective_on: {2027 + number}-01-01}}" for number in range(1, MOST_DAYS + 2)]
    load(f"{HEAD}require: [{', '.join(days[:-1])}]\n")
    error = refusal(f"{HEAD}require: [{', '.join(days)}]\n")
    assert f"on more than {MOST_DAYS} days" in error.cause


def test_a_file_is_found_relative_to_the_one_that_names_it(tmp_path: Path) -> None:
    files = {
        "org/base.yaml": heir("base", "standard", more="undeclared: confidential\n"),
        "team/ours.yaml": heir("ours", "../org/base.yaml", more="require: [ISO004]\n"),
    }
    policy = found(tmp_path, files, "team/ours.yaml")
    assert (policy.undeclared, policy.require) == ("confidential", ("ISO004", *STANDARD.require))


def test_a_file_of_the_repository_extends_only_files_of_it(tmp_path: Path) -> None:
    files = {"org.yaml": heir("org", "./base.yaml"), "base.yaml": heir("base", "repo/own.yaml"),
             "repo/own.yaml": heir("own", "strict"), "repo/ours.yaml": heir("ours", "../org.yaml")}  # fmt: skip
    write_all(tmp_path, files)
    (tmp_path / "repo/link.yaml").symlink_to(tmp_path / "org.yaml")
    packs = Packs(Files(str(tmp_path / "repo")), {})
    assert packs.policy(str(tmp_path / "org.yaml")).undeclared == "restricted"
    for name, cause in (("ours.yaml", "there is no file ../org.yaml"), ("link.yaml", "is a link")):
        with pytest.raises(UsageError) as caught:
            packs.policy(str(tmp_path / "repo" / name))
        assert cause in caught.value.cause


@pytest.mark.parametrize(
    ("files", "place", "cause"),
    [
        ({"ours.yaml": heir("ours", "standard", "./ours.yaml")}, "ours.yaml:3", "ours.yaml -> ours.yaml"),
        (
            {"ours.yaml": heir("ours", "a.yaml"), "a.yaml": heir("a", "b/b.yaml"), "b/b.yaml": heir("b", "../a.yaml")},
            "b/b.yaml:3",
            "ours.yaml -> a.yaml -> b/b.yaml -> a.yaml",
        ),
        ({"ours.yaml": heir("ours", "none.yaml")}, "ours.yaml:3", "there is no file"),
        ({"ours.yaml": heir("ours", "standart")}, "ours.yaml:3", "there is no policy pack `standart`"),
        ({"ours.yaml": heir("ours", "a.yaml"), "a.yaml": "version: 1\n"}, "a.yaml:1", "the key `name` is missing"),
    ],
)
def test_what_cannot_be_extended_is_refused_where_it_is_named(
    files: dict[str, str], place: str, cause: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        found(tmp_path, files)
    assert cause in caught.value.cause
    assert str(caught.value.at).startswith(place)


def test_packs_are_only_so_deep_and_so_many(tmp_path: Path) -> None:
    chain = {f"p{depth}.yaml": heir(f"p{depth}", f"p{depth + 1}.yaml") for depth in range(DEEPEST + 1)}
    last = {f"p{DEEPEST}.yaml": heir("last", "standard")}
    assert found(tmp_path, {**chain, **last}, "p0.yaml").name == "p0"
    last = {f"p{DEEPEST + 1}.yaml": heir("last", "standard")}
    with pytest.raises(UsageError, match=f"more than {DEEPEST} deep"):
        found(tmp_path, {**chain, **last}, "p0.yaml")
    wide = {f"w{number}.yaml": heir("wide", "standard") for number in range(MOST)}
    with pytest.raises(UsageError, match=f"more than {MOST} packs"):
        found(tmp_path, {**wide, "wide.yaml": heir("wide", *wide)}, "wide.yaml")


def test_packs_that_double_at_every_step_end_soon(tmp_path: Path) -> None:
    steps = {f"p{depth}.yaml": heir(f"p{depth}", *(2 * [f"p{depth + 1}.yaml"])) for depth in range(DEEPEST)}
    with pytest.raises(UsageError, match=f"more than {MOST} packs"):
        found(tmp_path, {**steps, f"p{DEEPEST}.yaml": heir("last", "standard")}, "p0.yaml")


BASE = heir("base", "standard", more="undeclared: internal\n")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("more", ["", ", effective_on: 2027-01-01"])
def test_a_pinned_pack_is_the_one_that_was_meant(more: str, tmp_path: Path) -> None:
    name = f"base.yaml@sha256:{digest(BASE)}"
    files = {"base.yaml": BASE, "ours.yaml": heir("ours", "standard", f"{{pack: '{name}'{more}}}")}
    assert found(tmp_path, files).name == "ours"
    with pytest.raises(UsageError) as caught:
        found(tmp_path, {"base.yaml": BASE + "# changed\n"})
    assert f"sha256:{digest(BASE)}" in caught.value.cause
    assert f"sha256:{digest(BASE + '# changed' + chr(10))}" in caught.value.cause
    assert str(caught.value.at).startswith("ours.yaml:3")


@pytest.mark.parametrize("pack", ["standard", "strict"])
def test_a_shipped_pack_may_be_pinned_too(pack: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "policies" / f"{pack}.yaml").read_text()
    packs = Packs(Files(str(tmp_path)), {})
    assert packs.policy(f"{pack}@sha256:{digest(text)}") == shipped_policy(pack)
    with pytest.raises(UsageError, match=f"{pack} has the digest sha256:{digest(text)} and not sha256:0000"):
        packs.policy(f"{pack}@sha256:{64 * '0'}")


@pytest.mark.parametrize("pin", ["@sha256:", "@sha256:abc", f"@sha256:{64 * 'G'}", f"@sha256:{64 * 'A'}"])
def test_a_digest_that_is_none_is_refused(pin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"base.yaml": BASE})
    answer = gate(capsys, "policy", "show", f"{tmp_path}/base.yaml{pin}")
    assert answer.status == 2
    assert "64 hexadecimal digits" in answer.err


VAIN = "has no effect: strict asks for more"


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ("undeclared: internal\n", f"`undeclared` {VAIN}"),
        ("unrendered: warn\n", f"`unrendered` {VAIN}"),
        ("classes: {restricted: moderate}\n", f"`classes.restricted` {VAIN}"),
        ("longest_exception: {restricted: 31}\n", f"`longest_exception.restricted` {VAIN}"),
        (
            "thresholds: {restricted: {image_age: {minimum: 89}}}\n",
            f"`thresholds.restricted.image_age.minimum` {VAIN}",
        ),
        (
            "thresholds: {restricted: {image_age: {undecided: warn}}}\n",
            f"`thresholds.restricted.image_age.undecided` {VAIN}",
        ),
        ("evidence: {deploy: [isolation]}\n", f"`evidence.deploy` {VAIN}"),
        ("require: [ISO004]\n", f"`require` {VAIN}"),
        ("require: [{rule: ISO004, effective_on: 2027-01-01}]\n", f"`require` {VAIN}"),
        ("never_excepted: []\n", f"`never_excepted` {VAIN}"),
        ("requirements:\n- {id: R1, when: {}, level: L1, text: Ours., source: us}\n", f"`R1` {VAIN}"),
        (
            "requirements:\n- {id: R1, when: {}, level: L2, until: 2027-01-01, text: Ours., source: us}\n",
            f"`R1` {VAIN}",
        ),
        (
            "requirements:\n- {id: R1, when: {}, level: L1, needs: [cc], text: Ours., source: us}\n",
            f"the level of `R1` {VAIN}",
        ),
        (
            "requirements:\n- {id: R8, when: {tenancy: soft}, level: L5, text: Ours., source: us}\n",
            "`R8` does not replace the one of strict, which still counts",
        ),
        (
            "requirements:\n- {id: OURS, when: {}, allows: L0, needs: [waiver], text: Ours., source: us}\n",
            "`OURS` permits nothing: strict gives no such permission",
        ),
    ],
)
def test_what_is_said_in_vain_is_doubtful(more: str, cause: str) -> None:
    text = heir("ours", "strict", more=more)
    (problem,) = (one for one in problems(text) if "nothing asks for as much" not in one.cause)
    assert (problem.severity, problem.cause) == ("warning", cause)
    assert problem.at is not None
    assert problem.at.line == text.count("\n")
    assert "only adds" in problem.remedy


@pytest.mark.parametrize(
    "more",
    [
        "",
        "undeclared: restricted\nunrendered: fail\n",
        "classes: {restricted: high}\nlongest_exception: {restricted: 30}\n",
        "thresholds: {restricted: {image_age: {minimum: 95, undecided: fail}}}\n",
        "require: [AGE001]\nnever_excepted: [ISO001]\nevidence: {deploy: [recipe_age]}\nremediation: bod-26-04\n",
        "requirements:\n- {id: R1, when: {}, level: L3, text: Ours., source: us}\n",
        "requirements:\n- {id: R1, when: {}, level: L3, effective_on: 2027-01-01, text: Ours., source: us}\n",
    ],
)
def test_what_is_said_to_some_purpose_is_not(more: str) -> None:
    assert problems(heir("ours", "strict", more=more)) == []


def test_a_rule_that_there_is_not_is_seen_wherever_it_is_named() -> None:
    text = f"{HEAD}require: [{{rule: ISO400, effective_on: 2027-01-01}}]\nnever_excepted: [ISO401]\n"
    assert ["`ISO400`" in problems(text)[0].cause, "`ISO401`" in problems(text)[1].cause] == [True, True]


def test_lint_looks_into_what_is_extended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"base.yaml": BASE, "ours.yaml": heir("ours", "base.yaml", more="undeclared: warn\n")})
    answer = gate(capsys, "policy", "lint", tmp_path / "ours.yaml")
    assert answer.status == 0
    assert "warning: `undeclared` has no effect: base asks for more" in answer.out
