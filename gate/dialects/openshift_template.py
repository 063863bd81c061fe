"""OpenShift's templates: their parameters filled in with the values that the template gives them.

Semantics: openshift/library-go `pkg/template/templateprocessing`: `${NAME}` is replaced within strings, keys included,
and a string that is `${{NAME}}` as a whole becomes what its value says as JSON. Whoever processes a template may give
other values; a parameter that the template gives none, or has made up, is unknown where it stands.
"""

from __future__ import annotations

import re

from gate.dialects.reading import Fields
from gate.model.evidence import Stated
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.syntax.tree import Node

_WITHIN = r"\$\{([a-zA-Z0-9_]+?)\}"
_WHOLE = r"^\$\{\{([a-zA-Z0-9_]+?)\}\}$"


def objects(template: Mapping) -> Iterator[Node]:
    """Yield the objects of a template with its parameters filled in."""
    fields = Fields(template, template, [])
    values: dict[str, str | None] = {}
    for one in fields.mappings("parameters")[0]:
        name, value = one.text("name"), one.text("value")
        if isinstance(name, Stated):
            values[name.value] = value.value if isinstance(value, Stated) and value.value else None
    filling = _Filling(values)
    for node in fields.items("objects").nodes:
        yield filling.filled(node)


class _Filling:
    """Copies nodes, each once, with the parameters replaced."""

    __slots__ = ("_done", "_values")

    def __init__(self, values: dict[str, str | None]) -> None:
        self._done: dict[int, Node] = {}
        self._values = values

    def filled(self, node: Node) -> Node:
        done = self._done.get(id(node))
        if done is None:
            done = self._done[id(node)] = self._copied(node)
        return done

    def _copied(self, node: Node) -> Node:
        if isinstance(node, Mapping):
            entries: dict[str, Node] = {}
            keys: dict[str, Scalar] = {}
            for name, value in node.items():
                key = self._text(name)
                entries[name if key is None else key] = self.filled(value)
                keys[name if key is None else key] = node.keys[name]
            return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)
        if isinstance(node, Sequence):
            return Sequence(node.source, node.start, node.end, [self.filled(one) for one in node.items], node.doubt)
        if isinstance(node, Scalar) and isinstance(node.value, str) and "${" in node.value:
            return self._scalar(node, node.value)
        return node

    def _scalar(self, node: Scalar, text: str) -> Node:
        whole = re.match(_WHOLE, text)
        if whole is not None and whole[1] in self._values:
            return _typed(node, whole[1], self._values[whole[1]])
        filled = self._text(text)
        if filled is None:
            return Opaque(node.source, node.start, node.end, _reason(self._missing(text)))
        return Scalar(node.source, node.start, node.end, filled, filled, True, node.doubt)

    def _text(self, text: str) -> str | None:
        """Return a string with its parameters filled in, None when one has no value; others stay as they are."""
        if self._missing(text):
            return None
        return re.sub(_WITHIN, lambda found: self._values.get(found[1]) or found[0], text)

    def _missing(self, text: str) -> str:
        names = re.findall(_WITHIN, text) if "${" in text else []
        return next((name for name in names if name in self._values and self._values[name] is None), "")


def _reason(name: str) -> str:
    return f"the template gives its parameter {name[:60]} no value"


def _typed(node: Scalar, name: str, value: str | None) -> Node:
    """Return what a value says as JSON; the string itself where it says nothing."""
    if value is None:
        return Opaque(node.source, node.start, node.end, _reason(name))
    plain = {"true": True, "false": False, "null": None}
    if value in plain:
        return Scalar(node.source, node.start, node.end, plain[value], value)
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value):
        return Scalar(node.source, node.start, node.end, int(value), value)
    if value[:1] in '{["':
        return Opaque(node.source, node.start, node.end, f"the value of the parameter {name[:60]} is written as JSON")
    return Scalar(node.source, node.start, node.end, value, value, True)
