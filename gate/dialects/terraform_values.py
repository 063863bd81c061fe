"""What an expression of Terraform comes to: HCL's own values, and what Terraform adds to them.

Beyond what Packer shares: names that an expression binds itself (`for`, `each`, a template's variables), texts that
remember what they hold (`gate.dialects.terraform_text`), files of the same tree, and resources, which are references.
"""

from __future__ import annotations

from gate.dialects.terraform_functions import FUNCTIONS
from gate.dialects.terraform_json import Written, template
from gate.dialects.terraform_text import Encoded, FileText, Filled, Unencoded, Unfilled, parts_of, tree
from gate.model.errors import InputError
from gate.model.source import Source
from gate.syntax.hcl import parse
from gate.syntax.hcl_scalars import as_boolean, as_string, opaque, reason_of, scalar, spelled
from gate.syntax.hcl_text import pieces, trims
from gate.syntax.hcl_values import Evaluator
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

    from gate.dialects.terraform_text import Part
    from gate.model.source import Sources
    from gate.syntax.hcl import Document
    from gate.syntax.hcl_values import Scope
    from gate.syntax.tree import Node

#: Members that a loop may go through, and bytes of a file whose text is taken.
MAX_MEMBERS = 2_000
MAX_FILE = 256 * 1024

#: What `path.module` and its like stand for: the module's folder, below the root of the scan.
ROOTED = "\ue002/"

#: A template on its own is parsed as the heredoc that it would be.
_MARKER = "END_OF_THE_TEMPLATE"
_HEAD = f"text = <<{_MARKER}\n"

#: Roots of references that are neither a resource nor anything that a module defines.
_NAMES = ("var", "local", "path", "data", "module", "each", "count", "self", "terraform")


class Managed(Opaque):
    """A reference to a resource, which only has values once it is applied; the address is `type.name`."""

    __slots__ = ("address",)

    address: str


class Found(Opaque):
    """A reference to a data source, which is only known when it is read; the address is `data.type.name`."""

    __slots__ = ("address",)

    address: str


