"""The repository speaks of the product alone, and says one thing once."""

from __future__ import annotations

import re
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.code import ROOT, modules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Folders of one machine, or of one person on it.
MACHINE = re.compile(r"(?<![\w./-])/(?:(?:work|Users)/\w|root/\.?\w|home/(?!(?:user|app|vagrant|node|runner)\b)\w)")

#: Hosts of package registries: which one serves a package is the machine's business.
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("proxy", "golang", "org"),
            ("sum", "golang", "org"),
            ("static", "crates", "io"),
            ("index", "crates", "io"),
            ("repo1", "maven", "org"),
        )
    )
)

#: Where paths inside of containers and machines are what is talked about.
DOMAIN = ("gate/", "examples/", "tests/", "docs/", "bench/")

#: Lines of a Python file that is no test.
LONGEST_FILE = 400


def tracked() -> list[Path]:
    """Return every file of the repository that is text."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    return [file for file in files if file.is_file() and b"\0" not in file.read_bytes()[:8000]]


def lines_with(pattern: re.Pattern[str], *, beside: tuple[str, ...] = ()) -> Iterator[str]:
    """Name the lines of the repository that hold this."""
    for file in tracked():
        name = file.relative_to(ROOT).as_posix()
        if not name.startswith(beside or ("\0",)):
            for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if pattern.search(line):
                    yield f"{name}:{number}: {line.strip()[:120]}"


def project() -> dict[str, Any]:
    """Return what describes the package."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(name: str) -> list[str]:
    """Return the lines of a list of requirements, but for comments."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.fixture(scope="module", autouse=True)
def _repository() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")


def test_no_path_of_a_machine() -> None:
    assert list(lines_with(MACHINE, beside=DOMAIN)) == []
    assert list(lines_with(re.compile(re.escape(f"{ROOT}/")))) == []


def test_no_host_of_a_registry() -> None:
    assert list(lines_with(REGISTRIES, beside=("gate/data/", "tests/conformance/", "tests/truth/"))) == []


@pytest.mark.parametrize("path", ["work/main/x", "Users/ann/gate", "home/ann/x", "root/.cache"])
def test_a_path_of_a_machine_would_be_seen(path: str) -> None:
    assert MACHINE.search(f"see /{path}")
    assert not MACHINE.search(f"see ./{path}")


def test_a_host_of_a_registry_would_be_seen() -> None:
    assert REGISTRIES.search("https://files." + "pythonhosted" + ".org/x")


def test_the_lists_of_requirements_name_no_index() -> None:
    for name in ("run.txt", "test.txt", "dev.txt"):
        assert not [line for line in requirements(name) if "://" in line or line.startswith("-")]


def test_every_requirement_has_hashes() -> None:
    for name in ("run.txt", "test.txt", "dev.txt"):
        lines = requirements(name)
        pinned = [number for number, line in enumerate(lines) if "==" in line]
        assert pinned
        assert all("--hash=sha256:" in lines[number + 1] for number in pinned)
        assert all(line.startswith("    --hash=sha256:") for number, line in enumerate(lines) if number not in pinned)


def test_a_longer_list_holds_the_shorter_one() -> None:
    run, test, dev = (
        {line.partition(" ")[0] for line in requirements(name) if "==" in line}
        for name in ("run.txt", "test.txt", "dev.txt")
    )
    assert run < test < dev


def test_the_package_asks_for_what_is_listed() -> None:
    assert sorted(requirements("run.in")) == sorted(project()["project"]["dependencies"])


def test_actions_are_pinned() -> None:
    for file in [ROOT / "action.yml", *sorted((ROOT / ".github").rglob("*.yml"))]:
        for used in re.findall(r"uses:\s*(\S+)", file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", used), f"{file.name}: {used}"


def test_files_are_short() -> None:
    files = [file for file in modules() if "data" not in file.parts] + sorted((ROOT / "scripts").rglob("*.py"))
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_bytes().splitlines()) for file in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
