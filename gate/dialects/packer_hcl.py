"""A folder of Packer HCL files as one configuration: its variables, locals, sources and builds.

Packer reads every `*.pkr.hcl` of a folder together, then the defaults of variables, then `*.auto.pkrvars.hcl`. What is
given on the command line or by the environment is not in sight: a variable without a default is unknown.
"""

from __future__ import annotations

from gate.dialects.asked import Asked
from gate.dialects.packer import Keys, as_flag, as_text
from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.syntax.hcl import parse
from gate.syntax.hcl_scalars import as_number
from gate.syntax.hcl_values import Evaluator
from gate.syntax.tree import Mapping, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.dialects.packer import Entry
    from gate.model.source import Source, Sources
    from gate.syntax.hcl import Attribute, Block, Body, Document

#: Files of one folder that are read as one configuration, and bytes of all of them.
MAX_FILES = 200
MAX_BYTES = 1024 * 1024


class Configuration:
    """Everything that the files of one folder say together, as the scope of its expressions.

    `asked` is the tree with what making it asked for, `kept` is where others keep what they have worked out from it.
    """

    __slots__ = (
        "_locals",
        "_resolving",
        "_values",
        "_variables",
        "asked",
        "blocks",
        "broken",
        "documents",
        "evaluator",
        "folder",
        "kept",
    )

    def __init__(
        self,
        folder: str,
        documents: list[Document],
        overrides: dict[str, Attribute | Node],
        broken: str,
        asked: Asked,
        blocks: list[Block] | None = None,
    ) -> None:
        """Take the parsed files, the values from variable files, which file could not be read, if any, and the tree.

        `blocks` are those of the files when they are not just all of them.
        """
        self.asked = asked
        self.folder = folder
        self.documents = documents
        self.broken = broken
        self.kept: dict[str, object] = {}
        self.evaluator = Evaluator(self)
        every = (block for document in documents for block in document.body.blocks)
        self.blocks = list(every) if blocks is None else blocks
        self._variables: dict[str, tuple[Attribute | Node | None, str]] = {}
        self._locals: dict[str, Attribute] = {}
        self._values: dict[tuple[str, str], Node | str] = {}
        self._resolving: set[tuple[str, str]] = set()
        for block in self.blocks:
            self._declare(block)
        for name, value in overrides.items():
            self._variables[name] = (value, self._variables.get(name, (None, ""))[1])

    def _declare(self, block: Block) -> None:
        if block.type == "variable" and block.labels:
            self._variables[block.labels[0]] = (block.body.attributes.get("default"), _type(block.body))
        elif block.type == "variables":
            self._variables |= {name: (value, "") for name, value in block.body.attributes.items()}
        elif block.type == "locals":
            self._locals |= block.body.attributes
        elif block.type == "local" and block.labels and "expression" in block.body.attributes:
            self._locals[block.labels[0]] = block.body.attributes["expression"]

    def resolve(self, root: str, name: str) -> Node | str:
        """Return what a reference stands for, or why that is not known."""
        key = (root, name)
        if key in self._resolving:
            return f"`{root}.{name}` refers to itself"
        if key not in self._values:
            self._resolving.add(key)
            self._values[key] = self._resolved(root, name)
            self._resolving.discard(key)
        return self._values[key]

    def _resolved(self, root: str, name: str) -> Node | str:
        if root == "var":
            return self._variable(name)
        if root == "local":
            found = self._locals.get(name)
            return self.evaluator.value(found) if found is not None else self.broken or f"there is no local `{name}`"
        if (root, name) == ("path", "root"):
            source = self.documents[0].source
            return Scalar(source, 0, 0, self.folder or ".", self.folder or ".")
        if root in ("build", "source", "packer"):
            return "it is only known while the build runs"
        return "a data source is only known when the build runs" if root == "data" else f"`{root}` is not known"

    def _variable(self, name: str) -> Node | str:
        if name not in self._variables:
            return self.broken or f"there is no variable `{name}`"
        given, type_ = self._variables[name]
        if given is None:
            return f"`var.{name}` has no default and is set where the build is started"
        return _converted(given if isinstance(given, Node) else self.evaluator.value(given), type_)

    def keys(self, *bodies: Body, of: Block) -> Keys:
        """Return the keys of a block, with those that builds add to it."""
        attributes: dict[str, Attribute] = {}
        for body in bodies:
            attributes = body.attributes | attributes

        def look_up(name: str) -> Entry | None:
            attribute = attributes.get(name)
            return None if attribute is None else (self.evaluator.value(attribute), attribute.at)

        return Keys(attributes, look_up, of.at)


