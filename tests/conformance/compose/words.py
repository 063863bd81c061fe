"""Compares the small grammars of Compose one by one: short volumes, variables in a text, environment files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gate.dialects.compose_environment import variables
from gate.dialects.docker_options import short_volume
from gate.dialects.interpolation import Environment
from gate.model.source import Source
from tests.conformance.compose.facts import UNSET
from tests.conformance.compose.oracle import ask

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

VOLUMES = (
    "",
    "a",
    "/",
    "ab",
    "/a",
    "/a:/b",
    "a:/b",
    "ab:/b",
    "/a:/b:ro",
    "/a:/b:ro:x",
    "/a:/b:",
    ":/b",
    "/a::ro",
    "::",
    "./a:/b",
    "../a:/b",
    ".:/b",
    "~:/b",
    "~/a:/b",
    "~user/a:/b",
    ".hidden:/b",
    "a/b:/c",
    "/a:/b:rw,ro",
    "/a:/b:ro,rw",
    "/a:/b:readonly",
    "/a:/b:RO",
    "/a:/b: ro",
    "/a:/b:z,shared,ro",
    "/a:/b:rslave,private",
    "name:/b:nocopy,ro",
    "name:b:shared",
    "C:\\a:D:\\b",
    "C:\\a:D:\\b:ro",
    "c:/a:/b",
    "c:/a:/b:ro",
    "C:\\a:/b:rshared",
    "/a:C:\\b",
    "C:\\a",
    "C:",
    "C:\\",
    "C::/b",
    "C:a:/b",
    "z:/data",
    "\u00e9:/b:/c",
    "\u00e9\u00e9:/b",
    "1:/b",
    "\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine",
    "\\\\server\\share\\x:/b:ro",
    "\\a:/b",
    "/a:/b/${X:-c:d}/e",
    "${X:-a:b}:/c",
    "/a:${X",
    "/a:/b}:ro",
    "$X:/a",
    " /a:/b",
    "/a :/b",
    "/a: /b",
    "//a//b:/c/",
    "/a:/b:,",
    "/a:/b:consistent",
)

TEMPLATES = (
    "",
    "plain",
    "$A",
    "${A}",
    "$$A",
    "$$$A",
    "$",
    "a$",
    "$ A",
    "$1",
    "$-",
    "${",
    "${}",
    "${A",
    "${A }",
    "${ A}",
    "${1}",
    "${A.B}",
    "$A.B",
    "$AB",
    "${A}B",
    "${A:-x}",
    "${U:-x}",
    "${U-x}",
    "${E:-x}",
    "${E-x}",
    "${U:-}",
    "${U-}",
    "${A:+x}",
    "${E:+x}",
    "${E+x}",
    "${U:+x}",
    "${A?x}",
    "${U?x}",
    "${E:?x}",
    "${E?x}",
    "${U:-${A}}",
    "${U:-${V:-y}}",
    "${U:-$A}",
    "${U:-{}}",
    "${U:-{a}}",
    "${U:-}}",
    "${U:-a}b}",
    "${U:-a}/${A}",
    "${U:-a}/${V:-b}/${E:-c}",
    "${U:-$$}",
    "${U:-a:b}",
    "${U:-:-}",
    "${U--}",
    "${U:--1}",
    "${U-?x}",
    "${A=x}",
    "${A:x}",
    "${A:}",
    "${U:-a\nb}",
    "a\n${U:-b}\n${A}",
    "${a}",
    "$_x",
    "${K\u212a}",
    "$\u017fx",
    "$\u00e9",
    "${A:+${U:-z}}",
    "${A:+$U}",
    "{$A}",
    "{{${A}}}",
    "${A}$${B}${U:-}",
)

ENVIRONMENTS = (
    "A=b",
    "A=b\n",
    "A = b\n",
    "A: b\n",
    "A:b\n",
    "export A=b\n",
    "export\tA=b\n",
    "exportA=b\n",
    "A=\n",
    "A=''\n",
    'A=""\n',
    "A\n",
    "A",
    "A B=c\n",
    "A-B.c[d]=e\n",
    "A*=b\n",
    "1A=b\n",
    "\u00c4=b\n",
    "# c\nA=b # c\nB=c#d\nC= #e\nD=#f\n",
    "A='b # c'\n",
    "A='b\nc'\nB=d\n",
    'A="b\\nc\\td\\"e\\\\f\\$g\\a"\n',
    "A='b\\nc\\'d'\n",
    'A="\\0101\\012\\0\\0999\\0777\\c\\q"\n',
    "A='b\n",
    "A='b' c\nB=d\n",
    "A=b\nB=$A\nC=${A}x${B:-y}\nD='$A'\nE=\"$A\"\nF=$$A\n",
    "A=${U}\nB=$A\nC=${A:-x}\nD=${A+y}\nE=${A:+z}\n",
    "A=b\nA=c\nB=$A\n",
    "A=b\r\nB=c\r\n",
    "\ufeffA=b\n",
    "A=  b  \nB='  b  '  \n",
    "=b\n",
    ":b\n",
    "A=b=c\n",
    "A=\"b\"'c'\n",
    "A=${U?x}\nB=c\n",
    "A=${\nB=c\n",
    "\n\n  A=b\n\tB=c\n",
    "A=b\x85B=c\n",
    "export\nA=b\n",
    'A=b # \'c\nB="d # e" # f\n',
    "A=\\n\\$x\n",
)

#: What random words are made of.
PIECES = {
    "volume": (*"abC:/.~\\$ ", "ro", "rw", "shared", "/a", "./", ":", "${X", "}", ","),
    "template": (*"aA$}{:-?+ \n", "${", "$A", "${A", "${U", ":-", "$$", "${E:+", "b"),
    "environment": (*"AB=:#\n '\" ", "A=", "B=", "$A", "${B", "}", "\\n", "\\", "export ", " #", "\n", "c"),
}

#: What is set for the templates: one that is, and one that is empty.
SETTINGS = {"A": "a-value", "E": "", "b": "lower"}


def sets(chance: random.Random, count: int) -> Iterator[tuple[str, int, list[str]]]:
    """Compare each grammar; yield its name, how many words were compared, and what differs."""
    for kind, table, differs in _KINDS:
        words = [*table, *(_word(chance, PIECES[kind]) for _ in range(count))]
        answers = ask({"kind": kind, "text": word, "settings": SETTINGS} for word in words)
        yield kind, len(words), [text for pair in zip(words, answers, strict=True) if (text := differs(*pair))]


def _word(chance: random.Random, pieces: tuple[str, ...]) -> str:
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 12)))


def _volume(word: str, answer: dict[str, Any]) -> str:
    found = short_volume(word)
    value = answer.get("value") or {}
    if found is None or answer.get("error"):
        # What has no target is refused by the engine.
        refused = answer.get("error") or not value.get("target")
        return "" if found is None and refused else f"{word!r}: {found}, but {answer}"
    theirs = (
        value["type"],
        value.get("source", ""),
        value.get("target", ""),
        bool(value.get("read_only")),
        (value.get("bind") or {}).get("propagation", ""),
    )
    ours = (found.kind, found.source, found.target, found.read_only, found.propagation)
    return "" if ours == theirs else f"{word!r}: {ours}, but {theirs}"


def _template(word: str, answer: dict[str, Any]) -> str:
    text, reason = Environment({name: (value, "") for name, value in SETTINGS.items()}).interpolate(word)
    if answer.get("error") or reason:
        doubted = bool(answer.get("error") or answer.get("unset"))
        return "" if doubted and reason else f"{word!r}: {text!r} ({reason}), but {answer}"
    return "" if text == answer["value"] else f"{word!r}: {text!r}, but {answer['value']!r}"


def _environment(word: str, answer: dict[str, Any]) -> str:
    found, problem = variables(Source(".env", word.encode("utf-8", "surrogatepass")), {})
    if problem is not None:
        return "" if answer.get("error") else f"{word!r}: refused ({problem}), but {answer}"
    if answer.get("error"):
        # An error in a variable leaves only its value unknown.
        is_local = "template" in answer["error"] or "required variable" in answer["error"]
        return "" if is_local else f"{word!r}: {found}, but {answer}"
    theirs = answer.get("value") or {}
    for name in {*found, *theirs} - {""}:
        text, reason = found.get(name, ("", "it is not there"))
        unset = UNSET.search(reason)
        is_unset = unset is not None and (
            unset[1] in (answer.get("unset") or []) or re.search(rf"{{{unset[1]}:?\+", word) is not None
        )
        if not is_unset and (reason or text != theirs.get(name)):
            return f"{word!r}: {name} is {text!r} ({reason}), but {theirs.get(name)!r}"
    return ""


_KINDS: tuple[tuple[str, tuple[str, ...], Callable[[str, dict[str, Any]], str]], ...] = (
    ("volume", VOLUMES, _volume),
    ("template", TEMPLATES, _template),
    ("environment", ENVIRONMENTS, _environment),
)
