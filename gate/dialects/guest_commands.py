"""What commands do to a guest that becomes an image: updates, clean-up, downloads that nobody checks.

Each recogniser looks at one command. What it does not know it says nothing about.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.dialects.shell_commands import Command

#: How much a run updates, from nothing to everything.
UPDATES = ("none", "partial", "security", "full")

_TALKERS = frozenset(("echo", "printf", "grep", "sed", "awk", "logger", "write-host", "write-output", "rem", "which"))
_DOWNLOADERS = frozenset(("curl", "wget", "fetch", "invoke-webrequest", "iwr", "invoke-restmethod", "irm"))
_INTERPRETERS = frozenset(
    ("sh", "bash", "zsh", "ksh", "dash", "python", "python3", "perl", "ruby", "iex", "invoke-expression")
)
_SCRIPTS = (".sh", ".bash", ".ps1", ".py", ".pl", ".cmd", ".bat")
_DRY = frozenset(("-s", "--simulate", "--dry-run", "--just-print", "-d", "--download-only", "--downloadonly"))


def _manager(command: Command, names: tuple[str, ...]) -> list[str] | None:
    """Return the words behind a package manager, which may itself be an argument of a helper such as `retry`."""
    if command.program in _TALKERS:
        return None
    words = [word.rpartition("/")[2].lower() for word in command.words[:6]]
    found = next((place for place, word in enumerate(words) if word in names), None)
    return None if found is None else list(command.words[found + 1 :])


def _verbs(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("-") and ">" not in word and "=" not in word]


def updates(command: Command) -> str:
    """Say how much of the guest a command brings up to date."""
    for names, judge in _MANAGERS:
        words = _manager(command, names)
        if words is not None and not _DRY & set(words):
            return judge(words)
    return "none"


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
    return "full" if "S" in flags and "u" in flags else "none"


def _verb(verbs: tuple[str, ...], level: str) -> Callable[[list[str]], str]:
    return lambda words: level if any(word in verbs for word in words) else "none"


def _always(level: str) -> Callable[[list[str]], str]:
    return lambda _words: level


_MANAGERS: tuple[tuple[tuple[str, ...], Callable[[list[str]], str]], ...] = (
    (("apt-get", "apt", "aptitude"), _apt),
    (("unattended-upgrade", "unattended-upgrades"), _always("security")),
    (("dnf", "dnf5", "yum", "microdnf", "tdnf"), _dnf),
    (("zypper",), _zypper),
    (("apk",), _apk),
    (("pacman",), _pacman),
    (("freebsd-update",), _verb(("install",), "full")),
    (("rpm-ostree", "transactional-update", "swupd"), _verb(("upgrade", "update", "up", "dup", "patch"), "full")),
    (("pkg",), _verb(("upgrade", "update"), "partial")),
    (("syspatch",), _always("security")),
    (("softwareupdate",), _verb(("-i", "-ia", "--install"), "full")),
    (("install-windowsupdate", "get-wuinstall", "install-wuupdates"), _always("full")),
)


def cleans(command: Command) -> bool:
    """Say whether a command takes away what must not be the same in two machines: machine id, host keys, identity."""
    words = [word.lower() for word in command.words]
    text = " ".join(words)
    if command.program in _TALKERS and ">" not in text:
        return False
    if "cloud-init" in text and "clean" in words:
        return True
    if command.program in ("rm", "truncate", "shred", "cp", "echo", "cat", ":", ">", "dd", "find"):
        return "/etc/machine-id" in text or "ssh_host_" in text
    return "sysprep" in text or "/generalize" in words or "virt-sysprep" in text or "-deprovision" in text


def removes_account(command: Command) -> bool:
    """Say whether a command removes or locks a login."""
    words = [word.lower() for word in command.words]
    if command.program in ("userdel", "deluser", "remove-localuser", "disable-localuser"):
        return True
    if command.program in ("passwd", "usermod"):
        return bool({"-l", "--lock", "-dl", "-ld", "-L".lower()} & set(words))
    if command.program == "chage":
        return "-e" in words
    if command.program in ("net", "net.exe"):
        return words[1:2] == ["user"] and ("/delete" in words or "/active:no" in words)
    return command.program == "waagent" and any("user" in word for word in words)


def removes_key(command: Command) -> bool:
    """Say whether a command empties or removes a list of authorised keys; one that writes another key does not."""
    text = " ".join(command.words)
    if "authorized_keys" not in text and not text.rstrip("/").endswith(".ssh"):
        return False
    if command.program in ("rm", "shred", "truncate", "find", "sed"):
        return True
    return (
        command.program in (":", "true", ">", "cat") and ">" in text and ("/dev/null" in text or len(command.words) < 4)
    )


def skips_tls(command: Command) -> str:
    """Name the option by which a command accepts any certificate or unsigned package; empty when there is none."""
    words = [word.lower() for word in command.words]
    text = " ".join(words)
    if command.program not in _TALKERS:
        for program, option in _OPTIONS:
            if option in words and program in words[0:4]:
                return f"{program} {option}"
        if "curl" in words[:4] and any(_has_k(word) for word in command.words):
            return "curl --insecure"
    return next((shown for sign, shown in _SIGNS if sign in text), "")


def _has_k(word: str) -> bool:
    return len(word) > 1 and word[0] == "-" and word[1:].isalpha() and "k" in word and "o" not in word.partition("k")[0]


_OPTIONS = (
    ("curl", "--insecure"),
    ("wget", "--no-check-certificate"),
    ("apt-get", "--allow-unauthenticated"),
    ("apt", "--allow-unauthenticated"),
    ("apt-get", "--force-yes"),
    ("yum", "--nogpgcheck"),
    ("dnf", "--nogpgcheck"),
    ("tdnf", "--nogpgcheck"),
    ("zypper", "--no-gpg-checks"),
    ("apk", "--allow-untrusted"),
    ("pip", "--trusted-host"),
    ("pip3", "--trusted-host"),
)
_SIGNS = (
    ("http.sslverify=false", "git http.sslVerify=false"),
    ("http.sslverify false", "git http.sslVerify=false"),
    ("strict-ssl false", "npm strict-ssl false"),
    ("gpgcheck=0", "gpgcheck=0"),
    ("sslverify=0", "sslverify=0"),
    ("[trusted=yes]", "[trusted=yes]"),
    ("-skipcertificatecheck", "-SkipCertificateCheck"),
    ("servercertificatevalidationcallback", "ServerCertificateValidationCallback"),
)


def runs_download(command: Command, before: Command | None) -> str:
    """Name the download that a command runs unseen: `curl … | sh`, `sh -c "$(curl …)"`; empty when there is none."""
    text = " ".join(command.words).lower()
    if command.program in _INTERPRETERS:
        if command.piped and before is not None and before.program in _DOWNLOADERS:
            return f"{before.program} | {command.program}"
        for opening in ("$(", "<(", "`", "("):
            for program in _DOWNLOADERS:
                if f"{opening}{program} " in text or f"{opening} {program} " in text:
                    return f"{command.program} of what {program} fetches"
    if "downloadstring" in text and ("iex" in text or "invoke-expression" in text):
        return "Invoke-Expression of a download"
    return ""


def runs_script(command: Command) -> str:
    """Return the file that a command runs, when it is named by its path; empty when it is not."""
    words = list(command.words)
    if command.program in _INTERPRETERS or command.program in (".", "source"):
        words = [word for word in words[1:] if not word.startswith("-")]
        if command.program not in (".", "source") and any(word == "-c" for word in command.words):
            return ""
    if not words:
        return ""
    path = words[0]
    return path if path.endswith(_SCRIPTS) or ("/" in path and "://" not in path) else ""


def fetches(command: Command) -> str:
    """Return the name of the file that a download is written to; empty when there is none."""
    if command.program not in ("curl", "wget"):
        return ""
    short = "o" if command.program == "curl" else "O"
    for option, value in zip(command.words[1:-1], command.words[2:], strict=True):
        bundled = option.startswith("-") and not option.startswith("--") and option.endswith(short)
        if (bundled and value != "-") or option in ("--output", "--output-document"):
            return value.rpartition("/")[2]
    kept = command.program == "wget" or any(_is_flag(word, "O") for word in command.words)
    address = next((word for word in command.words if "://" in word), "")
    return address.partition("?")[0].rpartition("/")[2] if kept else ""


def _is_flag(word: str, flag: str) -> bool:
    return word.startswith("-") and not word.startswith("--") and flag in word


def verifies(command: Command) -> bool:
    """Say whether a command compares what was downloaded with a checksum or a signature."""
    words = set(command.words)
    if command.program in ("sha256sum", "sha512sum", "shasum"):
        return bool({"-c", "--check"} & words) or any(_is_flag(word, "c") for word in words)
    return command.program in ("gpg", "gpgv", "cosign", "minisign", "signify") and "--import" not in words
