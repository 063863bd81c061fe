"""HCL native syntax: the blocks and attributes of a file, with the place of each.

tree-sitter finds the structure; an expression is kept as it stands and only read when somebody asks for its value
(`gate.syntax.hcl_values`). The walk keeps its own stack, so that no nesting in a file can exhaust the interpreter's.
"""

from __future__ import annotations

from gate.syntax.hcl_escapes import unescaped
from gate.syntax.hcl_lines import misplaced_item, misplaced_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

    from gate.model.location import Location
    from gate.model.source import Source

#: Bytes of one file, blocks within blocks, and nodes that are looked at in one file.
MAX_BYTES: Final = 256 * 1024

_MARK: Final = b"\xef\xbb\xbf"
MAX_DEPTH: Final = 32
MAX_NODES: Final = 50_000

_KEY = "hcl"
_parsers: list[Parser] = []


class Attribute:
    """A name and the expression it is set to."""

    __slots__ = ("document", "end", "expression", "name", "start")

    def __init__(self, document: Document, name: str, expression: Syntax, start: int, end: int) -> None:
        """Take the name, the expression as parsed, and the region of both."""
        self.document = document
        self.name = name
        self.expression = expression
        self.start = start
        self.end = end

    @property
    def at(self) -> Location:
        """Where the attribute is written, name and value."""
        return self.document.source.location(self.start, self.end)


class Body:
    """What stands between the braces of a block, or in a file; only blocks may appear more than once."""

    __slots__ = ("attributes", "blocks")

    def __init__(self) -> None:
        """Start empty."""
        self.attributes: dict[str, Attribute] = {}
        self.blocks: list[Block] = []

    def of_type(self, *types: str) -> list[Block]:
        """Return the blocks of these types, in the order of the file."""
        return [block for block in self.blocks if block.type in types]


class Block:
    """A block: `type "label" "label" { body }`; the region ends behind the header, where a finding about it belongs."""

    __slots__ = ("body", "document", "end", "header_end", "labels", "start", "type")

    def __init__(
        self, document: Document, type_: str, labels: tuple[str, ...], start: int, header_end: int, end: int
    ) -> None:
        """Take the header and the region; the body is filled in by the parser."""
        self.document = document
        self.type = type_
        self.labels = labels
        self.start = start
        self.header_end = header_end
        self.end = end
        self.body = Body()

    @property
    def at(self) -> Location:
        """Where the block begins: its type and labels."""
        return self.document.source.location(self.start, self.header_end)


