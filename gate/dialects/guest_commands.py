"""What the commands of a script do to a guest that becomes an image.

Each recogniser looks at one command. What it does not know it says nothing about.
"""

from __future__ import annotations

from gate.dialects.guest_updates import updates
from gate.dialects.shell_commands import MAX_COMMANDS, MAX_TEXT, commands
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.shell_commands import Command

_TALKERS = frozenset(
    ("echo", "printf", "grep", "sed", "awk", "logger", "write-host", "write-output", "rem", "::", "which")
)
_DOWNLOADERS = frozenset(("curl", "wget", "fetch", "invoke-webrequest", "iwr", "invoke-restmethod", "irm"))
_INTERPRETERS = frozenset(
    ("sh", "bash", "zsh", "ksh", "dash", "python", "python3", "perl", "ruby", "iex", "invoke-expression")
)
#: How the names of scripts end.
SCRIPTS = (".sh", ".bash", ".ps1", ".py", ".pl", ".cmd", ".bat")


class Deed(Record):
    """What one command does, as far as anything here recognises it; `start` is where it stands.

    `written` are its words, with those of the one that it is piped from, where it is told of by itself.
    """

    start: int
    updates: str
    cleans: bool
    removes_account: bool
    removes_key: bool
    skips_tls: str
    runs_download: str
    fetches: str
    verifies: bool
    runs: str
    program: str
    written: str = ""


class Script(Record):
    """What a script does: the deeds of its commands, and whether it is longer than is read."""

    deeds: tuple[Deed, ...]
    cut: bool


def script(text: str, *, windows: bool = False) -> Script:
    """Read a script; commands that do nothing of interest are left away."""
    deeds: list[Deed] = []
    before: Command | None = None
    found = commands(text, windows=windows)
    for command in found:
        deed = _deed(command, before)
        if deed is not None:
            deeds.append(deed)
        before = command
    return Script(tuple(deeds), len(text) > MAX_TEXT or len(found) >= MAX_COMMANDS)


def _deed(command: Command, before: Command | None) -> Deed | None:
    talks = command.program in _TALKERS
    skips_tls, runs_download = _skips_tls(command), _runs_download(command, before)
    deed = Deed(
        command.start,
        "none" if talks else updates(command.words),
        _cleans(command),
        _removes_account(command),
        _removes_key(command),
        skips_tls,
        runs_download,
        _fetches(command),
        _verifies(command),
        _runs_script(command),
        command.program,
        _written(command, before if command.piped else None) if skips_tls or runs_download else "",
    )
    return None if deed == Deed(command.start, "none", *_NOTHING, command.program) else deed


_NOTHING = (False, False, False, "", "", "", False, "")


def _written(command: Command, before: Command | None) -> str:
    return " | ".join(" ".join(one.words) for one in (before, command) if one is not None)


def _cleans(command: Command) -> bool:
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


def _removes_account(command: Command) -> bool:
    """Say whether a command removes or locks a login."""
    words = [word.lower() for word in command.words]
    if command.program in ("userdel", "deluser", "remove-localuser", "disable-localuser"):
        return True
    if command.program in ("passwd", "usermod"):
        return bool({"-l", "--lock", "-dl", "-ld", "-L".lower()} & set(words))
    if command.program == "chage":
        return "-e" in words
    if command.program == "net":
        return words[1:2] == ["user"] and ("/delete" in words or "/active:no" in words)
    return command.program == "waagent" and any("user" in word for word in words)


def _removes_key(command: Command) -> bool:
    """Say whether a command empties or removes a list of authorised keys; one that writes another key does not."""
    text = " ".join(command.words)
    if "authorized_keys" not in text and not text.rstrip("/").endswith(".ssh"):
        return False
    if command.program in ("rm", "shred", "truncate", "find", "sed"):
        return True
    return (
        command.program in (":", "true", ">", "cat") and ">" in text and ("/dev/null" in text or len(command.words) < 4)
    )


def _skips_tls(command: Command) -> str:
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


def _runs_download(command: Command, before: Command | None) -> str:
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


def _runs_script(command: Command) -> str:
    """Return the file that a command runs, when it is named by its path; empty when it is not."""
    words = list(command.words)
    if command.program in ("powershell", "pwsh"):
        return next((word for word in words[1:] if word.lower().endswith(SCRIPTS)), "")
    if command.program in _INTERPRETERS or command.program in (".", "source"):
        words = [word for word in words[1:] if not word.startswith("-")]
        if command.program not in (".", "source") and any(word == "-c" for word in command.words):
            return ""
    if not words:
        return ""
    path = words[0]
    return path if path.lower().endswith(SCRIPTS) or ("/" in path and "://" not in path) else ""


def _fetches(command: Command) -> str:
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


def _verifies(command: Command) -> bool:
    """Say whether a command compares what was downloaded with a checksum or a signature."""
    words = set(command.words)
    if command.program in ("sha256sum", "sha512sum", "shasum"):
        return bool({"-c", "--check"} & words) or any(_is_flag(word, "c") for word in words)
    return command.program in ("gpg", "gpgv", "cosign", "minisign", "signify") and "--import" not in words
