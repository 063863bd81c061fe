"""Packer's older JSON templates: builders, provisioners and the variables between `{{` and `}}`.

Only `user` variables have a value here; every other function of the interpolation depends on the build.
"""

from __future__ import annotations

from gate.dialects.packer import Keys, Offer, Recipe, Step, as_text
from gate.syntax.hcl_scalars import Partial
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.packer import Entry
    from gate.syntax.tree import Node

#: Keys whose braces are filled in while the machine runs; they are opaque words and not variables.
_RUNTIME = frozenset(("boot_command", "execute_command", "qemuargs", "vboxmanage", "vboxmanage_post", "inline"))

#: Nodes of one value, and characters of one interpolated text.
MAX_NODES = 20_000
MAX_TEXT = 64 * 1024


def is_template(root: Node | None) -> bool:
    """Say whether a JSON document is a Packer template: it has builders, each with a type."""
    builders = root.get("builders") if isinstance(root, Mapping) else None
    if not isinstance(builders, Sequence) or not builders.items:
        return False
    return all(isinstance(item, Mapping) and isinstance(item.get("type"), Scalar) for item in builders.items)


class Variables:
    """The variables of one template, as they stand in it."""

    __slots__ = ("_values",)

    def __init__(self, root: Mapping) -> None:
        """Take the root of the template."""
        variables = root.get("variables")
        self._values = dict(variables.items()) if isinstance(variables, Mapping) else {}

    def filled(self, node: Node, key: str) -> Node:
        """Return a value with its variables filled in; containers are copied, so that places stay exact."""
        budget = [MAX_NODES]
        return self._filled(node, key, budget, 0)

    def _filled(self, node: Node, key: str, budget: list[int], depth: int) -> Node:
        budget[0] -= 1
        if budget[0] < 0 or depth > 20:
            return Opaque(node.source, node.start, node.end, "the template is too large to evaluate")
        if isinstance(node, Sequence):
            items = [self._filled(item, key, budget, depth + 1) for item in node.items]
            return Sequence(node.source, node.start, node.end, items)
        if isinstance(node, Mapping):
            entries = {name: self._filled(item, key, budget, depth + 1) for name, item in node.items()}
            return Mapping(node.source, node.start, node.end, entries, node.keys)
        if isinstance(node, Scalar) and isinstance(node.value, str) and "{{" in node.value:
            return self._text(node, key, depth)
        return node

    def _text(self, node: Scalar, key: str, depth: int) -> Node:
        text = str(node.value)
        pieces: list[str] = []
        for literal, action in _split(text):
            pieces.append(literal)
            name = _user(action)
            if name:
                value = self._variable(name, depth)
                if isinstance(value, Opaque):
                    return _unknown(node, value.reason, "".join(pieces))
                if action == text[2:-2] and len(pieces) == 1 and not literal:
                    return value
                pieces.append(as_text(value) or "")
            elif action and (key in _RUNTIME or action.split()[0] in _KEPT or action.lstrip().startswith(".")):
                pieces.append("{{" + action + "}}")
            elif action:
                return _unknown(node, f"`{action.split()[0]}` is only known when the build runs", "".join(pieces))
        return Scalar(node.source, node.start, node.end, "".join(pieces)[:MAX_TEXT], "".join(pieces)[:MAX_TEXT], True)

    def _variable(self, name: str, depth: int) -> Node:
        value = self._values.get(name)
        if isinstance(value, Scalar) and value.value is not None:
            if isinstance(value.value, str) and "{{" in value.value:
                if depth > 8:
                    return Opaque(value.source, value.start, value.end, f"the variable `{name}` refers to itself")
                return self._text(value, "", depth + 4)
            return value
        if value is not None:
            reason = f"the variable `{name}` has no default and is set where the build is started"
            return Opaque(value.source, value.start, value.end, reason)
        first = next(iter(self._values.values()), None)
        if first is not None:
            return Opaque(first.source, first.start, first.end, f"there is no variable `{name}`")
        return _MISSING


_KEPT = frozenset(("template_dir", "build_name", "build_type"))