class Document:
    """One file. When it is not valid HCL, `error` says why and `at` where, and the body must not be used.

    HCL may stand inside another file, as a string of JSON: then `data` is its own spelling, and all of it stands at
    `within`, a region of the file.
    """

    __slots__ = ("_extra", "at", "body", "data", "error", "source", "within")

    def __init__(self, source: Source, data: bytes | None = None, within: tuple[int, int] | None = None) -> None:
        """Take the source, and what of it is HCL when that is not everything; the parser fills in the rest."""
        self.source = source
        self.data = source.data if data is None else data
        self.within = within
        self.body = Body()
        self.error = ""
        self.at: Location | None = None
        self._extra: tuple[list[int], list[int]] | None = None

    def offset(self, byte: int) -> int:
        """Turn an offset in bytes, as tree-sitter counts, into one in characters."""
        if self._extra is None:
            self._extra = _wide(self.source)
        places, surplus = self._extra
        if not places:
            return byte
        from bisect import bisect_left

        return byte - surplus[bisect_left(places, byte)]

    def region(self, node: Syntax) -> tuple[int, int]:
        """Return the region of a node in characters."""
        if self.within is not None:
            return self.within
        return self.offset(node.start_byte), self.offset(node.end_byte)

    def text(self, node: Syntax) -> str:
        """Return the spelling of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogateescape")

    def fail(self, error: str, node: Syntax | None) -> None:
        """Record the first error."""
        if not self.error:
            start, end = self.region(node) if node is not None else self.within or (0, 0)
            self.error = error
            self.at = self.source.location(start, min(end, start + 80))


def parse(source: Source) -> Document:
    """Parse a file once; later calls return the same document."""
    known = source.trees.get(_KEY)
    if isinstance(known, Document):
        return known
    document = source.trees[_KEY] = _checked(Document(source))
    return document


def parse_within(source: Source, data: bytes, within: tuple[int, int]) -> Document:
    """Parse HCL that stands in a region of another file, with the spelling that it has there."""
    return _checked(Document(source, data, within))


def _checked(document: Document) -> Document:
    if document.data.startswith(_MARK):
        # HCL passes over a mark of the byte order; blanks in its stead keep every place.
        document.data = b" " * len(_MARK) + document.data[len(_MARK) :]
    if len(document.data) > MAX_BYTES:
        document.fail(f"is larger than {MAX_BYTES} bytes", None)
    elif not _is_text(document.data):
        document.fail("is not UTF-8 text", None)
    else:
        _fill(document)
    return document


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _wide(source: Source) -> tuple[list[int], list[int]]:
    """Return where characters of several bytes end, and how many bytes they have had in surplus until then."""
    places: list[int] = []
    surplus = [0]
    if not source.data.isascii():
        import re

        for found in re.finditer("[^\0-\x7f]", source.text):
            extra = len(found[0].encode("utf-8", "surrogateescape")) - 1
            surplus.append(surplus[-1] + extra)
            places.append(found.start() + surplus[-1])
    return places, surplus


def _parser() -> Parser:
    if not _parsers:
        import tree_sitter
        import tree_sitter_hcl

        _parsers.append(tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language())))
    return _parsers[0]


def _fill(document: Document) -> None:
    root = _parser().parse(document.data).root_node
    if root.has_error:
        document.fail("is not valid HCL", _first_error(root))
        return
    pending: list[tuple[Syntax, Body, int]] = [(root, document.body, 0)]
    seen = 0
    while pending and not document.error:
        node, body, depth = pending.pop()
        items = [child for child in _body(node) if child.type in ("attribute", "block")]
        seen += len(items)
        if seen > MAX_NODES or depth > MAX_DEPTH:
            document.fail("holds more than can be read", node)
            return
        _check_lines(document, node, items)
        for item in items:
            if item.type == "attribute":
                _attribute(document, item, body)
            else:
                block = _block(document, item)
                body.blocks.append(block)
                pending.append((item, block.body, depth + 1))


def _body(node: Syntax) -> list[Syntax]:
    """Return what stands in a file or a block."""
    return next((child.named_children for child in node.named_children if child.type == "body"), [])


def _check_lines(document: Document, node: Syntax, items: list[Syntax]) -> None:
    """Refuse items that share a line with others, and headers that do not stand on one."""
    opening, closing = (
        next((child for child in node.children if child.type == type_), None) for type_ in ("block_start", "block_end")
    )
    misplaced = misplaced_item(items, opening, closing)
    if misplaced is None and opening is not None and node.start_point[0] != opening.start_point[0]:
        misplaced = opening
    if misplaced is not None:
        document.fail("is not valid HCL: this cannot stand here", misplaced)


def _attribute(document: Document, node: Syntax, body: Body) -> None:
    parts = [child for child in node.named_children if child.type != "comment"]
    if len(parts) != 2:
        document.fail("is not valid HCL", node)
        return
    misplaced = misplaced_part(node)
    if misplaced is not None:
        document.fail("is not valid HCL: this cannot stand here", misplaced)
    name = document.text(parts[0])
    if name in body.attributes:
        document.fail(f"sets `{name}` twice", node)
    start, end = document.region(node)
    body.attributes[name] = Attribute(document, name, parts[1], start, end)


def _block(document: Document, node: Syntax) -> Block:
    words: list[str] = []
    header_end = node.start_byte
    for child in node.named_children:
        if child.type == "block_start":
            break
        if child.type != "comment":
            words.append(_label(document, child))
            header_end = child.end_byte
    start, end = document.region(node)
    return Block(document, words[0], tuple(words[1:]), start, document.offset(header_end), end)


def _label(document: Document, node: Syntax) -> str:
    """Read a bare or a quoted label; a label is not a template, so only the escapes mean something."""
    if node.type != "string_lit":
        return document.text(node)
    text = document.text(node).replace("$${", "").replace("%%{", "")
    if "${" in text or "%{" in text:
        document.fail("is not valid HCL: a label is no template", node)
    return unescaped("".join(document.text(child) for child in node.named_children if child.type == "template_literal"))


def _first_error(root: Syntax) -> Syntax:
    """Find the first node that the parser could not place, going down only where it says that there is one."""
    node = root
    while not (node.is_error or node.is_missing):
        broken = next((child for child in node.children if child.has_error or child.is_missing), None)
        if broken is None:
            return node
        node = broken
    return node
