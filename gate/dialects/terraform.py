"""A folder of Terraform files as one module: its variables, locals, resources and what else its expressions name.

Terraform reads every `.tf` of a folder together, lays override files over them, and gives variables the values of
`terraform.tfvars` and `*.auto.tfvars`. What is given on the command line, by the environment or by a calling module is
not in sight: a variable without a default is unknown. What is applied only has values then.
"""

from __future__ import annotations

from gate.dialects.asked import Asked
from gate.dialects.packer_hcl import Configuration
from gate.dialects.terraform_files import documents, laid_over, members, order, parse, values
from gate.dialects.terraform_json import BLOCKS, JsonDocument, body, has_blocks
from gate.dialects.terraform_values import ROOTED, Values, members_of
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gate.model.source import Source, Sources
    from gate.syntax.hcl import Attribute, Block, Body, Document
    from gate.syntax.tree import Node

    T = TypeVar("T")

#: Instances of one block.
MAX_INSTANCES = 50

#: Modules within modules, and calls of all of them together.
MAX_DEPTH = 4
MAX_CALLS = 200

#: What a call of a module says about the call itself.
_OF_A_CALL = ("count", "depends_on", "for_each", "providers", "source", "version")

_KEY = "terraform"


class Module(Configuration):
    """One module, as the scope of its expressions; `foreign` says what modules return that are not in the tree."""

    __slots__ = ("calls", "depth", "foreign", "values")

    def __init__(
        self,
        folder: str,
        documents: list[Document],
        overrides: dict[str, Attribute | Node],
        broken: str,
        asked: Asked,
        caller: Module | None = None,
    ) -> None:
        """Take the parsed files, the values given to variables, which file could not be read, the tree, the caller."""
        super().__init__(folder, documents, overrides, broken, asked, laid_over(documents))
        self.evaluator = self.values = Values(self, folder, asked)
        self.foreign: Callable[[Module, Block], Node | None] | None = caller.foreign if caller is not None else None
        self.depth: int = caller.depth + 1 if caller is not None else 0
        self.calls: list[str] = caller.calls if caller is not None else []

    def of(self, document: Document) -> list[Block]:
        """Return the blocks of a file, with what override files say of them."""
        return [block for block in self.blocks if block.document is document]

    def know(self, foreign: Callable[[Module, Block], Node | None]) -> None:
        """Take who knows what modules return that are not in the tree; what was worked out without it is forgotten."""
        self.foreign = foreign
        self._values.clear()

    def resolve(self, root: str, name: str) -> Node | str:
        """Return what a reference stands for; what the expression at hand binds means nothing there."""
        return self.within({}, lambda: super(Module, self).resolve(root, name))

    def _resolved(self, root: str, name: str) -> Node | str:
        if root in ("var", "local"):
            return super()._resolved(root, name)
        if root == "path":
            text = ROOTED + self.folder
            return Scalar(self.documents[0].source, 0, 0, text, text, True)
        if (root, name) == ("data", "template_file"):
            return self._templates()
        if root == "module":
            return self._called(name)
        reasons = {
            "count": "it is another one for each instance",
            "each": "it is another one for each instance",
            "data": "a data source is only known when it is read",
            "terraform": "it is only known where it is applied",
        }
        return reasons.get(root, f"`{root}` is not known")

    def _called(self, name: str) -> Node | str:
        """Return what a module that is called returns, for every instance of it."""
        block = next((one for one in self.blocks if (one.type, *one.labels) == ("module", name)), None)
        if block is None:
            return self.broken or f"there is no module `{name}`"
        attributes = block.body.attributes
        if "count" in attributes:
            return "it is another one for each instance"
        if "for_each" not in attributes:
            return self._returned(block)
        members = self._members(attributes["for_each"])
        if isinstance(members, str) or len(members) > MAX_INSTANCES:
            return members if isinstance(members, str) else "it has too many instances"
        found: dict[str, Node] = {}
        for key, value in members:
            returned = self.within({"each": bound(key, value)}, lambda: self._returned(block))
            if isinstance(returned, str) or not isinstance(key, Scalar):
                return returned if isinstance(returned, str) else "a key is not known"
            found[key.text] = returned
        keys = {key.text: key for key, _ in members if isinstance(key, Scalar)}
        return Mapping(block.document.source, block.start, block.header_end, found, keys)

    def source_of(self, block: Block) -> str:
        """Return where the module that a block calls comes from; empty when that is not known."""
        attribute = block.body.attributes.get("source")
        value = self.values.value(attribute) if attribute is not None else None
        return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else ""

    def _returned(self, block: Block) -> Node | str:
        """Return the outputs of the module that a block calls, with the values that it is given."""
        source = self.source_of(block)
        if not source.startswith((".", "..")):
            found = self.foreign(self, block) if self.foreign is not None else None
            return found if found is not None else "what a module returns that is not in the tree is not known"
        given: dict[str, Attribute | Node] = {
            name: self.values.value(attribute)
            for name, attribute in block.body.attributes.items()
            if name not in _OF_A_CALL
        }
        child = self._child(f"{self.folder}/{source}", given)
        if child is None:
            return f"there is no module in {source[:100]}"
        outputs: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        for output in child.blocks:
            if output.type == "output" and output.labels and "value" in output.body.attributes:
                outputs[output.labels[0]] = child.values.value(output.body.attributes["value"])
                keys[output.labels[0]] = _named(output.labels[0], outputs[output.labels[0]])
        return Mapping(block.document.source, block.start, block.header_end, outputs, keys)

    def _child(self, folder: str, given: dict[str, Attribute | Node]) -> Module | None:
        folder = _clean(folder)
        self.calls.append(folder)
        if self.depth >= MAX_DEPTH or len(self.calls) > MAX_CALLS:
            return None
        found, broken = documents(members(self.asked.list(folder)), self.asked, 0)
        return Module(folder, found, given, broken, self.asked, self) if found else None

    def _variable(self, name: str) -> Node | str:
        if name in self._variables and self._variables[name][0] is None:
            return f"`var.{name}` has no default and is set where the module is used"
        return super()._variable(name)

    def _templates(self) -> Node:
        """Render the `template_file` data sources, whose text is the attribute `rendered`."""
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        source = self.documents[0].source
        for block in self.blocks:
            if block.type == "data" and block.labels[:1] == ("template_file",) and len(block.labels) == 2:
                key = Scalar(block.document.source, block.start, block.header_end, "rendered", "rendered")
                text = {"rendered": self._text(block)}
                entries[block.labels[1]] = Mapping(key.source, key.start, key.end, text, {"rendered": key})
                keys[block.labels[1]] = key
        return Mapping(source, 0, 0, entries, keys)

    def _text(self, block: Block) -> Node:
        from gate.dialects.terraform_text import FileText

        attributes = block.body.attributes
        otherwise = Opaque(block.document.source, block.start, block.end, "the template cannot be read")
        template = self.values.value(attributes["template"]) if "template" in attributes else otherwise
        variables = self.values.value(attributes["vars"]) if "vars" in attributes else None
        if isinstance(template, FileText):
            if isinstance(variables, Opaque):
                return Opaque(block.document.source, block.start, block.end, variables.reason)
            names = dict(variables.items()) if isinstance(variables, Mapping) else {}
            return self.values.rendered(template.file, names, otherwise)
        return template

    def instances(self, block: Block) -> Iterator[tuple[str, dict[str, Node]]]:
        """Yield the instances of a block, as far as they are known: a suffix of its name, and what it binds."""
        over = block.body.attributes.get("for_each")
        members = self._members(over) if over is not None else None
        if not isinstance(members, list) or not members or len(members) > MAX_INSTANCES or over is None:
            yield "", {}
            return
        for key, value in members:
            text = key.text if isinstance(key, Scalar) else ""
            yield f"[{text}]", {"each": bound(key, value)}

    def _members(self, attribute: Attribute) -> list[tuple[Node, Node]] | str:
        """Return what a `for_each` goes through; a set of strings has its members as keys."""
        value = self.values.value(attribute)
        members = members_of(value, (attribute.document, attribute.expression))
        if isinstance(value, Sequence) and isinstance(members, list):
            return [(member, member) for _, member in members]
        return members

    def within(self, names: dict[str, Node], work: Callable[[], T]) -> T:
        """Do some work while names are bound."""
        before, self.values.names = self.values.names, names
        try:
            return work()
        finally:
            self.values.names = before

    def tree(self, block: Block) -> Mapping:
        """Return a block as a mapping: its attributes, and the blocks within it as lists by their types."""
        return self._tree(block.body, block)

    def _tree(self, body: Body, block: Block) -> Mapping:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        for name, attribute in body.attributes.items():
            entries[name] = self._written(name, attribute, block)
            keys[name] = _key_of(attribute)
        for inner in body.blocks:
            kind = inner.labels[0] if inner.type == "dynamic" and inner.labels else inner.type
            made = self._made(inner)
            kept = entries.get(kind)
            if isinstance(kept, Mapping):
                kept = Sequence(kept.source, kept.start, kept.end, [kept])
            if not isinstance(kept, Opaque):
                items = [*kept.items, *made] if isinstance(kept, Sequence) else made
                unknown = next((one for one in made if isinstance(one, Opaque)), None)
                source = inner.document.source
                entries[kind] = unknown or Sequence(source, inner.start, inner.end, items)
                keys[kind] = Scalar(source, inner.start, inner.header_end, kind, kind)
        return Mapping(block.document.source, block.start, block.end, entries, keys)

    def _written(self, name: str, attribute: Attribute, block: Block) -> Node:
        """Return the value of an attribute, which in JSON may be a block, or a list of such."""
        written: Node | None = getattr(attribute.expression, "node", None)
        value = self._object(attribute.document, written, block) if written and has_blocks(written) else None
        value = value if value is not None else self.values.value(attribute)
        if name in BLOCKS and isinstance(value, Mapping) and written is not None:
            return Sequence(value.source, value.start, value.end, [value])
        return value

    def _object(self, document: Document, node: Node | None, block: Block) -> Node | None:
        """Return objects of JSON as blocks; None for what is no object."""
        if isinstance(node, Mapping) and isinstance(document, JsonDocument):
            return self._tree(body(document, node), block)
        items = [self._object(document, item, block) for item in node.items] if isinstance(node, Sequence) else [None]
        found = [item for item in items if item is not None]
        return Sequence(node.source, node.start, node.end, list(found)) if node and len(found) == len(items) else None

    def _made(self, block: Block) -> list[Node]:
        """Return what a nested block stands for: itself, or whatever a `dynamic` one makes."""
        if block.type != "dynamic":
            return [self._tree(block.body, block)]
        over, content = block.body.attributes.get("for_each"), block.body.of_type("content")
        members = self._members(over) if over is not None else "it goes through nothing"
        if isinstance(members, str) or not content or len(members) > MAX_INSTANCES:
            reason = members if isinstance(members, str) else "it makes too many blocks"
            return [Opaque(block.document.source, block.start, block.header_end, reason)]
        iterator = block.body.attributes.get("iterator")
        name = iterator.document.text(iterator.expression).strip() if iterator is not None else block.labels[0]
        names = self.values.names
        return [
            self.within({**names, name: bound(key, value)}, lambda: self._tree(content[0].body, content[0]))
            for key, value in members
        ]


