"""Random YAML: documents that are nearly right, text that is made of its marks, and cases with a mistake put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

KEYS = (
    "a", "b", "c", "d", '"q"', "'s'", "e f", "<<", "1", "0x1", "1.5", "~", "y", "on", "2001-01-01", "!!str t",
    "!!binary aGk=", "&k kk", "*k", "! n", "{{ x }}",
)  # fmt: skip

SCALARS = (
    "a", "text with words", '"dq \\n\\x41"', "'sq'", "true", "no", "Y", "null", "", "~", "=", "x#y", "a: b", "- ",
    "1", "-1", "+5", "0", "-0", "00", "010", "08", "0x10", "0X1f", "-0x1F", "0x", "0o17", "0b1", "0B1", "1_000", "0_",
    "1.0", "1.", ".5", "-.5", "+.5", "1.10", "1e3", "1e", "1.e5", "1e21", "1e400", "0.00000001",
    ".5_0", ".5e1_0", ".inf",
    ".", "..", "...", "12:30:45", "8080:80", "22:22", "2001-01-01", "2001-01-01 10:00:00", "2001-99-99",
    "9007199254740993", "9223372036854775808", "18446744073709551616", "123456789012345678901",
    "&a x", "*a", "*b", "&b {p: 1}", "&a {q: 2, p: 3}", "[*a, *b]", "[*b]", "!!str 1", '!!int "1"', "!!float 1",
    "!!null x", "!!bool yes", "!!timestamp 2001-01-01", "!!set {a}", "!t v", '! "1"', "! 1", "!!binary aGk=",
    "|\n        lit\n", ">-\n        fold\n        ed\n", "{{ x }}", '"{{ x }}"', "${{ x }}", "%a", "@a",
)  # fmt: skip

MARKS = (
    "a", "b", "key", "x-y", ": ", ":", " ", "  ", "\n", "\n", "\n  ", "\n- ", "- ", "-", "--", "[", "]", "{", "}", ",",
    ", ", '"', "'", "|", ">", "|-", "|2", ">+", "&a ", "*a", "&b ", "*b ", "&a", "!", "! ", "!t ", "!t", "!!str ",
    "!!int ", "!!binary ", "!<tag:x> ", "# c", "#", " #", "? ", "?", "---", "\n---\n", "...", "\n...\n", "\t", "<<: ",
    "<<", "~", "true", "y", "0", "1", "010", "0x1F", "1e3", "12:30", "2001-01-01", "%", "%YAML 1.1\n", "@", "`", "\\",
    "\\n", "\r\n", "\r", "é", "::", "\u2028", "\x85", "\ufeff", "\x7f", "{{ x }}", "{{", "}}", "{%", "${{ x }}",
    '"a b"', "a: 1", "b: [1, 2]", "c: {d: e}", "- a\n", "- b: c\n", "e: |\n  text\n", "f: >-\n  fold\n  ed\n", ".inf",
    "=", "http://x:80/",
)  # fmt: skip

FLOW = (*"{}{}{}[],:?&*!-#|>%@=~ab1\\\n\t ", ": ", ", ", "? ", "!t ", "&a ", "*a ", '"c"', "'d'", "<<: ")


def document(random: Random) -> bytes:
    """Return a document that most readers accept."""
    return f"{_node(random, 0)}\n".encode()


def text(random: Random) -> bytes:
    """Return text made of the marks of YAML."""
    return "".join(random.choices(MARKS, k=random.randint(1, 12))).encode()


def flow(random: Random) -> bytes:
    """Return text made of the marks of flow collections."""
    return "".join(random.choices(FLOW, k=random.randint(3, 16))).encode()


def mistaken(random: Random, data: bytes) -> bytes:
    """Return an input with some mistakes put in."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        here = random.randrange(len(changed) + 1)
        kind = random.random()
        if kind < 0.3:
            del changed[here : here + random.randint(1, 4)]
        elif kind < 0.8:
            changed[here:here] = random.choice(MARKS).encode()
        else:
            changed[here : here + 1] = bytes([random.randrange(256)])
    return bytes(changed)


def _node(random: Random, depth: int) -> str:
    pad = "  " * depth
    kind = random.random()
    if depth > 3 or kind < 0.35:
        return random.choice(SCALARS)
    if kind < 0.7:
        pairs = (f"{pad}{random.choice(KEYS)}: {_node(random, depth + 1)}" for _ in range(random.randint(1, 3)))
        return "\n" * (depth > 0) + "\n".join(pairs)
    if kind < 0.8:
        return "".join(f"\n{pad}- {random.choice(SCALARS)}" for _ in range(random.randint(1, 3)))
    members = random.choices(SCALARS, k=random.randint(0, 3))
    if kind < 0.9:
        return f"[{', '.join(members)}]"
    return f"{{{', '.join(f'{random.choice(KEYS)}: {member}' for member in members)}}}"
