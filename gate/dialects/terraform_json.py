"""Terraform's JSON syntax, as the blocks and attributes that the native syntax has.

Blocks are objects, with an object for each label around them, or lists of objects; `//` is a comment; every text is a
template, but for those that Terraform takes literally, such as a variable's default. JSON does not say which properties
of a resource are blocks: the objects stay what they are, and only `dynamic` ones are made into blocks here. Sources:
Terraform's "JSON Configuration Syntax", and "JSON Syntax Specification" in hashicorp/hcl.
"""

from __future__ import annotations

from gate.syntax.hcl import Attribute, Block, Body, Document, parse_within
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node as Syntax

    from gate.model.source import Source
    from gate.syntax.tree import Node

#: How a name ends that has this syntax.
ENDINGS = (".tf.json", ".tofu.json")

#: Blocks of a module, and how many labels each has.
LABELS = {
    "action": 2,
    "check": 1,
    "data": 2,
    "ephemeral": 2,
    "import": 0,
    "locals": 0,
    "module": 1,
    "moved": 0,
    "output": 1,
    "provider": 1,
    "removed": 0,
    "resource": 2,
    "terraform": 0,
    "variable": 1,
}

#: Blocks that a resource may have several of, as far as readers ask for them; one alone may stand without a list.
BLOCKS = frozenset(
    ("capacity_provider_strategy", "default_capacity_provider_strategy", "device", "egress", "ingress", "volume")
)

COMMENT, DYNAMIC = "//", "dynamic"

_KEY = "terraform json"

#: A template is parsed as the heredoc that it would be.
MARKER = "END_OF_THE_TEXT"
_HEAD = f"text = <<{MARKER}\n"


class Written:
    """A value of JSON, where HCL has an expression; a literal one holds no templates."""

    __slots__ = ("children", "end_byte", "literal", "named_children", "node", "start_byte", "type")

    def __init__(self, node: Node, *, literal: bool = False) -> None:
        """Take the value."""
        self.type = "json"
        self.node = node
        self.literal = literal
        self.children: list[Syntax] = []
        self.named_children: list[Syntax] = []
        self.start_byte, self.end_byte = node.start, node.end


class JsonDocument(Document):
    """A file in this syntax, whose expressions are values of JSON."""

    __slots__ = ()

    def region(self, node: Syntax) -> tuple[int, int]:
        """Return the region of a value."""
        return node.start_byte, node.end_byte

    def text(self, node: Syntax) -> str:
        """Return what a value is spelled as; a text without its quotes."""
        value = getattr(node, "node", None)
        return value.text if isinstance(value, Scalar) else self.source.text[node.start_byte : node.end_byte]

    def refuse(self, error: str, node: Node) -> None:
        """Record the first error."""
        if not self.error:
            self.error = error
            self.at = self.source.location(node.start, min(node.end, node.start + 80))


def parse(source: Source) -> Document:
    """Parse a file once; later calls return the same document."""
    known = source.trees.get(_KEY)
    if isinstance(known, JsonDocument):
        return known
    from gate.syntax.json import parse as parse_json

    document = source.trees[_KEY] = JsonDocument(source)
    found = parse_json(source)
    if found.root is not None:
        _fill(document, found.root)
    elif found.error is not None:
        document.error, document.at = found.error.cause, found.error.at
    return document


def _fill(document: JsonDocument, root: Node) -> None:
    for whole in _objects(document, root):
        for name, value in whole.items():
            key = whole.keys[name]
            if key.doubt:
                document.refuse(key.doubt, key)
            elif name in LABELS:
                _labelled(document, name, (), (key, value))


def _objects(document: JsonDocument, node: Node) -> Iterator[Mapping]:
    """Yield the objects of a place where there may be a list of them, or nothing."""
    for one in node.items if isinstance(node, Sequence) else [node]:
        if isinstance(one, Mapping):
            yield one
        elif not isinstance(one, Scalar) or one.value is not None:
            document.refuse("is neither an object nor a list of objects, which Terraform has here", one)


def _labelled(document: JsonDocument, type_: str, labels: tuple[str, ...], entry: tuple[Scalar, Node]) -> None:
    """Go down to the bodies of a type of blocks, one object for each label."""
    key, node = entry
    for one in _objects(document, node):
        if len(labels) == LABELS[type_]:
            block = Block(document, type_, labels, key.start, key.end, one.end)
            block.body = body(document, one, literal=type_ == "variable")
            document.body.blocks.append(block)
            continue
        for name, value in one.items():
            if one.keys[name].doubt:
                document.refuse(one.keys[name].doubt, one.keys[name])
            _labelled(document, type_, (*labels, name), (one.keys[name], value))


def body(document: JsonDocument, node: Mapping, *, literal: bool = False) -> Body:
    """Return an object as what stands between the braces of a block."""
    found = Body()
    for name, value in node.items():
        key = node.keys[name]
        if key.doubt:
            document.refuse(key.doubt, key)
        if name == DYNAMIC:
            found.blocks += _dynamic(document, value)
        elif name != COMMENT:
            written = Written(value, literal=literal)
            found.attributes[name] = Attribute(document, name, written, key.start, value.end)  # type: ignore[arg-type]
    return found


def _dynamic(document: JsonDocument, node: Node) -> Iterator[Block]:
    for table in _objects(document, node):
        for name, value in table.items():
            key = table.keys[name]
            for one in _objects(document, value):
                block = Block(document, DYNAMIC, (name,), key.start, key.end, one.end)
                block.body = body(document, one)
                content = block.body.attributes.pop("content", None)
                if content is not None:
                    block.body.blocks += _content(document, one.keys["content"], one.entries["content"])
                yield block


def _content(document: JsonDocument, key: Scalar, node: Node) -> Iterator[Block]:
    for one in _objects(document, node):
        block = Block(document, "content", (), key.start, key.end, one.end)
        block.body = body(document, one)
        yield block


def has_blocks(node: Node) -> bool:
    """Say whether something in a value can only be read as a block: a comment, or what a `dynamic` one makes."""
    pending = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, Mapping):
            if COMMENT in one.entries or DYNAMIC in one.entries:
                return True
            pending += one.entries.values()
        elif isinstance(one, Sequence):
            pending += one.items
    return False


def template(node: Scalar) -> Document | None:
    """Parse a text that holds a template, as the attribute `text`; None for a text that is none, or cannot be read."""
    if MARKER in node.text:
        return None
    text = f"{_HEAD}{node.text}\n{MARKER}\n".encode("utf-8", "surrogateescape")
    document = parse_within(node.source, text, (node.start, node.end))
    return None if document.error or "text" not in document.body.attributes else document
