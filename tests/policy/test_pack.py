"""How a policy pack is refused, and what loading makes of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from gate.model.errors import UsageError
from gate.model.policy import Condition, Policy
from gate.model.source import Source
from gate.policy.digest import digest_of
from gate.policy.pack import SECTIONS, load_policy
from gate.policy.shipped import shipped_policy

ROOT = Path(__file__).parents[2]
STANDARD = (ROOT / "policies" / "standard.yaml").read_text()


def load(text: str) -> Policy:
    return load_policy(Source("ours.yaml", text.encode()))


def changed(old: str, new: str) -> str:
    assert old in STANDARD
    return STANDARD.replace(old, new, 1)


def refusal(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load(text)
    return caught.value


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("name", ["standard", "strict"])
def test_the_compiled_packs_are_the_files(name: str) -> None:
    path = ROOT / "policies" / f"{name}.yaml"
    assert shipped_policy(name) == load_policy(Source(path.name, path.read_bytes()))
    assert digest_of(shipped_policy(name)) == shipped_policy(name).digest


def test_a_pack_that_does_not_ship_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        shipped_policy("standart")
    assert "did you mean `standard`?" in caught.value.remedy


@pytest.mark.parametrize(
    ("old", "new", "cause", "remedy"),
    [
        ("undeclared: warn", "undeclard: warn", "there is no key `undeclard`", "did you mean `undeclared`?"),
        ("undeclared: warn", "undeclared: public", "`undeclared` cannot be `public`", "warn, internal"),
        ("unrendered: warn", "", "the key `unrendered` is missing", "add `unrendered`"),
        ("version: 1", "version: '1'", "`version` must be 1", ""),
        (
            "{exposure: internet}",
            "{exposed: internet}",
            "in `requirements.when` there is no key `exposed`",
            "`exposure`",
        ),
        ("{exposure: internet}", "{exposure: public}", "`requirements.when.exposure` cannot be `public`", "internet"),
        ("{exposure: internet}", "{impact: high}", "compares by order only", "{at-least: high}"),
        (
            "{exposure: internet}",
            "{impact: {is: high}}",
            "in `requirements.when.impact` there is no key `is`",
            "at-least",
        ),
        ("{exposure: internet}", "{exposure: {at_least: internet}}", "there is no key `at_least`", "`at-least`"),
        ("{exposure: internet}", "{exposure: {}}", "must have one operator", "at-least"),
        ("{exposure: internet}", "{exposure: []}", "must not be empty", ""),
        ("{exposure: internet}", "{any: [{}]}", "would always hold", ""),
        ("{exposure: internet}", "{any: [{any: [{exposure: internet}]}]}", "there is no key `any`", ""),
        ("level: L3", "level: 3", "`requirements.level` cannot be `3`", "L3"),
        ("level: L3", "levels: L3", "there is no key `levels`", "`level`"),
        ("  allows: L0\n", "  allows: L0\n  level: L1\n", "either a `level` or an `allows`", ""),
        ("  allows: L0\n", "  allows: L0\n  dedicated_level: L0\n", "`dedicated_level` goes with a `level`", ""),
        ("dedicated_level: L3", "dedicated_level: L6", "`dedicated_level` is higher than `level`", ""),
        ("needs: [cc]", "needs: [ccc]", "`requirements.needs` cannot be `ccc`", "`cc`"),
        ("id: R2", "id: R1", "there are two requirements `R1`", ""),
        ("source: our judgement", "source: ' '", "`requirements.source` cannot be", ""),
        ("confidential: moderate", "confidential: severe", "`classes.confidential` cannot be `severe`", "moderate"),
        ("restricted: high", "restricted: low", "`restricted` is given a lower impact than `confidential`", "moderate"),
        ("image_age: {minimum: 85", "image_age: {minimum: 850", "a whole number from 0 to 100", ""),
        ("image_age: {minimum: 85", "image_age: {minimum: 70", "held to less than `confidential` in `image_age`", ""),
        (
            "commit: [isolation, recipe_age]",
            "commit: [isolation, recipe]",
            "`evidence.commit` cannot be",
            "`recipe_age`",
        ),
        ("remediation: default", "remediation: pci", "`remediation` cannot be `pci`", "pci-4.0.1"),
        ("require: [ISO044, ISO100]", "require: [host-pid-namespace]", "`require` cannot be", "ISO004"),
        ("{public: 180", "{public: 0", "a whole number from 1 to 3660", ""),
        ("restricted: 90}", "restricted: 91}", "exceptions may last longer for `restricted`", ""),
    ],
)
def test_a_refusal_names_the_line_the_key_and_what_was_probably_meant(
    old: str, new: str, cause: str, remedy: str
) -> None:
    text = changed(old, new)
    error = refusal(text)
    assert error.at is not None
    assert cause in error.cause
    assert remedy in error.remedy
    assert error.at.path == "ours.yaml"
    assert error.at.line <= line_of(STANDARD, old) <= error.at.end_line + new.count("\n")


def test_the_line_is_that_of_the_key() -> None:
    text = changed("{exposure: internet}", "{exposed: internet}")
    error = refusal(text)
    assert error.at is not None
    assert str(error.at) == f"ours.yaml:{line_of(text, '{exposed')}"


def test_conditions_may_be_short() -> None:
    text = changed("when: {exposure: internet}", "when: {exposure: [internet, none], regulated: pci, platform: docker}")
    rule = load(text).requirements[1]
    assert rule.when == (
        Condition("exposure", "in", ("internet", "none")),
        Condition("platform", "is", ("docker",)),
        Condition("regulated", "contains", ("pci",)),
    )


def test_a_pack_decides_the_same_however_it_is_laid_out() -> None:
    text = changed("[pci, phi, gdpr-special,", "[gdpr-special, phi, pci, pci,")
    assert load(text).digest == load(STANDARD).digest
    assert load(changed("minimum: 85", "minimum: 86")).digest != load(STANDARD).digest


@pytest.mark.parametrize("key", list(SECTIONS))
def test_a_pack_says_everything_that_it_decides(key: str) -> None:
    data = yaml.safe_load(STANDARD)
    del data[key]
    assert refusal(json.dumps(data)).cause == f"the key `{key}` is missing"