class Values(Evaluator):
    """Evaluates the expressions of one module; `names` are those that the expression at hand binds."""

    __slots__ = ("_folder", "_rendering", "_sources", "names")

    def __init__(self, scope: Scope, folder: str, sources: Sources) -> None:
        """Take the module's names, its folder and the tree that its files are in."""
        super().__init__(scope)
        self.names: dict[str, Node] = {}
        self._folder = folder
        self._sources = sources
        self._rendering = 0

    def _reference(self, document: Document, parts: list[Syntax]) -> tuple[Node, list[Syntax]]:
        root = document.text(parts[0])
        bound = self.names.get(root)
        if bound is not None:
            return bound, parts[1:]
        if root not in _NAMES and len(parts) > 1 and parts[1].type == "get_attr":
            name = document.text(parts[1]).lstrip(". \t\r\n")
            start, end = document.region(parts[0])
            found = Managed(document.source, start, end, f"`{root}.{name}` is only known once it is applied")
            found.address = f"{root}.{name}"
            return found, parts[2:]
        named = [document.text(part).lstrip(". \t\r\n") for part in parts[1:3] if part.type == "get_attr"]
        if root == "data" and len(named) == 2 and named[0] != "template_file":
            start, end = document.region(parts[0])
            read = Found(document.source, start, end, "a data source is only known when it is read")
            read.address = ".".join((root, *named))
            return read, parts[3:]
        return super()._reference(document, parts)

    def bound(self, document: Document, node: Syntax) -> Node:
        """Return what a name on its own is bound to."""
        name = document.text(node)
        found = self.names.get(name)
        return found if found is not None else opaque((document, node), f"`{name[:80]}` is not known")

    def function(self, document: Document, node: Syntax) -> Node:
        """Call a function: one of Terraform's own, or one that it shares with HCL2 elsewhere."""
        name = document.text(node.named_children[0])
        if name not in ("jsonencode", "jsondecode", "file", "templatefile") and name not in FUNCTIONS:
            return self._call(document, node)
        place = (document, node)
        arguments = [self.evaluate(document, child) for child in _arguments(node) if child.type == "expression"]
        if not arguments:
            return opaque(place, f"`{name}` has no arguments")
        if name == "jsonencode":
            return _encoded(document, node, arguments[0])
        if name == "jsondecode":
            return tree(arguments[0])
        if name in FUNCTIONS:
            return FUNCTIONS[name](place, arguments)
        return self._file(document, node, arguments)

    def _file(self, document: Document, node: Syntax, arguments: list[Node]) -> Node:
        """Read a file of the tree: as it is, or as a template with its variables."""
        path = arguments[0]
        if not isinstance(path, Scalar) or not isinstance(path.value, str):
            return opaque((document, node), reason_of(path) if isinstance(path, Opaque) else "its path is no text")
        source = self._opened(path.value)
        if source is None:
            return opaque((document, node), f"the file {_shown(path.value)} is not in sight")
        if len(arguments) == 1:
            start, end = document.region(node)
            found = FileText(document.source, start, end, source.text, source.text, True)
            found.file = source
            return found
        variables = arguments[1]
        if not isinstance(variables, Mapping):
            return opaque((document, node), reason_of(variables))
        return self.rendered(source, dict(variables.items()), opaque((document, node), "the template cannot be read"))

    def _opened(self, path: str) -> Source | None:
        """Open a file that a module names, relative to its folder unless `path.module` says where it is."""
        rooted = path.startswith(ROOTED)
        clean = (path[len(ROOTED) :] if rooted else f"{self._folder}/{path}").lstrip("/")
        if path.startswith("/") or not self.grown(len(path)):
            return None
        try:
            source = self._sources.open(clean)
        except InputError:
            return None
        return source if source is not None and len(source.data) <= MAX_FILE else None

    def rendered(self, source: Source, names: dict[str, Node], otherwise: Opaque) -> Node:
        """Return a template's text with its variables filled in, at the places of the template's own file."""
        text = source.text if source.text.endswith("\n") else source.text + "\n"
        if _MARKER in text or self._rendering > 3 or not self.grown(len(text)):
            return otherwise
        document = parse(Source(source.path, (_HEAD + text + _MARKER + "\n").encode("utf-8", "surrogateescape")))
        attribute = document.body.attributes.get("text")
        if document.error or attribute is None:
            return otherwise
        before, self.names = self.names, names
        self._rendering += 1
        try:
            parts = self._parts(document, _heredoc(attribute.expression))
        finally:
            self.names = before
            self._rendering -= 1
        return _text(source, 0, len(source.text), [_moved(part, source) for part in parts])

    def quoted(self, document: Document, node: Syntax) -> Node:
        """Evaluate a quoted string; one that holds texts of which the content is known remembers its parts."""
        found = pieces(document, node)
        if len(found) < 2 or all(isinstance(piece, str) for piece in found):
            return self._template(document, node)
        start, end = document.region(node)
        parts: list[Part] = [
            (piece, [start] * len(piece)) if isinstance(piece, str) else self._filled(document, piece)
            for piece in found
        ]
        if any(isinstance(part, Encoded | Unencoded) for part in parts):
            return _text(document.source, start, end, parts)
        return self._template(document, node)

    def heredoc(self, document: Document, node: Syntax) -> Node:
        """Evaluate a heredoc, and remember its parts."""
        parts = self._parts(document, node)
        return _text(document.source, *document.region(node), parts)

    def _parts(self, document: Document, node: Syntax) -> list[Part]:
        found = [self._inserted(document, piece) for piece in parts_of(document, node)]
        self.grown(sum(len(part[0]) if isinstance(part, tuple) else 1 for part in found))
        return found

    def _inserted(self, document: Document, piece: tuple[str, list[int]] | Syntax) -> Part:
        if isinstance(piece, tuple):
            return piece
        if trims(piece):
            return opaque((document, piece), "it trims blanks inside a heredoc")
        return self._filled(document, piece)

    def _filled(self, document: Document, piece: Syntax) -> Node:
        """Evaluate what is filled in, as text at its place."""
        value = self._piece(document, piece)
        text = as_string(value)
        if isinstance(value, Encoded | Unencoded):
            return _encoded(document, piece, value.tree)
        if isinstance(value, Opaque):
            return opaque((document, piece), value.reason)
        if text is None:
            return opaque((document, piece), "it joins text with what is no text")
        return scalar((document, piece), text)

    def json(self, document: Document, written: Written) -> Node:
        """Evaluate a value of JSON, in which every text is a template and so is every key."""
        node = written.node
        if written.literal or (isinstance(node, Scalar) and not isinstance(node.value, str)):
            return node
        if node.doubt:
            return Opaque(node.source, node.start, node.end, node.doubt)
        if isinstance(node, Scalar):
            return self._templated(node)
        if isinstance(node, Sequence):
            items = [self.evaluate(document, Written(item)) for item in node.items]  # type: ignore[arg-type]
            return Sequence(node.source, node.start, node.end, items)
        assert isinstance(node, Mapping)
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        for name, value in node.entries.items():
            key = self._templated(node.keys[name])
            if not isinstance(key, Scalar) or key.value is None:
                return Opaque(node.source, node.start, node.end, "a key is not known")
            entries[spelled(key)] = self.evaluate(document, Written(value))  # type: ignore[arg-type]
            keys[spelled(key)] = key
        return Mapping(node.source, node.start, node.end, entries, keys)

    def _templated(self, node: Scalar) -> Node:
        """Evaluate a text of JSON; one that is a single expression has its value, whatever the type."""
        if "${" not in node.text and "%{" not in node.text:
            return node
        document = template(node)
        if document is None:
            return Opaque(node.source, node.start, node.end, "it is no template that can be read")
        parts = parts_of(document, _heredoc(document.body.attributes["text"].expression))
        last = parts[-1]
        if isinstance(last, tuple):
            # The line feed that ends the heredoc is not in the text.
            parts = [*parts[:-1], (last[0][:-1], last[1][:-1])] if len(last[0]) > 1 else parts[:-1]
        if len(parts) == 1 and not isinstance(parts[0], tuple):
            return self._piece(document, parts[0])
        found = [self._inserted(document, part) for part in parts]
        self.grown(sum(len(part[0]) if isinstance(part, tuple) else 1 for part in found))
        return _text(node.source, node.start, node.end, found)

    def loop(self, document: Document, node: Syntax) -> Node:
        """Evaluate a `for` expression."""
        inner = node.named_children[0] if node.named_children else node
        intro = next((child for child in inner.named_children if child.type == "for_intro"), None)
        if intro is None or any(child.type == "ellipsis" for child in inner.children):
            return opaque((document, node), "a `for` expression that groups is not evaluated")
        over = next(child for child in intro.named_children if child.type == "expression")
        members = members_of(self.evaluate(document, over), (document, over))
        if isinstance(members, str):
            return opaque((document, node), members)
        names = [document.text(child) for child in intro.named_children if child.type == "identifier"]
        before = self.names
        found: list[tuple[Node, Node]] = []
        try:
            for member in members:
                self.names = before | dict(zip(names, member if len(names) == 2 else member[1:], strict=False))
                wanted = self._wanted(document, inner)
                if isinstance(wanted, str):
                    return opaque((document, node), wanted)
                if wanted:
                    sides = [child for child in inner.named_children if child.type == "expression"]
                    results = [self.evaluate(document, side) for side in sides]
                    found.append((results[0], results[-1]))
        finally:
            self.names = before
        if inner.type == "for_object_expr":
            return _object(document, node, found)
        return Sequence(document.source, *document.region(node), [value for _, value in found])

    def _wanted(self, document: Document, loop: Syntax) -> bool | str:
        """Say whether a loop takes the member that its names are bound to, or why that is not known."""
        condition = next((child for child in loop.named_children if child.type == "for_cond"), None)
        if condition is None:
            return True
        value = self.evaluate(document, next(child for child in condition.named_children if child.type == "expression"))
        truth = as_boolean(value)
        return truth if truth is not None else reason_of(value)


