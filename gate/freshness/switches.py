"""Switches with which a build turns off what protects its downloads."""

from __future__ import annotations

import re

from gate.freshness.hints import TLS_MARKS, UNSIGNED_MARKS, may_hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: Characters of one instruction that are looked at.
MAX_TEXT = 256 * 1024

#: Options of curl whose value follows in the same word.
_CURL_VALUED = frozenset("ADEFHKPQTUXYbcdehmortuwxyz")
_OFF = frozenset({"false", "0", "no", "off"})
#: git, and pip's list of hosts that need no certificate: set to anything at all.
_SET_AT_ALL = frozenset({"GIT_SSL_NO_VERIFY", "PIP_TRUSTED_HOST"})
_TLS_VARIABLES = {
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",),
    "PYTHONHTTPSVERIFY": ("0",),
    "NPM_CONFIG_STRICT_SSL": ("false",),
    "YARN_STRICT_SSL": ("false",),
}
_UNSIGNED = {
    "apt": ("--allow-unauthenticated", "--force-yes"),
    "apt-get": ("--allow-unauthenticated", "--force-yes"),
    "aptitude": ("--allow-untrusted",),
    "apk": ("--allow-untrusted",),
    **dict.fromkeys(("dnf", "yum", "microdnf", "tdnf"), ("--nogpgcheck", "--no-gpgchecks")),
    "zypper": ("--no-gpg-checks",),
    "rpm": ("--nosignature",),
}
#: What a repository's description or a configuration says in so many words.
_UNSIGNED_TEXTS = (
    ("trusted=yes", "[trusted=yes]"),
    ("gpgcheck=0", "gpgcheck=0"),
    ("gpgcheck=false", "gpgcheck=false"),
    ("allowunauthenticated=true", "AllowUnauthenticated=true"),
    ('allowunauthenticated "true"', "AllowUnauthenticated"),
    ("siglevel=never", "SigLevel=Never"),
    ("siglevel = never", "SigLevel = Never"),
)


_NODE = frozenset({"npm", "yarn", "pnpm"})
_APT = frozenset({"apt", "apt-get"})
_DNF = frozenset({"dnf", "yum", "microdnf", "yum-config-manager", "dnf-config-manager"})
_TLS_PROGRAMS = frozenset({"curl", "wget", "git", *_NODE, *_APT, *_DNF})


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command of a script, quotes taken off; nothing is expanded."""
    words: list[str] = []
    word: list[str] = []
    quote, begun, here = "", False, 0
    text = text[:MAX_TEXT]
    while here < len(text):
        character = text[here]
        here += 1
        if quote:
            quote, taken = ("", "") if character == quote else (quote, character)
            word.append(taken)
        elif character in "'\"":
            quote, begun = character, True
        elif character == "\\":
            word.append("" if text[here : here + 1] == "\n" else text[here : here + 1])
            here += 1
        elif character == "#" and not word and not begun:
            end = text.find("\n", here)
            here = end if end >= 0 else len(text)
        elif character in " \t\r\n;&|()":
            words += ["".join(word)] if word or begun else []
            word, begun = [], False
            if character not in " \t\r" and words:
                yield words
                words = []
        else:
            word.append(character)
    words += ["".join(word)] if word or begun else []
    if words:
        yield words


def tls_off(text: str) -> Iterator[str]:
    """Yield what turns the check of certificates off."""
    for words in commands(text) if may_hold(text, TLS_MARKS) else ():
        seen = set[str]()
        for number, word in enumerate(words):
            program = _tls_program(word)
            asked = program and program not in seen
            seen.add(program)
            found = (_tls_word(program, words[number + 1 :]) if asked else "") or _tls_variable(word)
            if found:
                yield found
                break


def _tls_program(word: str) -> str:
    """Return the program that a word may start, empty for none of ours.

    Of several in one command the first is asked, since whatever follows the others follows it as well.
    """
    program = word.rpartition("/")[2]
    if program in _TLS_PROGRAMS:
        return program
    return next((prefix for prefix in ("pip", "python") if program.startswith(prefix)), "")


def variable_tls_off(name: str, value: str) -> str:
    """Return what turns the check of certificates off in a variable; nothing when it does not."""
    return _tls_variable(f"{name}={value}")


def _tls_variable(word: str) -> str:
    name, equals, value = word.partition("=")
    name, value = name.upper(), value.strip("'\"").lower()
    return word if equals and (name in _SET_AT_ALL or value in _TLS_VARIABLES.get(name, ())) else ""


def _tls_word(program: str, rest: list[str]) -> str:
    options = [word.lower() for word in rest]
    if program == "curl":
        return next((f"curl {word}" for word in rest if word == "--insecure" or _has_k(word)), "")
    if program == "wget" and "--no-check-certificate" in options:
        return "wget --no-check-certificate"
    if program == "git":
        return "http.sslVerify off" if _turned_off(options, "http.sslverify") else ""
    if program in _NODE:
        off = (
            ("set" in options and _turned_off(options, "strict-ssl"))
            or "--strict-ssl=false" in options
            or "--no-strict-ssl" in options
        )
        return f"{program} without strict-ssl" if off else ""
    if program == "pip" or (program == "python" and "pip" in options):
        return "pip --trusted-host" if any(word.startswith("--trusted-host") for word in options) else ""
    if program in _APT and any("verify-peer=false" in word or "verify-peer=0" in word for word in options):
        return f"{program} without Verify-Peer"
    if program in _DNF and any(
        word.startswith("--setopt") and word.rpartition("sslverify=")[2] in _OFF for word in options
    ):
        return f"{program} without sslverify"
    return ""


def _turned_off(options: list[str], key: str) -> bool:
    """Say whether a setting is given a value that turns it off, in one word or in two."""
    for number, word in enumerate(options):
        if (
            word.partition("=")[0] == key
            and (word.partition("=")[2] or "".join(options[number + 1 : number + 2])) in _OFF
        ):
            return True
    return False


def _has_k(word: str) -> bool:
    """Say whether a group of short options has a `k` before anything that takes the rest as its value."""
    if not word.startswith("-") or word.startswith("--"):
        return False
    for letter in word[1:]:
        if letter == "k":
            return True
        if letter in _CURL_VALUED:
            return False
    return False


def unsigned(text: str) -> Iterator[str]:
    """Yield what lets packages in without a signature."""
    for words in commands(text) if may_hold(text, UNSIGNED_MARKS) else ():
        seen = set[str]()
        for number, word in enumerate(words):
            program = word.rpartition("/")[2]
            options = _UNSIGNED.get(program, ()) if program not in seen else ()
            seen.add(program)
            given = next((option for option in options if option in words[number + 1 :]), "")
            if given:
                yield f"{program} {given}"
                break
    lowered = _without_own(text.lower())
    yield from (shown for searched, shown in _UNSIGNED_TEXTS if searched in lowered)


def _without_own(text: str) -> str:
    """Leave out repositories of apt that are folders of the build: nobody is on the way to what it made or copied."""
    return re.sub(r"\[[^\]\n]{0,200}trusted=yes[^\]\n]{0,200}\][ \t]+(?:file|copy):", "", text)