class _Missing(Opaque):
    """A variable of a template that has none; it stands nowhere."""

    def __init__(self) -> None:
        self.reason = "the template defines no variables"
        self.doubt = ""


_MISSING = _Missing()


def _unknown(node: Node, reason: str, prefix: str) -> Opaque:
    result = Partial(node.source, node.start, node.end, reason)
    result.prefix = prefix
    return result


def _split(text: str) -> Iterator[tuple[str, str]]:
    """Split a text into pairs of what is literal and the action behind it; the last action is empty."""
    here = 0
    while (start := text.find("{{", here)) >= 0 and (end := text.find("}}", start)) >= 0:
        yield text[here:start], text[start + 2 : end]
        here = end + 2
    yield text[here:], ""


def _user(action: str) -> str:
    """Return the name in ``user `name` ``; empty for any other action."""
    words = action.strip().strip("-").split(None, 1)
    if len(words) != 2 or words[0] != "user":
        return ""
    name = words[1].strip()
    quoted = len(name) > 2 and name[0] in '`"' and name[-1] == name[0]
    return name[1:-1] if quoted and name[0] not in name[1:-1] else ""


def recipes(root: Mapping, path: str) -> list[Recipe]:
    """Return the builders of a template."""
    variables = Variables(root)
    builders = root.get("builders")
    offers = [Offer(step) for step in _steps(root, "provisioners", variables)]
    products = _steps(root, "post-processors", variables)
    found: list[Recipe] = []
    names: dict[str, int] = {}
    for node in builders.items if isinstance(builders, Sequence) else ():
        if isinstance(node, Mapping):
            keys = _keys(node, variables)
            type_ = as_text(node.entries["type"]) or ""
            name = as_text(keys.node("name") or node.entries["type"]) or type_
            names[name] = names.get(name, 0) + 1
            unique = name if names[name] == 1 else f"{name}[{names[name]}]"
            recipe = Recipe(f"{path}#source/{type_}.{unique}", type_, name, keys, path.rpartition("/")[0])
            recipe.at = node.keys["type"].source.location(node.keys["type"].start, node.entries["type"].end)
            recipe.take(offers, name)
            recipe.products = products
            recipe.blocks = _blocks(node, variables)
            found.append(recipe)
    return found


def _keys(node: Mapping, variables: Variables) -> Keys:
    def look_up(name: str) -> Entry | None:
        value = node.entries.get(name)
        if value is None:
            return None
        at = node.source.location(node.keys[name].start, value.end)
        return variables.filled(value, name), at

    key = next(iter(node.keys.values()), None)
    at = node.source.location(key.start, node.entries[str(key.value)].end) if key is not None else node.at
    if "type" in node.entries:
        at = node.source.location(node.keys["type"].start, node.entries["type"].end)
    return Keys(node.entries, look_up, at)


def _steps(root: Mapping, section: str, variables: Variables) -> list[Step]:
    """Return the provisioners or post-processors; the latter may be bare names and chains."""
    listed = root.get(section)
    pending = list(reversed(listed.items)) if isinstance(listed, Sequence) else []
    found: list[Step] = []
    while pending:
        node = pending.pop()
        if isinstance(node, Sequence):
            pending += reversed(node.items)
        elif isinstance(node, Mapping) and as_text(node.get("type") or node):
            found.append(Step(as_text(node.entries["type"]) or "", _keys(node, variables)))
        elif isinstance(node, Scalar) and isinstance(node.value, str):
            found.append(Step(node.value, Keys((), lambda _name: None, node.at)))
    return found


def _blocks(node: Mapping, variables: Variables) -> list[Step]:
    """Return what HCL writes as blocks within a builder."""
    found: list[Step] = []
    for name in ("pci_passthrough_allowed_device", "network_adapters"):
        value = node.get(name)
        items = value.items if isinstance(value, Sequence) else [value] if isinstance(value, Mapping) else []
        found += [Step(name, _keys(item, variables)) for item in items if isinstance(item, Mapping) and item.entries]
    return found
