"""Ruby as far as Vagrantfiles use it: statements, their strings, and the blocks they stand in; nothing is run.

A statement ends with its line unless a bracket is open or the line ends with a comma, a dot or a backslash. What stands
under a condition says so, because whether it is run is not known. Bodies of heredocs are left out.
"""

from __future__ import annotations

import re

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: Statements that are read of one file; the rest is as if nobody had looked, and the reader says so.
MAX_STATEMENTS = 5_000

#: Blocks inside each other; real files have four.
MAX_DEPTH = 64

#: Characters of one statement; a longer one is cut, and says so.
MAX_LENGTH = 8_000

_HEREDOC = re.compile(r"<<[~-]?(['\"]?)([A-Z_a-z][A-Za-z0-9_]*)\1")
_CONDITION = re.compile(r"\s*(?:if|unless|case|while|until|begin|elsif|else|when|rescue)\b")
_OPENS = re.compile(r"\s*(?:if|unless|case|while|until|for|begin|def|class|module)\b")
_DO = re.compile(r"\bdo\b[ \t]*(?:\|([^|\n]*)\|)?")
_END = re.compile(r"end(?![A-Za-z0-9_])")
_BRACE = re.compile(r"\{[ \t]*\|([^|\n]*)\|")
_MENTIONS = re.compile(r"\bvm\b|synced_folder")
_GOES_ON = (",", "\\", ".", "=>", "||", "&&")
_POSTFIX = re.compile(r"\s(?:if|unless|while|until|rescue)\s")
_LITERAL = re.compile(r":?(['\"])((?:\\.|(?!\1)[^\\#]|#(?!\{))*)\1|:([a-z_]\w*)")


class Block(Record):
    """A block: the statement that opens it, what its variables are called, and whether a condition guards it."""

    head: str
    names: tuple[str, ...]
    guarded: bool


