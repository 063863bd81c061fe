"""Indexes as apt-ftparchive, dpkg-scanpackages, createrepo_c and apk write them, and what apt would upgrade."""

from __future__ import annotations

import gzip
from hashlib import sha256
from shutil import which
from typing import TYPE_CHECKING

import pytest

from tests.packages.indexing import put
from tests.packages.managers import Apk, Dpkg, Package, Rpm, run
from tests.readers.layouts import packed
from tests.readers.rootfs import Entry, files, layer
from tests.verbs import gate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.packages.managers import Manager

pytestmark = pytest.mark.slow

#: What is installed and what is offered: newer, older and equal, also where only the rules of a manager tell.
PAIRS = {
    "dpkg": [
        ("1.0-9", "1.0-10"),
        ("1.0~rc1-1", "1.0-1"),
        ("1.0-1", "1.0~rc1-1"),
        ("1:1.0-1", "2.0-1"),
        ("2.0-1", "1:1.0-1"),
        ("1.0-1+deb13u1", "1.0-1+deb13u2"),
        ("1.0-1+b1", "1.0-1+b1"),
        ("1.0-1", "1.0-1+b1"),
    ],
    "rpm": [
        ("1.0-1.fc42", "1.0-2.fc42"),
        ("1.0-9.fc42", "1.0-10.fc42"),
        ("1.0~rc1-1.fc42", "1.0-1.fc42"),
        ("1.0-1.fc42", "1.0~rc1-1.fc42"),
        ("1:1.0-1.fc42", "2.0-1.fc42"),
        ("2.0-1.fc42", "1:1.0-1.fc42"),
        ("1.0-1.fc42", "1.0-1.fc42"),
    ],
    "apk": [
        ("1.0-r0", "1.0-r1"),
        ("1.0-r9", "1.0-r10"),
        ("1.0_rc1-r0", "1.0-r0"),
        ("1.0-r0", "1.0_rc1-r0"),
        ("1.0_p1-r0", "1.0-r0"),
        ("1.0-r0", "1.0-r0"),
    ],
}


def pairs(kind: str) -> list[tuple[Package, Package]]:
    return [
        (Package(f"p{number}", one), Package(f"p{number}", other)) for number, (one, other) in enumerate(PAIRS[kind])
    ]


def installed(manager: Manager, folder: Path) -> Path:
    """Let a manager install packages, and write what it keeps of them as an image."""
    root = folder / "root"
    root.mkdir()
    manager.start(root)
    for one, _other in pairs(manager.kind):
        manager.install(root, one)
    kept = [path for path in (root / manager.folder).rglob("*") if path.is_file()]
    entries = [Entry(str(path.relative_to(root)), path.read_bytes()) for path in kept]
    release = manager.release.encode().replace(b"12", b"13").replace(b"bookworm", b"trixie")
    (folder / "repository" / ".git").mkdir(parents=True)
    return put(folder / "repository" / "web", files(layer(Entry("etc/os-release", release), *entries)))


def behind(capsys: pytest.CaptureFixture[str], image: Path, index: str) -> set[str]:
    """Return the packages that the gate finds to be behind."""
    answer = gate(capsys, "check", "--image", image, "--index", index, "--format", "json")
    assert answer.report["coverage"]["not_understood"] == []
    (subject,) = answer.report["subjects"]
    return {one["package"] for one in subject["scores"]["package_freshness"]["lag"]["behind"]}


def upgraded(folder: Path, pool: Path, status: Path) -> set[str]:
    """Return the packages that apt would upgrade, by the index of a pool and nothing else of the machine."""
    for name in ("state/lists/partial", "cache/archives/partial", "etc"):
        (folder / name).mkdir(parents=True)
    (folder / "etc/sources.list").write_text(f"deb [trusted=yes] file:{pool} ./\n", encoding="utf-8")
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::status": status,
        "Dir::Cache": folder / "cache",
        "Dir::Etc::sourcelist": folder / "etc/sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferencesparts": "-",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    run("apt-get", *options, "update")
    told = run("apt-get", *options, "--simulate", "dist-upgrade")
    return {line.split()[1] for line in told.splitlines() if line.startswith("Inst ")}


