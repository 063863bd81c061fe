"""Package managers themselves at work on root filesystems: dpkg, rpm and apk, each with packages made for the tests.

They write the databases and say what these list; nothing of their packages is started.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    class Manager(Protocol):
        """What changes the packages of a root filesystem."""

        @property
        def kind(self) -> str:
            """The gate's name of it."""

        @property
        def release(self) -> str:
            """What `etc/os-release` says of a system that has it."""

        @property
        def folder(self) -> str:
            """Where it keeps its database."""

        def start(self, root: Path) -> None:
            """Prepare a root for it."""

        def install(self, root: Path, package: Package) -> None:
            """Install a package, or another version of one that is there."""

        def remove(self, root: Path, name: str) -> None:
            """Remove a package."""

        def listed(self, root: Path) -> set[Row]:
            """Return what it lists as installed."""


#: rpm and rpmbuild, or others in their place: Debian builds rpm without ndb.
RPM, RPMBUILD = (os.environ.get(f"GATE_{name.upper()}", name) for name in ("rpm", "rpmbuild"))

#: Debian's rpm is not to be used on Debian, and has an option for whoever means it.
DEBIAN = ("--force-debian",) if RPM == "rpm" and which("dpkg") else ()

#: What apk is asked of a package.
FIELDS = "name,version,arch,origin"

CONTROL = """\
Package: {package.name}
{source}Version: {package.version}
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: made for a test
 Version: 9
 .
 Package: no
"""

SPEC = """\
Name: {own}
Version: {version}
Release: {release}
{epoch}Summary: made for a test
License: MIT
BuildArch: noarch
%description
made for a test
"""

PART = """\
%package -n {package.name}
Summary: made for a test
%description -n {package.name}
made for a test
%files -n {package.name}
"""


class Package(NamedTuple):
    """A package to be made; its version is whole, with epoch and release."""

    name: str
    version: str
    source: str = ""


class Row(NamedTuple):
    """One package as its manager lists it."""

    name: str
    version: str
    architecture: str
    source: str


class Dpkg:
    """dpkg of Debian."""

    kind = "dpkg"
    release = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
    folder = "var/lib/dpkg"

    def __init__(self, pool: Path) -> None:
        """Keep packages in a folder."""
        self._pool = pool

    @staticmethod
    def absent() -> bool:
        """Tell whether it is not installed."""
        return which("dpkg-deb") is None

    def start(self, root: Path) -> None:
        for name in ("info", "updates", "triggers"):
            (root / self.folder / name).mkdir(parents=True)
        for name in ("status", "available"):
            (root / self.folder / name).touch()

    def install(self, root: Path, package: Package) -> None:
        self._dpkg(root, "--install", self._made(package))

    def remove(self, root: Path, name: str) -> None:
        self._dpkg(root, "--remove", name)

    def listed(self, root: Path) -> set[Row]:
        fields = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${db:Status-Status}\n"
        told = run("dpkg-query", f"--admindir={root / self.folder}", "--show", f"--showformat={fields}", status={0, 1})
        rows = (line.split("\t") for line in told.splitlines())
        return {Row(*row[:4]) for row in rows if row[4] not in ("not-installed", "config-files")}

    def _dpkg(self, root: Path, *arguments: str | Path) -> None:
        run("dpkg", f"--root={root}", "--force-not-root,bad-path,depends", "--no-triggers", *arguments)

    def _made(self, package: Package) -> Path:
        path = self._pool / f"{package.name}_{package.version.replace(':', '.')}.deb"
        if not path.exists():
            tree = self._pool / "tree"
            (tree / "DEBIAN").mkdir(parents=True, exist_ok=True)
            (tree / "etc").mkdir(exist_ok=True)
            source = f"Source: {package.source}\n" if package.source else ""
            (tree / "etc" / package.name).write_text(f"of {package.name}\n", encoding="utf-8")
            (tree / "DEBIAN" / "conffiles").write_text(f"/etc/{package.name}\n", encoding="utf-8")
            control = CONTROL.format(package=package, source=source)
            (tree / "DEBIAN" / "control").write_text(control, encoding="utf-8")
            run("dpkg-deb", "--root-owner-group", "--build", tree, path)
            (tree / "etc" / package.name).unlink()
        return path


