"""Random layers: of paths that stand for any others, and of what real package managers did to a root filesystem."""

from __future__ import annotations

import os
import shutil
import tarfile
from typing import TYPE_CHECKING, NamedTuple

from tests.packages.managers import Package
from tests.readers.rootfs import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from tests.packages.managers import Manager

#: Files that are watched, and others.
WATCHED = ("a/f", "a/b/f", "a/b/g", "a/c/f", "d/f", "d/e/f")
OTHERS = ("x/f", "x/y/f")
FOLDERS = ("a", "a/b", "a/c", "d", "d/e", "x", "x/y")

#: Where links lead that stand for files, and for folders: into what is watched, beside it and out of the root.
TO_FILES = ("f", "g", "../f", "../b/g", "/d/f", "/a/b/../f", "/x/f", "../../../d/e/f", "gone")
#: The links at `x` lead nowhere that is watched: of those that do, the gate knows only where it watches them too.
TO_FOLDERS = ("b", "../b", "../d", "/a", "/a/b", "/d/e/", "x", "../../../a/b", "/x/y", "./y", "gone")
ASIDE = ("/x/y", "./y", "gone")

NAMES = ("liba", "libb", "c", "d-tools", "e2", "f++")
VERSIONS = ("1.0-r1", "1.10-r0", "2.0.3-r7")

#: Where a database may have gone: as Fedora, SUSE and Alpine moved theirs.
MOVED = {"var/lib/rpm": "usr/lib/sysimage/rpm", "lib/apk/db": "usr/lib/apk/db", "var/lib/dpkg": "usr/share/dpkg-db"}


class Node(NamedTuple):
    """What stands at a path: a file with its bytes, a link with its target, or a folder."""

    kind: bytes
    data: bytes = b""
    target: str = ""


Tree = dict[str, Node]


def layers(random: Random) -> list[list[Entry]]:
    """Return layers of random entries, most of which can be unpacked."""
    written: list[str] = []
    return [[_entry(random, written) for _ in range(random.randrange(1, 9))] for _ in range(random.randrange(2, 5))]


def _entry(random: Random, written: list[str]) -> Entry:
    choice = random.randrange(20)
    if choice < 7:
        return _folder(random, choice)
    path = random.choice(WATCHED + OTHERS)
    folder, _, name = path.rpartition("/")
    if choice < 14:
        written.append(path)
        return Entry(_spelled(path, random), random.randbytes(6).hex().encode())
    if choice < 16:
        return Entry(_spelled(path, random), b"", tarfile.SYMTYPE, random.choice(TO_FILES))
    if choice < 17 and written:
        return Entry(path, b"", tarfile.LNKTYPE, random.choice(written))
    return Entry(f"{folder}/.wh.{name}")


def _folder(random: Random, choice: int) -> Entry:
    path = random.choice(FOLDERS)
    if choice < 2:
        return Entry(_spelled(path, random), b"", tarfile.DIRTYPE)
    if choice < 4:
        targets = ASIDE if path[0] == "x" else TO_FOLDERS
        return Entry(_spelled(path, random), b"", tarfile.SYMTYPE, random.choice(targets))
    return Entry(f"{path}/.wh..wh..opq") if choice < 6 else Entry(_hidden(path))


def _spelled(path: str, random: Random) -> str:
    return random.choice(("", "", "./", "/")) + path


def images(manager: Manager, root: Path, random: Random) -> Iterator[list[Entry]]:
    """Let a package manager work on an empty root, and yield what each of its days changed, as a layer."""
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "os-release").write_text(manager.release, encoding="utf-8")
    manager.start(root)
    for package in random.sample(NAMES, 3):
        manager.install(root, _package(package, random))
    before: Tree = {}
    for _ in range(random.randrange(2, 5)):
        after = tree(root)
        yield difference(before, after, manager.folder, random)
        before = after
        _day(manager, root, random)


def _day(manager: Manager, root: Path, random: Random) -> None:
    """Change some packages, and now and then where the database is, or whether there is one."""
    for _ in range(random.randrange(1, 3)):
        installed = sorted({row.name for row in manager.listed(root)} & set(NAMES))
        if installed and random.random() < 0.4:
            manager.remove(root, random.choice(installed))
        else:
            manager.install(root, _package(random.choice(NAMES), random))
    folder, moved = root / manager.folder, root / MOVED[manager.folder]
    choice = random.randrange(8)
    if choice == 0 and not folder.is_symlink():
        moved.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(moved)
        folder.symlink_to(os.path.relpath(moved, folder.parent))
    elif choice == 1 and folder.is_symlink():
        folder.unlink()
        moved.rename(folder)
    elif choice == 2:
        shutil.rmtree(folder.resolve())
        if folder.is_symlink():
            folder.unlink()
        manager.start(root)
        manager.install(root, _package(random.choice(NAMES), random))


def _package(name: str, random: Random) -> Package:
    return Package(name, random.choice(VERSIONS), f"{name}-source" if name.startswith("lib") else "")


def tree(root: Path) -> Tree:
    """Return everything below a root."""
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = Node(tarfile.SYMTYPE, b"", str(path.readlink()))
        elif path.is_dir():
            found[name] = Node(tarfile.DIRTYPE)
        elif path.is_file():
            found[name] = Node(tarfile.REGTYPE, path.read_bytes())
    return found


def difference(before: Tree, after: Tree, folder: str, random: Random) -> list[Entry]:
    """Return what makes one tree of another, in one of the ways in which builders write it."""
    lost = before.keys() - after.keys()
    gone = [path for path in before if path in lost and path.rpartition("/")[0] not in lost]
    changed = {path: node for path, node in after.items() if before.get(path) != node}
    entries = [Entry(_hidden(path)) for path in gone]
    if random.random() < 0.2 and after.get(folder, Node(b"")).kind == tarfile.DIRTYPE and folder in before:
        # All of the database again, with the word that nothing of it was there before.
        entries = [one for one in entries if not one.name.startswith(f"{folder}/")] + [Entry(f"{folder}/.wh..wh..opq")]
        changed |= {path: node for path, node in after.items() if path.startswith(f"{folder}/")}
    for path, node in changed.items():
        if node.kind == tarfile.REGTYPE and random.random() < 0.05:
            entries.append(Entry(path, b"an older one, that the next entry replaces\n"))
        same = next((one.name for one in entries if node.data and one.data == node.data), "")
        if same and random.random() < 0.5:
            entries.append(Entry(path, b"", tarfile.LNKTYPE, same))
        elif node.kind != tarfile.DIRTYPE or random.random() < 0.7:
            entries.append(Entry(path, node.data, node.kind, node.target))
    return entries


def _hidden(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.wh.{name}"