@pytest.mark.skipif(which("apt-ftparchive") is None or which("apt-get") is None, reason="apt-utils is not installed")
@pytest.mark.parametrize("tool", ["apt-ftparchive", "dpkg-scanpackages"])
def test_lists_of_debian(tool: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    dpkg, offered = Dpkg(tmp_path / "own"), Dpkg(tmp_path / "pool")
    (tmp_path / "own").mkdir()
    (tmp_path / "pool").mkdir()
    image = installed(dpkg, tmp_path)
    pool = tmp_path / "pool"
    for _one, other in pairs("dpkg"):
        offered._made(other)
    listed = run(tool, "packages", pool) if tool == "apt-ftparchive" else run(tool, "--multiversion", pool)
    (pool / "Packages").write_text(listed.replace(f"Filename: {pool}/", "Filename: ./"), encoding="utf-8")
    named = ("-o", "APT::FTPArchive::Release::Codename=trixie", "-o", "APT::FTPArchive::Release::Suite=stable")
    told = run("apt-ftparchive", *named, "release", pool)
    (pool / "Release").write_text(told, encoding="utf-8")
    found = behind(capsys, image, f"deb:{pool}/Packages")
    assert found == upgraded(tmp_path / "apt", pool, tmp_path / "root/var/lib/dpkg/status")
    assert found == {"p0", "p1", "p4", "p5", "p7"}


@pytest.mark.skipif(
    Rpm.absent("sqlite") or which("createrepo_c") is None, reason="rpm or createrepo_c is not installed"
)
def test_repodata_of_createrepo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = installed(Rpm(tmp_path / "own", "sqlite"), tmp_path)
    pool, offered = tmp_path / "pool", Rpm(tmp_path / "pool", "sqlite")
    for _one, other in pairs("rpm"):
        offered._made(other)
    for packing in ("gz", "xz"):
        run("createrepo_c", "--quiet", "--general-compress-type", packing, pool)
        assert behind(capsys, image, f"rpm:{pool}") == {"p0", "p1", "p2", "p5"}


def second_format(package: Package, built: int) -> bytes:
    """Return a package in the format that Alpine's repositories have: `apk mkpkg` only writes the third."""
    data = gzip.compress(packed({"etc/of": b"a test\n"}), mtime=0)
    facts = {"pkgname": package.name, "pkgver": package.version, "arch": "x86_64", "size": "1", "builddate": str(built)}
    facts |= {"license": "MIT", "pkgdesc": "made for a test", "datahash": sha256(data).hexdigest()}
    said = "".join(f"{name} = {text}\n" for name, text in facts.items()).encode()
    # The first part has no end, so that both are one archive.
    return gzip.compress(packed({".PKGINFO": said})[:1024], mtime=0) + data


@pytest.mark.skipif(not Apk.program(), reason="apk is not installed; GATE_APK names one")
def test_an_index_of_apk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("own", "pool"):
        (tmp_path / name).mkdir()
    image = installed(Apk(tmp_path / "own"), tmp_path)
    for _one, other in pairs("apk"):
        made = second_format(other, 1_790_000_000)
        (tmp_path / "pool" / f"{other.name}-{other.version}.apk").write_bytes(made)
    index = tmp_path / "APKINDEX.tar.gz"
    options = ("--allow-untrusted", "--rewrite-arch", "x86_64", "--description", "v3.22.1-7-gabcdef0")
    run(Apk.program(), "index", *options, "--output", index, *sorted((tmp_path / "pool").iterdir()))
    assert behind(capsys, image, f"apk:{index}") == {"p0", "p1", "p2"}
