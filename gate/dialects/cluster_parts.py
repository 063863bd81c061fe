"""Parts of a managed cluster's description, asked in one spelling whatever the format has.

Terraform's snake_case is what is asked for. Config Connector and eksctl write camelCase, CloudFormation PascalCase;
where Terraform has a block, it is a list of one, and the others have a mapping.
"""

from __future__ import annotations

from gate.dialects.reading import Fields, as_bool, as_spelling
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.cluster import Selector
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.tree import Node

    Spell = Callable[[str], str]


def snake(name: str) -> str:
    """Spell a name as Terraform does."""
    return name


def camel(name: str) -> str:
    """Spell a name as the APIs of Kubernetes do."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def pascal(name: str) -> str:
    """Spell a name as CloudFormation does."""
    return "".join(word.capitalize() for word in name.split("_"))


class Part:
    """One mapping, asked by Terraform's names."""

    __slots__ = ("fields", "spell")

    def __init__(self, fields: Fields, spell: Spell) -> None:
        """Take the mapping and how its format spells a name."""
        self.fields = fields
        self.spell = spell

    @classmethod
    def of(cls, node: Node, spell: Spell = snake) -> Part:
        """Ask a node."""
        return cls(Fields(node, node, []), spell)

    @property
    def at(self) -> Location:
        """Where it stands."""
        return self.fields.at

    @property
    def present(self) -> bool:
        """Whether anything is written, unknown things included."""
        return self.fields.present

    def node(self, name: str) -> Node | None:
        """Return what is written under a name."""
        return self.fields.get(self.spell(name))

    def has(self, name: str) -> bool:
        """Say whether anything is written under a name."""
        return self.node(name) is not None

    def sub(self, name: str) -> Part:
        """Return the one block of a name; of several the first, as there is never more than one."""
        node = self.node(name)
        if isinstance(node, Sequence) and node.items:
            return Part(Fields(node.items[0], node.items[0], []), self.spell)
        if isinstance(node, Sequence):
            return Part(Fields(None, self.fields.owner, []), self.spell)
        return Part(self.fields.sub(self.spell(name)), self.spell)

    def blocks(self, name: str) -> list[Part]:
        """Return the blocks of a name, unknown ones included."""
        node = self.node(name)
        nodes = node.items if isinstance(node, Sequence) else [] if node is None else [node]
        return [Part(Fields(one, one, []), self.spell) for one in nodes]

    def text(self, *names: str) -> Setting[str]:
        """Return the text of the first name that is written; numbers count as they are spelled."""
        name = next((one for one in names if self.has(one)), names[0])
        return self.fields.setting(self.spell(name), "", "a string", as_spelling)

    def flag(self, name: str, *, default: bool = False) -> Setting[bool]:
        """Return a boolean, also one that is spelled as a text."""
        return self.fields.setting(self.spell(name), default, "true or false", _as_flag)

    def flag_or_none(self, name: str) -> Setting[bool | None]:
        """Return a boolean, or None where nothing is written."""
        return self.fields.setting(self.spell(name), None, "true or false", _as_flag)

    def members(self, name: str) -> Iterator[tuple[str, Part]]:
        """Yield the members of a table, by their names."""
        node = self.node(name)
        for key, value in node.items() if isinstance(node, Mapping) else ():
            yield key, Part(Fields(value, value, []), self.spell)

    def unknown(self, name: str) -> Opaque | None:
        """Return what is written under a name and cannot be known."""
        node = self.node(name)
        return node if isinstance(node, Opaque) else None


def _as_flag(node: Scalar) -> bool | None:
    spelled = {"true": True, "false": False}
    return spelled.get(node.value.lower()) if isinstance(node.value, str) else as_bool(node)


def nothing(at: Location) -> Defaulted[str]:
    """Say that nothing is written."""
    return Defaulted("", at)


def lowered(setting: Setting[str]) -> Setting[str]:
    """Return a text without regard to case, which providers have changed between versions."""
    return Stated(setting.value.lower(), setting.at, setting.via) if isinstance(setting, Stated) else setting


def selectors(blocks: list[Part], at: Location) -> Items[Selector]:
    """Return the selectors of a Fargate profile."""
    return Items(tuple(_selector(block) for block in blocks), at)


def _selector(block: Part) -> Setting[Selector]:
    from gate.model.cluster import Selector

    namespace = block.text("namespace")
    if not isinstance(namespace, Stated):
        reason = namespace.reason if isinstance(namespace, Unknown) else "it names no namespace"
        return Unknown(f"which pods the Fargate profile takes is not known: {reason}", block.at)
    labels: list[tuple[str, str]] = []
    node = block.node("labels")
    if isinstance(node, Mapping):
        pairs: list[tuple[str, Node | None]] = list(node.items())
    elif isinstance(node, Sequence):
        parts = [Part.of(one, block.spell) for one in node.items]
        pairs = [(getattr(part.text("key"), "value", ""), part.node("value")) for part in parts]
    else:
        pairs = [("", node)] if node is not None else []
    for name, value in pairs:
        if not isinstance(value, Scalar) or not name:
            return Unknown("which labels the Fargate profile asks for is not known", block.at)
        labels.append((name, value.text))
    return Stated(Selector(namespace.value, tuple(labels)), block.at)
