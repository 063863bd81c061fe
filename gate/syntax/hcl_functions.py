"""Those of Packer's functions whose result depends on nothing but their arguments.

A function that reads the clock, the environment, a file or the network is opaque by name; so are regular expressions,
whose dialect is another one here and whose cost a hostile file could choose.
"""

from __future__ import annotations

from gate.syntax.hcl_scalars import (
    as_number,
    as_string,
    equal,
    opaque,
    reason_of,
    scalar,
    spelled,
    unified,
    whole_number,
)
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from gate.syntax.hcl_scalars import Place
    from gate.syntax.tree import Node

    #: Takes arguments of which none is opaque; None when they are not what the function takes.
    Function: TypeAlias = Callable[[Place, list[Node]], Node | None]

#: Functions whose result is another one in every build or on every machine.
_IMPURE = {
    "timestamp": "the time of the build decides",
    "legacy_isotime": "the time of the build decides",
    "legacy_strftime": "the time of the build decides",
    "uuidv4": "it is drawn at random",
    "env": "the environment of the build decides",
    "file": "it reads a file",
    "templatefile": "it renders a file",
    "fileexists": "the files of the build decide",
    "fileset": "the files of the build decide",
    "vault": "a secret store decides",
    "consul_key": "a key store decides",
    "aws_secretsmanager": "a secret store decides",
    "aws_secretsmanager_raw": "a secret store decides",
}


def call(grown: Callable[[int], bool], place: Place, name: str, arguments: list[Node]) -> Node:
    """Call a function by name; `grown` counts what is built, and answers False when it is too much."""
    if name in _IMPURE:
        return opaque(place, _IMPURE[name])
    if name in ("try", "can"):
        return _attempt(place, name, arguments)
    function = FUNCTIONS.get(name)
    if function is None:
        return opaque(place, f"the function `{name}` is not evaluated")
    unknown = next((node for node in arguments if isinstance(node, Opaque)), None)
    if unknown is not None:
        return opaque(place, unknown.reason)
    if not grown(sum(_size(node) for node in arguments)):
        return opaque(place, "the expression is too large to evaluate")
    result = function(place, arguments)
    if result is None:
        hidden = reason_of(*arguments)
        return opaque(place, hidden if "neither" not in hidden else f"`{name}` does not take these arguments")
    return result


def _attempt(place: Place, name: str, arguments: list[Node]) -> Node:
    """Take the first argument that has a value; one that is not known may or may not fail in the build."""
    if not arguments or isinstance(arguments[0], Opaque):
        return opaque(place, reason_of(*arguments))
    return arguments[0] if name == "try" else scalar(place, value=True)


def _size(node: Node) -> int:
    if isinstance(node, Scalar):
        return len(node.text)
    return len(node.items) if isinstance(node, Sequence) else len(node.entries) if isinstance(node, Mapping) else 1


def _text_function(function: Callable[..., str | bool], takes: int = 1) -> Function:
    """Lift a function of strings."""

    def lifted(place: Place, arguments: list[Node]) -> Node | None:
        texts = [as_string(argument) for argument in arguments]
        if len(texts) != takes or None in texts:
            return None
        return scalar(place, function(*texts))

    return lifted


def _number_function(function: Callable[..., float]) -> Function:
    """Lift a function of numbers."""

    def lifted(place: Place, arguments: list[Node]) -> Node | None:
        numbers = [as_number(argument) for argument in arguments]
        return scalar(place, function(*numbers)) if numbers and None not in numbers else None

    return lifted


def _sequence(place: Place, items: Iterable[Node]) -> Sequence:
    document, node = place
    return Sequence(document.source, *document.region(node), list(items))


def _lists(arguments: list[Node]) -> list[list[Node]] | None:
    found = [argument.items for argument in arguments if isinstance(argument, Sequence)]
    return found if len(found) == len(arguments) else None