Values.kinds = {
    **Evaluator.kinds,
    "function_call": Values.function,
    "for_expr": Values.loop,
    "json": Values.json,  # type: ignore[dict-item]
    "heredoc_template": Values.heredoc,
    "quoted_template": Values.quoted,
    "variable_expr": Values.bound,
}


def members_of(value: Node, place: tuple[Document, Syntax]) -> list[tuple[Node, Node]] | str:
    """Return the keys and values of a collection, or why they are not known."""
    found: list[tuple[Node, Node]] = []
    if isinstance(value, Mapping):
        found = [(value.keys[name], value.entries[name]) for name in sorted(value.entries)]
    elif isinstance(value, Sequence):
        found = [(scalar(place, number), item) for number, item in enumerate(value.items)]
    else:
        return value.reason if isinstance(value, Opaque) else "it is no collection"
    return found if len(found) <= MAX_MEMBERS else "it has too many members"


def _arguments(node: Syntax) -> list[Syntax]:
    arguments = next((child for child in node.named_children if child.type == "function_arguments"), None)
    return arguments.named_children if arguments is not None else []


def _heredoc(node: Syntax) -> Syntax:
    while node.type != "heredoc_template" and node.named_children:
        node = node.named_children[0]
    return node


def _moved(part: Part, source: Source) -> Part:
    """Turn places in a template that was parsed as a heredoc into places in its file."""
    shift = len(_HEAD)
    if isinstance(part, tuple):
        return part[0], [min(place - shift, len(source.text)) for place in part[1]]
    part.source = source
    part.start, part.end = max(0, part.start - shift), max(0, part.end - shift)
    return part