class Statement(Record):
    """One statement, the offset of its first character, and the blocks it stands in, the outermost first.

    Of one that `is_cut` the rest, or all that follows, is not there.
    """

    text: str
    start: int
    blocks: tuple[Block, ...]
    opens: Block | None = None
    is_cut: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether it is run whenever the file is, as far as the file itself decides."""
        masked = masked_strings(self.text)
        return not (any(block.guarded for block in self.blocks) or _POSTFIX.search(masked) or "?" in masked.split(" "))


def masked_strings(text: str) -> str:
    """Return a text of the same length whose strings and comments are blanks; quotes stay."""
    return _masked(text, "")[0]


def _masked(text: str, quote: str) -> tuple[str, str]:
    """Blank a text that begins inside of a string where `quote` says so; return the quote that is open at its end."""
    found = list(text)
    index = 0
    while index < len(text):
        char = text[index]
        if quote:
            if char == "\\":
                found[index : index + 2] = "  "[: len(found[index : index + 2])]
                index += 2
                continue
            if char == quote:
                quote = ""
            elif char != "\n":
                found[index] = " "
        elif char in "'\"":
            quote = char
        elif char == "#":
            end = text.find("\n", index)
            end = len(text) if end < 0 else end
            found[index:end] = " " * (end - index)
            index = end
            continue
        index += 1
    return "".join(found), quote


def statements(text: str) -> Iterator[Statement]:
    """Yield the statements in their order, `MAX_STATEMENTS` at most."""
    stack: list[Block] = []
    count = 0
    for start, written, masked, hides in _logical(text):
        for begin, end in _cut(masked):
            piece, mask = written[begin:end], masked[begin:end]
            if not mask.strip():
                continue
            count += 1
            if count > MAX_STATEMENTS or len(stack) > MAX_DEPTH:
                yield Statement("", start, (), is_cut=True)
                return
            lead = len(mask) - len(mask.lstrip())
            at = start + begin + lead
            if re.match(r"\s*(?:end\b|\})", mask):
                if stack:
                    stack.pop()
                continue
            is_cut = hides or len(piece) > MAX_LENGTH
            piece, mask = piece[:MAX_LENGTH], mask[:MAX_LENGTH]
            opened = _opened(piece, mask)
            yield Statement(piece.strip(), at, tuple(stack), opened, is_cut)
            if opened is not None:
                stack.append(opened)


def _opened(piece: str, mask: str) -> Block | None:
    """Return the block that a statement opens; a condition that ends on its own line opens none."""
    do = _DO.search(mask) or re.search(_BRACE.pattern + r"\Z", mask)
    if do is not None:
        names = tuple(name.strip() for name in (do[1] or "").split(",") if name.strip())
        return Block(piece.strip(), names, bool(re.match(r"\s*(?:while|until)\b", mask)))
    if _OPENS.match(mask) and not re.search(r"\bend\b", mask):
        return Block(piece.strip(), (), bool(_CONDITION.match(mask)) and not mask.strip().startswith("begin"))
    return None


def _cut(masked: str) -> Iterator[tuple[int, int]]:
    """Cut a line at semicolons, behind `do |x|` and `{ |x|`, around `end` and the brace that closes."""
    begin = depth = index = 0
    outer: list[int] = []
    while index < len(masked):
        char = masked[index]
        brace = _BRACE.match(masked, index) if char == "{" else None
        do = _DO.match(masked, index) if char == "d" and (index == 0 or not masked[index - 1].isalnum()) else None
        if brace is not None or (do is not None and depth <= 0):
            end = (brace or do).end()  # type: ignore[union-attr]
            yield begin, end
            begin = index = end
            outer += [depth] if brace is not None else []
            depth = 0 if brace is not None else depth
            continue
        length = _closed(masked, index, begin, outer) if depth <= 0 else 0
        if length:
            yield begin, index
            yield index, index + length
            begin = index = index + length
            depth = outer.pop() if char == "}" else depth
            continue
        depth += (char in "([{") - (char in ")]}")
        if depth <= 0 and (char == ";" or (char == "\n" and outer and not masked[:index].rstrip().endswith(_GOES_ON))):
            yield begin, index
            begin = index + 1
        index += 1
    yield begin, len(masked)


def _closed(masked: str, index: int, begin: int, outer: list[int]) -> int:
    """Return how long the word is that closes a block here; zero where none does."""
    if masked[index] == "}":
        return 1 if outer else 0
    is_word = index > begin and masked[index - 1] in " \t;\n" and _END.match(masked, index)
    return 3 if is_word else 0


class _Joined:
    """Lines that belong to one statement, as written and with strings blanked."""

    def __init__(self) -> None:
        self.clear(0)

    def clear(self, start: int) -> None:
        self.start = start
        self.written: list[str] = []
        self.masked: list[str] = []
        self.length = self.depth = 0
        self.quote = ""
        self.hides = False

    def add(self, line: str) -> str:
        """Take one line; return it with its strings blanked."""
        inside = bool(self.quote)
        masked, self.quote = _masked(line, self.quote)
        # A quote that is none, as in a regular expression, would hide what follows up to the next one.
        self.hides |= inside and _MENTIONS.search(line) is not None and _MENTIONS.search(masked) is None
        self.take(line, masked)
        return masked

    def take(self, line: str, masked: str) -> None:
        self.written.append(line + "\n")
        self.masked.append(masked + "\n")
        self.length += len(line) + 1
        self.depth += sum(map(masked.count, "([{")) - sum(map(masked.count, ")]}"))

    @property
    def is_open(self) -> bool:
        """Whether the next line belongs to it as well."""
        if self.length > MAX_LENGTH:
            return False
        last = next((one.rstrip() for one in reversed(self.masked) if one.strip()), "")
        return bool(self.quote) or self.depth > 0 or last.endswith(_GOES_ON)

    def whole(self) -> tuple[int, str, str, bool]:
        """Return the statement, and whether something of it may be hidden."""
        return self.start, "".join(self.written), "".join(self.masked), self.hides or self.length > MAX_LENGTH


def _logical(text: str) -> Iterator[tuple[int, str, str, bool]]:
    """Yield statements over several lines as one, with their offset, as written and with strings blanked."""
    ends: list[str] = []
    joined = _Joined()
    offset, skipping = 0, False
    for line in text.split("\n"):
        here, offset = offset, offset + len(line) + 1
        skipping |= line.startswith("=begin") and not joined.quote
        if skipping or ends:
            if ends and line.strip() == ends[0]:
                ends.pop(0)
            skipping = skipping and not line.startswith("=end")
            if joined.written:
                joined.take(" " * len(line), " " * len(line))
        else:
            if not joined.written:
                joined.clear(here)
            masked = joined.add(line)
            ends = [match[2] for match in _HEREDOC.finditer(line) if masked[match.start()] == "<"]
        if joined.written and not ends and not skipping and not joined.is_open:
            yield joined.whole()
            joined.clear(offset)
    if joined.written:
        yield joined.whole()


def literal(text: str) -> str | None:
    """Return a string or a symbol; None for what has to be run to be known."""
    found = _LITERAL.fullmatch(text.strip())
    return None if found is None else found[3] if found[3] is not None else found[2]
