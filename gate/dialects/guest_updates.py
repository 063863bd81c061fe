"""How much of a system a command of a package manager brings up to date."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: How much a run updates, from nothing to everything.
UPDATES = ("none", "partial", "security", "full")

_DRY = frozenset(("-s", "--simulate", "--dry-run", "--just-print", "-d", "--download-only", "--downloadonly"))


def _verbs(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("-") and ">" not in word and "=" not in word]


def updates(words: tuple[str, ...]) -> str:
    """Say how much of the guest a command brings up to date.

    The package manager may itself be an argument of a helper, such as `retry`.
    """
    for place, word in enumerate(words[:6]):
        judge = _MANAGERS.get(word.rpartition("/")[2].lower())
        if judge is not None:
            rest = list(words[place + 1 :])
            return "none" if _DRY & set(rest) else judge(rest)
    return "full" if any("CreateUpdateInstaller" in word for word in words) else "none"


def _apt(words: list[str]) -> str:
    verbs = _verbs(words)
    if any(verb in ("upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade") for verb in verbs[:2]):
        return "full"
    return "partial" if "--only-upgrade" in words else "none"


def _dnf(words: list[str]) -> str:
    verbs = _verbs(words)
    if not verbs or verbs[0] not in ("update", "upgrade", "distro-sync", "upgrade-minimal", "update-minimal"):
        return "none"
    if "--security" in words:
        return "security"
    return "full" if len(verbs) == 1 or verbs[1] == "*" else "partial"


def _zypper(words: list[str]) -> str:
    verbs = _verbs(words)
    if any(verb in ("update", "up", "dup", "dist-upgrade") for verb in verbs[:2]):
        return "full"
    return "security" if verbs[:1] == ["patch"] else "none"


def _apk(words: list[str]) -> str:
    verbs = _verbs(words)
    return ("full" if len(verbs) == 1 else "partial") if verbs[:1] == ["upgrade"] else "none"


def _pacman(words: list[str]) -> str:
    flags = "".join(word for word in words if word.startswith("-") and not word.startswith("--"))
    sync, upgrade = "S" in flags or "--sync" in words, "u" in flags or "--sysupgrade" in words
    return "full" if sync and upgrade else "none"


def _emerge(words: list[str]) -> str:
    return "full" if {"@world", "world"} & set(words) and {"--update", "-u", "-uDN", "-avuDN"} & set(words) else "none"


def _verb(verbs: tuple[str, ...], level: str) -> Callable[[list[str]], str]:
    return lambda words: level if any(word in verbs for word in words) else "none"


def _always(level: str) -> Callable[[list[str]], str]:
    return lambda _words: level


_KINDS: tuple[tuple[tuple[str, ...], Callable[[list[str]], str]], ...] = (
    (("apt-get", "apt", "aptitude"), _apt),
    (("unattended-upgrade", "unattended-upgrades"), _always("security")),
    (("dnf", "dnf5", "yum", "microdnf", "tdnf"), _dnf),
    (("zypper",), _zypper),
    (("apk",), _apk),
    (("pacman",), _pacman),
    (("freebsd-update",), _verb(("install",), "full")),
    (("rpm-ostree", "transactional-update", "swupd"), _verb(("upgrade", "update", "up", "dup", "patch"), "full")),
    (("emerge",), _emerge),
    (("pkg_add",), _verb(("-u", "-Iu", "-uI"), "partial")),
    (("pkg", "pkg-static"), _verb(("upgrade", "update"), "partial")),
    (("syspatch",), _always("security")),
    (("softwareupdate",), _verb(("-i", "-ia", "--install"), "full")),
    (("install-windowsupdate", "get-wuinstall", "install-wuupdates"), _always("full")),
)
_MANAGERS = {name: judge for names, judge in _KINDS for name in names}