def _join(place: Place, arguments: list[Node]) -> Node | None:
    separator = as_string(arguments[0]) if arguments else None
    lists = _lists(arguments[1:])
    if separator is None or lists is None:
        return None
    texts = [as_string(item) for items in lists for item in items]
    known = [text for text in texts if text is not None]
    if len(known) != len(texts) or len(known) * len(separator) > 1 << 20:
        return None
    return scalar(place, separator.join(known))


def _split(place: Place, arguments: list[Node]) -> Node | None:
    texts = [as_string(argument) for argument in arguments]
    if len(texts) != 2 or texts[0] is None or texts[1] is None:
        return None
    found = texts[1].split(texts[0]) if texts[0] else list(texts[1])
    return _sequence(place, (scalar(place, part) for part in found[:10_000]))


def _format(place: Place, arguments: list[Node]) -> Node | None:
    """Fill `%s`, `%d`, `%v`, `%q` and `%%`; a width or another verb is left alone."""
    template = as_string(arguments[0]) if arguments else None
    if template is None:
        return None
    rest = arguments[1:]
    parts: list[str] = []
    here = 0
    while (found := template.find("%", here)) >= 0:
        verb = template[found + 1 : found + 2]
        parts.append(template[here:found])
        here = found + 2
        if verb == "%":
            parts.append("%")
            continue
        text = as_string(rest.pop(0)) if rest and verb in ("s", "d", "v") else None
        if text is None:
            return None
        parts.append(text)
    return None if rest else scalar(place, "".join([*parts, template[here:]]))


def _concat(place: Place, arguments: list[Node]) -> Node | None:
    lists = _lists(arguments)
    return None if lists is None else _sequence(place, (item for items in lists for item in items))


def _flatten(place: Place, arguments: list[Node]) -> Node | None:
    if len(arguments) != 1 or not isinstance(arguments[0], Sequence):
        return None
    pending = list(reversed(arguments[0].items))
    found: list[Node] = []
    while pending:
        node = pending.pop()
        if isinstance(node, Sequence):
            pending += reversed(node.items)
        else:
            found.append(node)
        if len(found) + len(pending) > 10_000:
            return None
    return _sequence(place, found)


def _compact(place: Place, arguments: list[Node]) -> Node | None:
    lists = _lists(arguments)
    if lists is None or any(isinstance(item, Opaque) for items in lists for item in items):
        return None
    return _sequence(place, (scalar(place, as_string(item)) for items in lists for item in items if as_string(item)))


def _distinct(place: Place, arguments: list[Node]) -> Node | None:
    lists = _lists(arguments)
    if lists is None or not all(isinstance(item, Scalar) for items in lists for item in items):
        return None
    if len({type(item.value) for items in lists for item in items if isinstance(item, Scalar)}) > 1:
        return None
    seen = {(type(item.value), item.value): item for items in lists for item in items if isinstance(item, Scalar)}
    return _sequence(place, seen.values())


def _coalesce(place: Place, arguments: list[Node]) -> Node | None:
    """Return the first argument that is neither null nor an empty string."""
    found = next((node for node in arguments if as_string(node) or not isinstance(node, Scalar)), None)
    return None if found is None else unified(place, arguments, found)


def _coalesce_list(place: Place, arguments: list[Node]) -> Node | None:
    return next((node for node in arguments if isinstance(node, Sequence) and node.items), None)


def _lookup(place: Place, arguments: list[Node]) -> Node | None:
    if len(arguments) not in (2, 3) or not isinstance(arguments[0], Mapping) or not isinstance(arguments[1], Scalar):
        return None
    found = arguments[0].entries.get(spelled(arguments[1]))
    return found if found is not None else arguments[2] if len(arguments) == 3 else None


def _merge(place: Place, arguments: list[Node]) -> Node | None:
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for argument in arguments:
        if isinstance(argument, Mapping):
            entries |= argument.entries
            keys |= argument.keys
        elif not (isinstance(argument, Scalar) and argument.value is None):
            return None
    document, node = place
    return Mapping(document.source, *document.region(node), entries, keys)


def _keys(place: Place, arguments: list[Node]) -> Node | None:
    if len(arguments) != 1 or not isinstance(arguments[0], Mapping):
        return None
    return _sequence(place, (scalar(place, key) for key in sorted(arguments[0].entries)))


