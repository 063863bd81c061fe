"""What a command fetches from the network, and what is then done with it, as its words tell.

Sources: the manual pages of curl, wget and git, of the checksum programs of coreutils, and of gpg and cosign.
"""

from __future__ import annotations

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})

_INTERPRETERS = SHELLS | {"python", "perl", "ruby", "node", "php"}

#: What may stand behind a program's name.
VERSION = "0123456789."

_EVALUATORS = frozenset({"eval", "source", "."})
_SUBSTITUTIONS = ("$(", "`", "<(")
_CHECKSUMS = frozenset(
    {"sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "md5sum", "b2sum", "b3sum", "shasum", "rhash"}
)
_VERIFYING = {
    "gpg": ("--verify",),
    "gpg2": ("--verify",),
    "cosign": ("verify", "verify-blob"),
    "minisign": ("-V",),
    "openssl": ("-verify",),
}
#: Programs that can verify something, without the version at the end of their names.
VERIFIERS = frozenset({"gpg", "gpgv", *_VERIFYING, *_CHECKSUMS})

_SCHEMES = ("http://", "https://", "ftp://")
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


def fetched(program: str, words: list[str]) -> list[str]:
    """Return the URLs that a command fetches, as written."""
    if program == "git":
        return _cloned(words)
    if program not in ("curl", "wget"):
        return []
    operands = [word for word in words[1:] if not word.startswith("-")]
    urls = [word for word in operands if word.lower().startswith(_SCHEMES)]
    urls = urls or [word for word in operands if word.startswith("$")][-1:]
    urls = urls or [word for word in operands if _is_address(word)][-1:]
    return [url for url in urls if not _is_local(url)]


def _is_local(url: str) -> bool:
    """Say whether a URL leads nowhere but to the machine that builds."""
    host = url.partition("://")[2].partition("/")[0].lower()
    return host in _LOCAL or host.rpartition(":")[0] in _LOCAL


def _is_address(word: str) -> bool:
    """Say whether a word can be a URL without a scheme, and not a file."""
    return "." in word and "/" in word and word[0] not in "/."


def _cloned(words: list[str]) -> list[str]:
    if "clone" not in words:
        return []
    operands = [word for word in words[words.index("clone") + 1 :] if not word.startswith("-")]
    return [word for word in operands if "://" in word or word.startswith(("git@", "$"))][:1]


def verifies(program: str, words: list[str]) -> str:
    """Say what a command verifies: `files` by a checksum or signature, a `commit` by its name, or nothing."""
    options = words[1:]
    if program == "git":
        is_switch = "checkout" in options or "reset" in options
        return "commit" if is_switch and any(map(is_commit, options)) else ""
    if program == "gpgv":
        return "files"
    if program in _CHECKSUMS:
        return "files" if any(word.startswith("--check") or _is_short(word, "c") for word in options) else ""
    return "files" if any(word in _VERIFYING.get(program, ()) for word in options) else ""


def is_commit(text: str) -> bool:
    """Say whether this names a commit by its whole hash."""
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")


def _is_short(word: str, letter: str) -> bool:
    """Say whether a word is a group of short options with this letter in it."""
    return word.startswith("-") and not word.startswith("--") and letter in word


def runs_substitutions(words: list[str]) -> bool:
    """Say whether a command runs what a substitution in its words writes: as a program, a script or a sourced file."""
    if words[0].startswith(_SUBSTITUTIONS):
        return True
    program = words[0].rpartition("/")[2]
    if program in SHELLS:
        return any(word.startswith("<(") for word in words[1:])
    return program in _EVALUATORS and any(word.startswith(_SUBSTITUTIONS) for word in words[1:])


def runs_its_input(words: list[str]) -> bool:
    """Say whether an interpreter reads its program from a pipe: it is given neither a script nor a text."""
    if not words or words[0].rpartition("/")[2].rstrip(VERSION) not in _INTERPRETERS:
        return False
    for word in words[1:]:
        if word == "-" or _is_short(word, "s"):
            return True
        if word == "--" or any(_is_short(word, letter) for letter in "cempn"):
            return False
        if not word.startswith(("-", "+")):
            return word in ("/dev/stdin", "/proc/self/fd/0")
    return True
