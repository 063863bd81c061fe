"""What a command does with the packages of a distribution or a language, as its words tell.

Sources: the manual pages of apt-get, apk, dnf, zypper, pacman, pip, npm and gem.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from gate.model.image import PackageAction

    #: The manager, what it does, and the operands as written.
    Use: TypeAlias = tuple[str, PackageAction, tuple[str, ...]]

_APT: dict[str, PackageAction] = {
    "update": "update",
    **dict.fromkeys(("install", "reinstall", "build-dep"), "install"),
    **dict.fromkeys(("upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"), "upgrade"),
    **dict.fromkeys(("remove", "purge", "autoremove"), "remove"),
    **dict.fromkeys(("clean", "autoclean"), "clean"),
}
_DNF: dict[str, PackageAction] = {
    **dict.fromkeys(("makecache", "check-update"), "update"),
    **dict.fromkeys(("install", "localinstall", "groupinstall", "reinstall", "builddep"), "install"),
    **dict.fromkeys(
        ("update", "upgrade", "update-minimal", "upgrade-minimal", "distro-sync", "dist-upgrade"), "upgrade"
    ),
    **dict.fromkeys(("remove", "erase", "autoremove"), "remove"),
    "clean": "clean",
}
_ACTIONS: dict[str, dict[str, PackageAction]] = {
    "apt": _APT,
    "apk": {
        "add": "install",
        "fix": "install",
        "update": "update",
        "upgrade": "upgrade",
        "del": "remove",
        "cache": "clean",
    },
    "dnf": _DNF,
    "yum": _DNF,
    "microdnf": _DNF,
    "tdnf": _DNF,
    "zypper": {
        **dict.fromkeys(("refresh", "ref"), "update"),
        **dict.fromkeys(("install", "in"), "install"),
        **dict.fromkeys(("update", "up", "patch", "dup", "dist-upgrade"), "upgrade"),
        **dict.fromkeys(("remove", "rm"), "remove"),
        **dict.fromkeys(("clean", "cc"), "clean"),
    },
    "pip": {"install": "install", "uninstall": "remove", "cache": "clean"},
    "npm": {
        **dict.fromkeys(("install", "i", "add", "ci", "clean-install"), "install"),
        **dict.fromkeys(("update", "up", "upgrade"), "upgrade"),
        **dict.fromkeys(("uninstall", "rm", "remove"), "remove"),
        "cache": "clean",
    },
    "gem": {"install": "install", "update": "upgrade", "uninstall": "remove", "cleanup": "clean"},
}
_ALIASES = {"apt-get": "apt", "aptitude": "apt"}

#: Options whose value is the next word.
_VALUED: dict[str, frozenset[str]] = {
    "apt": frozenset({"-t", "--target-release", "-o", "--option", "-c", "--config-file", "-a"}),
    "apk": frozenset({"-t", "--virtual", "-X", "--repository", "-p", "--root", "--repositories-file", "--arch"}),
    "dnf": frozenset(
        {"-c", "-x", "--releasever", "--installroot", "--setopt", "--repo", "--enablerepo", "--disablerepo"}
    ),
    "zypper": frozenset({"-R", "--root", "-r", "--repo", "--from", "-t", "--type"}),
    "pip": frozenset(
        {"-c", "--constraint", "-e", "--editable", "-i", "--index-url", "--extra-index-url", "-f", "--find-links"}
        | {"-t", "--target", "--prefix", "--root", "--trusted-host", "--cache-dir", "--no-binary", "--only-binary"}
    ),
    "npm": frozenset({"--prefix", "--registry", "--cache", "-w", "--workspace", "--loglevel"}),
    "gem": frozenset({"-v", "--version", "-i", "--install-dir", "-n", "--bindir", "-s", "--source"}),
}
_VALUED["yum"] = _VALUED["microdnf"] = _VALUED["tdnf"] = _VALUED["dnf"]

#: Where managers keep what `clean` removes.
_CACHES = {"/var/lib/apt/lists": "apt", "/var/cache/apt": "apt", "/var/cache/apk": "apk"} | {
    "/var/cache/yum": "yum",
    "/var/cache/dnf": "dnf",
    "/var/cache/zypp": "zypper",
}


#: Programs that handle packages, without the version at the end of their names.
MANAGERS = frozenset({*_ACTIONS, *_ALIASES, "pacman", "python", "uv", "rm"})


def package_uses(program: str, words: list[str]) -> Iterator[Use]:
    """Yield what one command does with packages."""
    if program == "rm":
        for word in words[1:]:
            for folder, manager in _CACHES.items():
                if word.startswith(folder):
                    yield manager, "clean", (word,)
        return
    manager, words = _manager(program, words)
    if manager == "pacman":
        yield from _pacman(words)
    operands = _operands(manager, words[1:]) if manager in _ACTIONS else []
    if operands:
        action = _ACTIONS[manager].get(operands[0])
        if action is not None:
            yield manager, action, tuple(operands[1:])


def _manager(program: str, words: list[str]) -> tuple[str, list[str]]:
    """Name the package manager behind a program, `python -m pip` and `uv pip` included."""
    bare = program.rstrip("0123456789.")
    if bare == "python" and words[1:3] == ["-m", "pip"]:
        return "pip", words[2:]
    if program == "uv" and words[1:2] == ["pip"]:
        return "pip", words[1:]
    if bare == "pip":
        return "pip", words
    return _ALIASES.get(program, program), words


def _operands(manager: str, words: list[str]) -> list[str]:
    """Return the words that are no options; pip's requirement files stay with their option."""
    found: list[str] = []
    valued = _VALUED.get(manager, frozenset())
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word in valued:
            at += 1
        elif manager == "pip" and word in ("-r", "--requirement"):
            found.append(f"-r {words[at]}" if at < len(words) else "-r")
            at += 1
        elif not word.startswith("-"):
            found.append(word)
    return found


def _pacman(words: list[str]) -> Iterator[Use]:
    options = "".join(word[1:] for word in words[1:] if word.startswith("-") and not word.startswith("--"))
    packages = tuple(word for word in words[1:] if not word.startswith("-"))
    if "R" in options:
        yield "pacman", "remove", packages
    elif "S" in options and "c" in options:
        yield "pacman", "clean", packages
    elif "S" in options and "u" in options:
        yield "pacman", "upgrade", packages
    elif "S" in options or "U" in options:
        yield "pacman", "install" if packages else "update", packages