class Rpm:
    """rpm, with its database in one of its forms."""

    kind = "rpm"
    release = 'ID=fedora\nVERSION_ID=42\nNAME="Fedora Linux"\n'

    def __init__(self, pool: Path, backend: str, folder: str = "var/lib/rpm") -> None:
        """Keep packages in a folder; `backend` is the form, and `folder` where the database is."""
        self._pool = pool
        self._backend = backend
        self.folder = folder

    @staticmethod
    def absent(backend: str) -> bool:
        """Tell whether it is not installed, or does not write a form; Debian builds it without ndb."""
        if which(RPMBUILD) is None:
            return True
        with TemporaryDirectory() as folder:
            asked = (RPM, "--dbpath", folder, "--define", f"_db_backend {backend}", "--initdb")
            told = subprocess.run(asked, capture_output=True, text=True, check=False)
        return "invalid %_db_backend" in told.stderr

    def start(self, root: Path) -> None:
        (root / self.folder).mkdir(parents=True)

    def install(self, root: Path, package: Package) -> None:
        self._rpm(root, "--upgrade", "--oldpackage", "--replacepkgs", self._made(package))

    def remove(self, root: Path, name: str) -> None:
        self._rpm(root, "--erase", name)

    def listed(self, root: Path) -> set[Row]:
        row = r"%{NAME}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n"
        told = self._asked(root, "--query", "--all", "--queryformat", row)
        rows = (Row(*line.split("\t")) for line in told.splitlines())
        return {one._replace(source=one.source.rsplit("-", 2)[0]) for one in rows}

    def _rpm(self, root: Path, *arguments: str | Path) -> None:
        self._asked(root, "--justdb", "--nodeps", "--noscripts", "--notriggers", "--nosignature", *arguments)

    def _asked(self, root: Path, *arguments: str | Path) -> str:
        place = ("--dbpath", (root / self.folder).resolve(), "--define", f"_db_backend {self._backend}")
        told = run(RPM, *DEBIAN, *place, *arguments)
        # What it leaves behind for other processes, no image has; the log is empty once all have closed it.
        for name in (".rpm.lock", "rpmdb.sqlite-shm", "rpmdb.sqlite-wal", ".Packages.db.lock"):
            (root / self.folder / name).unlink(missing_ok=True)
        return told

    def _made(self, package: Package) -> Path:
        epoch, _, version = package.version.rpartition(":")
        version, _, release = version.partition("-")
        path = self._pool / "noarch" / f"{package.name}-{version}-{release}.noarch.rpm"
        if not path.exists():
            recipe = self._pool / "recipe.spec"
            self._pool.mkdir(parents=True, exist_ok=True)
            said = (SPEC + PART if package.source else SPEC + "%files\n").format(
                own=package.source or package.name,
                package=package,
                version=version,
                release=release,
                epoch=f"Epoch: {epoch}\n" if epoch else "",
            )
            recipe.write_text(said, encoding="utf-8")
            places = ("--define", f"_topdir {self._pool}/work", "--define", f"_rpmdir {self._pool}")
            run(RPMBUILD, "-bb", "--quiet", *places, recipe)
        return path


class Apk:
    """apk of Alpine, from version 3 on, which makes packages too; Debian has none, and `GATE_APK` may name one."""

    kind = "apk"
    release = 'ID=alpine\nVERSION_ID=3.22.1\nNAME="Alpine Linux"\n'
    folder = "lib/apk/db"

    def __init__(self, pool: Path) -> None:
        """Keep packages in a folder."""
        self._pool = pool

    @staticmethod
    def program() -> str:
        """Return the program; empty where there is none."""
        return os.environ.get("GATE_APK") or which("apk") or ""

    def start(self, root: Path) -> None:
        self._apk(root, "add", "--initdb")

    def install(self, root: Path, package: Package) -> None:
        self._apk(root, "add", self._made(package))

    def remove(self, root: Path, name: str) -> None:
        self._apk(root, "del", name)

    def listed(self, root: Path) -> set[Row]:
        told = run(self.program(), "--root", root, "query", "--installed", "--format", "json", "--fields", FIELDS, "*")
        from json import loads

        return {Row(one["name"], one["version"], one["arch"], one.get("origin", "")) for one in loads(told or "[]")}

    def _apk(self, root: Path, *arguments: str | Path) -> None:
        user = () if os.geteuid() == 0 else ("--usermode",)
        options = ("--allow-untrusted", "--no-network", "--arch", "x86_64", "--no-scripts", *user)
        run(self.program(), "--root", root, *options, *arguments)

    def _made(self, package: Package) -> Path:
        path = self._pool / f"{package.name}-{package.version}.apk"
        if not path.exists():
            tree = self._pool / "tree"
            tree.mkdir(parents=True, exist_ok=True)
            facts = {"name": package.name, "version": package.version, "arch": "x86_64", "build-time": "1700000000"}
            facts |= {"origin": package.source} if package.source else {}
            said: Iterable[str] = (word for name, text in facts.items() for word in ("--info", f"{name}:{text}"))
            run(self.program(), "mkpkg", "--files", tree, *said, "--output", path)
        return path


def run(program: str, *arguments: str | Path, status: Iterable[int] = (0,)) -> str:
    """Run a program, and return what it says."""
    command = [program, *map(str, arguments)]
    environment = {**os.environ, "LC_ALL": "C", "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    if told.returncode not in status:
        raise OSError(f"{' '.join(command)} ended with {told.returncode}: {told.stderr[-500:]}")
    return told.stdout