def _key_of(attribute: Attribute) -> Scalar:
    """Return the name of an attribute where it is written, which in JSON is between quotes."""
    quotes = 2 if isinstance(attribute.document, JsonDocument) else 0
    end = attribute.start + len(attribute.name) + quotes
    return Scalar(attribute.document.source, attribute.start, end, attribute.name, attribute.name)


def bound(key: Node, value: Node) -> Mapping:
    """Return what `each` is for one instance."""
    keys = {"key": _named("key", key), "value": _named("value", value)}
    return Mapping(value.source, value.start, value.end, {"key": key, "value": value}, keys)


def _named(name: str, node: Node) -> Scalar:
    return Scalar(node.source, node.start, node.end, name, name)


def module(source: Source, sources: Sources) -> Module:
    """Return the module that a file belongs to."""
    known = source.trees.get(_KEY)
    if isinstance(known, Module):
        known.asked.again()
        return known
    folder, asked = source.path.rpartition("/")[0], Asked(sources, source.path)
    paths = [path for path in members(asked.list(folder), source.path) if path != source.path]
    found, broken = documents(paths, asked, len(source.data))
    own = parse(source)
    found = sorted([*found, *([] if own.error else [own])], key=lambda one: order(one.source.path))
    overrides, unread = values(folder, asked)
    whole = Module(folder, found, overrides, broken or unread, asked)
    # What only Terraform reads makes another module of the same files.
    mine = members(asked.list(folder))
    for document in found if source.path in mine else [own]:
        document.source.trees[_KEY] = whole
    return whole


def _clean(path: str) -> str:
    """Resolve `.` and `..`; a path that leaves the tree is left for the tree to refuse."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