def _values(place: Place, arguments: list[Node]) -> Node | None:
    if len(arguments) != 1 or not isinstance(arguments[0], Mapping):
        return None
    return _sequence(place, (arguments[0].entries[key] for key in sorted(arguments[0].entries)))


def _length(place: Place, arguments: list[Node]) -> Node | None:
    text = as_string(arguments[0]) if len(arguments) == 1 else None
    if text is not None:
        return scalar(place, len(text))
    if len(arguments) != 1 or isinstance(arguments[0], Scalar):
        return None
    return scalar(place, _size(arguments[0]))


def _contains(place: Place, arguments: list[Node]) -> Node | None:
    if len(arguments) != 2 or not isinstance(arguments[0], Sequence):
        return None
    answers = [equal(item, arguments[1]) for item in arguments[0].items]
    return scalar(place, value=True) if True in answers else None if None in answers else scalar(place, value=False)


def _element(place: Place, arguments: list[Node]) -> Node | None:
    if len(arguments) != 2 or not isinstance(arguments[0], Sequence) or not arguments[0].items:
        return None
    number = whole_number(arguments[1])
    return None if number is None or number < 0 else arguments[0].items[number % len(arguments[0].items)]


def _reverse(place: Place, arguments: list[Node]) -> Node | None:
    lists = _lists(arguments)
    return _sequence(place, reversed(lists[0])) if lists is not None and len(lists) == 1 else None


def _substr(place: Place, arguments: list[Node]) -> Node | None:
    text = as_string(arguments[0]) if len(arguments) == 3 else None
    start, size = (whole_number(argument) for argument in arguments[1:]) if text is not None else (None, None)
    if text is None or start is None or size is None or start < 0:
        return None
    return scalar(place, text[start:] if size < 0 else text[start : start + size])


def _identity(place: Place, arguments: list[Node]) -> Node | None:
    return arguments[0] if arguments else None


def _replace(text: str, old: str, new: str) -> str:
    grown = text.count(old) * max(len(new) - len(old), 0) if old else len(text) * len(new)
    return text.replace(old, new) if grown < 1 << 20 else text


def _base(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or ("/" if path else ".")


def _title(text: str) -> str:
    """Capitalise what follows a separator: anything in ASCII but letters, digits and `_`, and any blank."""
    letters: list[str] = []
    fresh = True
    for letter in text:
        letters.append(letter.upper() if fresh and len(letter.upper()) == 1 else letter)
        fresh = not (letter.isalnum() or letter == "_") if letter.isascii() else letter.isspace()
    return "".join(letters)


def _folder(path: str) -> str:
    head = path.rpartition("/")[0]
    return head.rstrip("/") or ("/" if path.startswith("/") else ".")


FUNCTIONS: dict[str, Function] = {
    "lower": _text_function(str.lower),
    "upper": _text_function(str.upper),
    "title": _text_function(_title),
    "trimspace": _text_function(str.strip),
    "trim": _text_function(str.strip, 2),
    "trimprefix": _text_function(str.removeprefix, 2),
    "trimsuffix": _text_function(str.removesuffix, 2),
    "chomp": _text_function(lambda text: text.rstrip("\r\n")),
    "strrev": _text_function(lambda text: text[::-1]),
    "replace": _text_function(_replace, 3),
    "startswith": _text_function(str.startswith, 2),
    "endswith": _text_function(str.endswith, 2),
    "basename": _text_function(_base),
    "dirname": _text_function(_folder),
    "abspath": _identity,
    "pathexpand": _identity,
    "join": _join,
    "split": _split,
    "format": _format,
    "substr": _substr,
    "concat": _concat,
    "flatten": _flatten,
    "compact": _compact,
    "distinct": _distinct,
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "contains": _contains,
    "element": _element,
    "length": _length,
    "reverse": _reverse,
    "lookup": _lookup,
    "merge": _merge,
    "keys": _keys,
    "values": _values,
    "max": _number_function(max),
    "min": _number_function(min),
    "abs": _number_function(abs),
}