def _type(body: Body) -> str:
    attribute = body.attributes.get("type")
    return attribute.document.text(attribute.expression).strip('" ') if attribute is not None else ""


def _converted(node: Node, type_: str) -> Node:
    """Convert a scalar to the type that its variable declares."""
    if not isinstance(node, Scalar) or node.value is None:
        return node
    value: str | bool | int | float | None = node.value
    if type_ == "bool":
        value = as_flag(node)
    elif type_ == "string":
        value = as_text(node)
    elif type_ == "number":
        value = as_number(node)
    if value is None or (type(value), value) == (type(node.value), node.value):
        return node
    return Scalar(node.source, node.start, node.end, value, node.text, node.quoted)


def configuration(source: Source, sources: Sources) -> Configuration:
    """Return the configuration that a file belongs to; files that contradict each other stand for themselves."""
    known = source.trees.get("packer")
    if isinstance(known, Configuration):
        known.asked.again()
        return known
    folder, asked = source.path.rpartition("/")[0], Asked(sources, source.path)
    members, broken = _members(source, folder, asked)
    documents = [parse(member) for member in members]
    documents = [document for document in documents if not document.error]
    overrides, unread = _overrides(folder, asked)
    broken = broken or unread
    if _contradict(documents):
        own = Configuration(folder, [parse(source)], overrides, unread, asked)
        source.trees["packer"] = own
        return own
    whole = Configuration(folder, documents, overrides, broken, asked)
    for member in members:
        member.trees["packer"] = whole
    return whole


def _members(source: Source, folder: str, sources: Sources) -> tuple[list[Source], str]:
    """Open the folder's files; one that cannot be read may have defined anything."""
    members = {source.path: source}
    broken = ""
    paths = [path for path in sources.list(folder) if path.endswith(".pkr.hcl") and path != source.path]
    size = len(source.data)
    for path in paths[:MAX_FILES]:
        opened = _opened(path, sources)
        size += len(opened.data) if opened is not None else 0
        if size > MAX_BYTES or opened is None or parse(opened).error:
            broken = f"{path} cannot be read"
        else:
            members[path] = opened
    if len(paths) > MAX_FILES:
        broken = f"the folder holds more than {MAX_FILES} templates"
    return [members[path] for path in sorted(members)], broken


def _opened(path: str, sources: Sources) -> Source | None:
    try:
        return sources.open(path)
    except InputError:
        return None


def _overrides(folder: str, sources: Sources) -> tuple[dict[str, Attribute | Node], str]:
    """Return the values that variable files of the folder give, and which of them cannot be read."""
    found: dict[str, Attribute | Node] = {}
    broken = ""
    paths = [path for path in sources.list(folder) if path.endswith((".auto.pkrvars.hcl", ".auto.pkrvars.json"))]
    for path in paths[:MAX_FILES]:
        opened = _opened(path, sources)
        values = _given(opened) if opened is not None else None
        if values is None:
            broken = f"{path} cannot be read"
        else:
            found |= values
    return found, broken


def _given(source: Source) -> dict[str, Attribute] | dict[str, Node] | None:
    if source.path.endswith(".hcl"):
        document = parse(source)
        return None if document.error else document.body.attributes
    from gate.syntax.json import parse as parse_json

    root = parse_json(source).root
    return root.entries if isinstance(root, Mapping) else None


def _contradict(documents: Iterable[Document]) -> bool:
    """Say whether two files define the same name, which Packer refuses: then they are templates of their own."""
    seen: dict[tuple[str, ...], Document] = {}
    for document in documents:
        for name in _defined(document):
            if seen.setdefault(name, document) is not document:
                return True
    return False


def _defined(document: Document) -> Iterator[tuple[str, ...]]:
    for block in document.body.blocks:
        if block.type in ("variable", "local", "source", "data"):
            yield (block.type, *block.labels)
        elif block.type in ("variables", "locals"):
            kind = block.type.removesuffix("s")
            yield from ((kind, name) for name in block.body.attributes)


def parse_problem(source: Source) -> InputError | None:
    """Return what keeps Packer from reading a file."""
    document = parse(source)
    if not document.error:
        return None
    return InputError(
        document.error, at=document.at or whole_file(source.path), remedy="correct it; `packer validate` says more"
    )
