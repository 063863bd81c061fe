"""Packs that installed packages offer: found by name, read and not imported, and never from the tree that is judged."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from gate.model.errors import UsageError
from gate.pipeline.files import Files
from gate.pipeline.packs import Packs
from tests.verbs import check, gate, write_all

PACK = "version: 1\nname: acme\nextends: [strict, ./shared/base.yaml]\n"
BASE = "version: 1\nname: base\nextends: standard\nrequire: [ISO042]\n"
COMPOSE = "services:\n  web: {image: 'registry.example/web:1'}\n"


def wheel(folder: Path, points: str, *, name: str = "acme-policies", package: str = "acme_policies") -> Path:
    """Lay out a folder as an installed wheel leaves it; importing its package fails."""
    return write_all(
        folder,
        {
            f"{package}/__init__.py": "raise SystemExit('imported')\n",
            f"{package}/org.yaml": PACK,
            f"{package}/shared/base.yaml": BASE,
            f"{package}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{package}-1.0.dist-info/entry_points.txt": f"[boundary_gate.policies]\n{points}\n",
        },
    )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages that is on the path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    return folder


def refusal(repo: Path, name: str = "acme") -> UsageError:
    with pytest.raises(UsageError) as caught:
        Packs(Files(str(repo)), {}).policy(name)
    return caught.value


def test_an_installed_pack_is_found_with_what_it_extends_beside_it(site: Path, repo: Path) -> None:
    wheel(site, "acme = acme_policies:org.yaml")
    policy = Packs(Files(str(repo)), {}).policy("acme")
    assert (policy.name, policy.undeclared) == ("acme", "restricted")
    assert "ISO042" in policy.require
    assert "acme_policies" not in sys.modules


def test_it_judges_by_name_from_the_command_line_and_from_a_declaration(
    site: Path, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel(site, "acme = acme_policies:org.yaml")
    write_all(repo, {"compose.yaml": COMPOSE})
    named = check(capsys, repo, "--policy", "acme")
    assert named.report["policy"]["name"] == "acme"
    inputs = {one["path"] for one in named.report["inputs"]}
    assert {"acme_policies/org.yaml", "../site/acme_policies/shared/base.yaml"} <= inputs
    write_all(repo, {".gate.yaml": "version: 1\npolicy: acme\n"})
    assert check(capsys, repo).report["policy"] == named.report["policy"]


def test_it_may_be_extended_and_pinned(site: Path, repo: Path) -> None:
    wheel(site, "acme = acme_policies:org.yaml")
    digest = hashlib.sha256(PACK.encode()).hexdigest()
    write_all(repo, {"ours.yaml": f"version: 1\nname: ours\nextends: acme@sha256:{digest}\n"})
    assert Packs(Files(str(repo)), {}).policy("ours.yaml").undeclared == "restricted"
    write_all(site, {"acme_policies/org.yaml": f"{PACK}# changed\n"})
    assert f"and not sha256:{digest}" in refusal(repo, "ours.yaml").cause


def test_a_file_within_a_package_below_is_found(site: Path, repo: Path) -> None:
    wheel(site, "acme = acme_policies.shared:base.yaml")
    assert Packs(Files(str(repo)), {}).policy("acme").name == "base"


def test_an_unknown_name_lists_what_there_is(site: Path, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel(site, "acme = acme_policies:org.yaml")
    answer = gate(capsys, "check", repo, "--policy", "acne")
    assert answer.status == 2
    assert "there is no policy pack `acne`" in answer.err
    assert "did you mean `acme`? It may be: standard, strict, acme" in answer.err
    write_all(repo, {".gate.yaml": "version: 1\npolicy: other\n", "compose.yaml": COMPOSE})
    assert "It may be: standard, strict, acme" in gate(capsys, "check", repo).err


def test_the_tree_under_judgement_offers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = wheel(tmp_path / "repo", "acme = acme_policies:org.yaml")
    write_all(tree, {"compose.yaml": COMPOSE})
    monkeypatch.setattr(sys, "path", [str(tree), str(tree / "acme_policies"), "", *sys.path])
    monkeypatch.chdir(tree)
    answer = gate(capsys, "check", ".", "--policy", "acme")
    assert (answer.status, "It may be: standard, strict, or a file" in answer.err) == (2, True)


def test_the_gates_own_environment_may_lie_in_the_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    wheel(repo / ".venv/lib/site-packages", "acme = acme_policies:org.yaml")
    monkeypatch.setattr(sys, "path", [str(repo / ".venv/lib/site-packages"), *sys.path])
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "elsewhere"))
    assert "there is no policy pack `acme`" in refusal(repo).cause
    monkeypatch.setattr(sys, "prefix", str(repo / ".venv"))
    assert Packs(Files(str(repo)), {}).policy("acme").name == "acme"


def test_a_shipped_pack_cannot_be_replaced(site: Path, repo: Path) -> None:
    wheel(site, "strict = acme_policies:shared/base.yaml")
    assert Packs(Files(str(repo)), {}).policy("strict").undeclared == "restricted"


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("acme_policies:none.yaml", "and there is no such file"),
        ("acme_policies:../org.yaml", "and there is no such file"),
        ("no_such_package:org.yaml", "and there is no such file"),
        ("acme_policies:load", "offers a policy as `acme_policies:load`"),
        ("acme_policies", "offers a policy as `acme_policies`"),
        ("acme_policies:link.yaml", "is a link"),
    ],
)
def test_an_offer_that_is_no_file_is_refused(value: str, cause: str, site: Path, repo: Path) -> None:
    wheel(site, f"acme = {value}")
    write_all(site, {"org.yaml": PACK})
    (site / "acme_policies/link.yaml").symlink_to(site / "org.yaml")
    assert cause in refusal(repo).cause


def test_two_offers_of_one_name_are_refused_and_two_installations_of_one_package_are_not(
    site: Path, tmp_path: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel(site, "acme = acme_policies:org.yaml")
    again = wheel(tmp_path / "again", "acme = acme_policies:org.yaml")
    monkeypatch.setattr(sys, "path", [str(site), str(again), *sys.path])
    assert Packs(Files(str(repo)), {}).policy("acme").name == "acme"
    wheel(site, "acme = other:org.yaml", name="other", package="other")
    assert refusal(repo).cause == "the pack `acme` is offered by acme-policies and other"


def test_broken_metadata_of_others_is_passed_over(site: Path, repo: Path) -> None:
    wheel(site, "acme = acme_policies:org.yaml")
    write_all(site, {"broken-1.dist-info/METADATA": "\n", "empty-1.dist-info/RECORD": ""})
    assert Packs(Files(str(repo)), {}).policy("acme").name == "acme"
