"""What a command fetches from the network, and what is then done with it, as its words tell.

Sources: the manual pages of curl, wget and git, of the checksum programs of coreutils, and of gpg and cosign.
"""

from __future__ import annotations

import re

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})

_INTERPRETERS = re.compile(r"(?:ba|a|da|z|k)?sh|python[0-9.]*|perl|ruby|node|php[0-9.]*")
_EVALUATORS = SHELLS | {"eval", "source", "."}
_CHECKSUMS = re.compile(r"(?:sha\d+|md5|b2|b3)sum|shasum|rhash")
_VERIFIERS = {
    "gpg": ("--verify",),
    "gpg2": ("--verify",),
    "cosign": ("verify", "verify-blob"),
    "minisign": ("-V",),
    "openssl": ("-verify",),
}
_URL = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def fetched(program: str, words: list[str]) -> list[str]:
    """Return the URLs that a command fetches, as written."""
    if program == "git":
        return _cloned(words)
    if program not in ("curl", "wget"):
        return []
    operands = [word for word in words[1:] if not word.startswith("-")]
    urls = [word for word in operands if _URL.match(word)]
    urls = urls or [word for word in operands if word.startswith("$")][-1:]
    urls = urls or [word for word in operands if _is_address(word)][-1:]
    return [url for url in urls if not _LOCAL.match(url)]


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
    if _CHECKSUMS.fullmatch(program):
        return "files" if any(word.startswith("--check") or _is_short(word, "c") for word in options) else ""
    return "files" if any(word in _VERIFIERS.get(program, ()) for word in options) else ""


def is_commit(text: str) -> bool:
    """Say whether this names a commit by its whole hash."""
    return _COMMIT.fullmatch(text) is not None


def _is_short(word: str, letter: str) -> bool:
    """Say whether a word is a group of short options with this letter in it."""
    return word.startswith("-") and not word.startswith("--") and letter in word


def runs_substitutions(program: str) -> bool:
    """Say whether a command runs what a substitution in its words writes."""
    return program in _EVALUATORS


def runs_its_input(words: list[str]) -> bool:
    """Say whether an interpreter reads its program from a pipe: it is given neither a script nor a text."""
    if not words or not _INTERPRETERS.fullmatch(words[0].rpartition("/")[2]):
        return False
    for word in words[1:]:
        if word == "-" or _is_short(word, "s"):
            return True
        if word == "--" or any(_is_short(word, letter) for letter in "cempn"):
            return False
        if not word.startswith(("-", "+")):
            return word in ("/dev/stdin", "/proc/self/fd/0")
    return True
