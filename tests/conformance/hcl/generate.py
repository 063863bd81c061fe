"""Makes HCL up: expressions over everything that the evaluator claims to know, and files that are nearly valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_WORDS = (
    "",
    "a",
    "B c",
    "sha256:0f",
    "é",
    "$",
    "%",
    "a-b",
    "x,y,z",
    " pad ",
    "1",
    "true",
    "$${x}",
    "%%{y}",
    "\\n",
    '\\"',
)
_LEAVES = (
    "1",
    "0",
    "-3",
    "2.5",
    "1.5e1",
    "100000000000000000000",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "unset.a",
    "[1, 2]",
)
_CALLS = (
    ("lower", "t"), ("upper", "t"), ("title", "t"), ("trimspace", "t"), ("chomp", "t"), ("strrev", "t"),
    ("trim", "tt"), ("trimprefix", "tt"), ("trimsuffix", "tt"), ("replace", "ttt"), ("split", "tt"),
    ("join", "tl"), ("concat", "ll"), ("contains", "lx"), ("length", "l"), ("length", "t"), ("distinct", "l"),
    ("compact", "l"), ("flatten", "l"), ("reverse", "l"), ("element", "ln"), ("coalesce", "xx"), ("lookup", "mtt"),
    ("merge", "mm"), ("keys", "m"), ("values", "m"), ("max", "nn"), ("min", "nn"), ("abs", "n"), ("try", "xx"),
    ("substr", "tnn"), ("format", "ft"), ("coalescelist", "ll"),
)  # fmt: skip
_FORMATS = ('"%s"', '"a%sb"', '"%d"', '"%%%s"', '"%v"', '"no verb"')


class Generator:
    """Makes files up, always the same for a seed."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def file(self) -> str:
        """Return a file with a few attributes and blocks."""
        lines = [f"a{number} = {self.any(3)}" for number in range(12)]
        lines.append(self.heredoc())
        text = "\n".join(lines) + f'\nblock "{self.word()}" {{\n  inner = {self.any(2)}\n}}\n'
        return self.broken(text) if self.random.random() < 0.25 else text

    def broken(self, text: str) -> str:
        """Take a piece out of a file, or put one in."""
        place = self.random.randrange(len(text))
        piece = self.random.choice(("", "{", "}", '"', "=", "\n", "<<E", "${", "]"))
        # An empty interpolation is let through as one whose value is open.
        return (text[:place] + piece + text[place + 1 :]).replace("${}", "${1}")

    def heredoc(self) -> str:
        """Return an attribute with a heredoc of either kind."""
        kind = self.random.choice(("<<", "<<-"))
        lines = []
        for _ in range(self.random.randrange(4)):
            indent = " " * self.random.randrange(5)
            lines.append(
                self.random.choice((f"{indent}{self.plain()}", "", f'{indent}${{"{self.plain()}"}} b', indent))
            )
        end = " " * self.random.choice((0, 0, 2, 4))
        return "\n".join([f"here = {kind}EOT", *lines, f"{end}EOT"])

    def plain(self) -> str:
        """Return a word without quotes and escapes."""
        return self.random.choice(("a", "b c", "é", "$${x}", "100%", "x ${1 + 1} y"))

    def word(self) -> str:
        """Return the inside of a quoted string."""
        return self.random.choice(_WORDS)

    def any(self, depth: int) -> str:
        """Return an expression."""
        kind = self.random.randrange(14 if depth else 3)
        if kind < 2:
            return self.random.choice(_LEAVES)
        if kind == 2:
            return f'"{self.word()}"'
        return self.compound(kind, depth - 1)

    def compound(self, kind: int, depth: int) -> str:
        """Return an expression with parts."""
        if kind < 5:
            return self.call(depth)
        if kind == 6:
            return f"{self.any(depth)} ? {self.any(depth)} : {self.any(depth)}"
        if kind in (7, 8, 12, 13):
            return self.operation(kind, depth)
        return self.collection(kind, depth)

    def operation(self, kind: int, depth: int) -> str:
        """Return an operator with its operands, in parentheses or not."""
        if kind == 8:
            return f"{self.random.choice('-!')}({self.any(depth)})"
        text = f"{self.any(depth)} {self.operator()} {self.any(depth)}"
        return f"({text})" if kind == 7 else text

    def collection(self, kind: int, depth: int) -> str:
        """Return a list, a map or a template."""
        if kind == 5:
            return f'"{self.word()}${{{self.any(depth)}}}{self.word()}"'
        if kind == 9:
            return f"[{self.any(depth)}, {self.any(depth)}][{self.random.choice(('0', '1', '2', '-1'))}]"
        if kind == 10:
            return f'{{ a = {self.any(depth)}, "b c" = {self.any(depth)} }}{self.random.choice((".a", "", ""))}'
        return f'"${{{self.random.choice(("", "~"))} {self.any(depth)} {self.random.choice(("", "~"))}}} x"'

    def operator(self) -> str:
        """Return an operator."""
        return self.random.choice(("+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"))

    def call(self, depth: int) -> str:
        """Return a call with arguments of the right kinds, mostly."""
        name, kinds = self.random.choice(_CALLS)
        return f"{name}({', '.join(self.argument(kind, depth) for kind in kinds)})"

    def argument(self, kind: str, depth: int) -> str:
        """Return an argument of a kind: text, list, map, number, format, anything."""
        if kind == "x" or self.random.random() < 0.1:
            return self.any(depth)
        if kind == "t":
            return f'"{self.word()}"'
        if kind == "l":
            return f"[{', '.join(self.any(0) for _ in range(self.random.randrange(4)))}]"
        if kind == "m":
            return f'{{ a = {self.random.choice(("1", "true", "null"))}, b = "{self.word()}" }}'
        return self.random.choice(_FORMATS if kind == "f" else ("0", "1", "2", "-1", "3.5", "10"))