def _text(source: Source, start: int, end: int, parts: list[Part]) -> Node:
    """Return a text that remembers its parts."""
    unknown = next((part for part in parts if isinstance(part, Opaque)), None)
    if unknown is not None:
        unfilled = Unfilled(source, start, end, unknown.reason)
        unfilled.parts = parts
        return unfilled
    text = "".join(part[0] if isinstance(part, tuple) else getattr(part, "text", "") for part in parts)
    filled = Filled(source, start, end, text, text, True)
    filled.parts = parts
    return filled


def _encoded(document: Document, node: Syntax, value: Node) -> Node:
    """Return the text of a value, which keeps the value."""
    start, end = document.region(node)
    text = _json(value)
    if text is None:
        unencoded = Unencoded(document.source, start, end, reason_of(value))
        unencoded.tree = value
        return unencoded
    encoded = Encoded(document.source, start, end, text, text, True)
    encoded.tree = value
    return encoded


def _json(value: Node) -> str | None:
    """Spell a value as JSON, bounded; None when a part of it is not known."""
    import json

    plain = _plain(value, [0])
    return None if plain is None else json.dumps(plain[0], ensure_ascii=False, separators=(",", ":"))


def _plain(value: Node, count: list[int]) -> tuple[object] | None:
    count[0] += 1
    if isinstance(value, Opaque) or count[0] > 50_000:
        return None
    if isinstance(value, Scalar):
        return (value.value,)
    if isinstance(value, Sequence):
        items = [_plain(item, count) for item in value.items]
        return None if None in items else ([item[0] for item in items if item is not None],)
    assert isinstance(value, Mapping)
    table = {name: _plain(item, count) for name, item in value.entries.items()}
    return None if None in table.values() else ({name: item[0] for name, item in table.items() if item is not None},)


def _object(document: Document, node: Syntax, found: list[tuple[Node, Node]]) -> Node:
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for key, value in found:
        if not isinstance(key, Scalar) or key.value is None:
            return opaque((document, node), "a key is not known")
        entries[spelled(key)] = value
        keys[spelled(key)] = key
    return Mapping(document.source, *document.region(node), entries, keys)


def _shown(path: str) -> str:
    return path.removeprefix(ROOTED)[:100]
