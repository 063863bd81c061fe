"""The documents of a file of manifests: YAML, or JSON objects that follow each other, as kubectl takes them."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.syntax.characters import run_end

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source
    from gate.syntax.yaml import Document

#: The byte order marks of an encoding that is not read.
UTF16 = (b"\xff\xfe", b"\xfe\xff")

#: Objects that may follow each other in one JSON file.
MAX_OBJECTS = 5_000

_KEY = "json.stream"
_SPACE = " \t\r\n"


def documents_of(source: Source) -> list[Document]:
    """Return the documents in order; what could not be read is among them, with its error."""
    if not source.path.endswith(".json"):
        from gate.syntax.yaml import KUBERNETES, documents

        return documents(source, KUBERNETES)
    kept = source.trees.get(_KEY)
    if kept is None:
        kept = source.trees[_KEY] = _json(source)
    return kept  # type: ignore[return-value]


def _json(source: Source) -> list[Document]:
    from gate.syntax.json import parse

    document = parse(source)
    return [document] if document.error is None or source.data[:2] in UTF16 else list(_stream(source))


def _stream(source: Source) -> Iterator[Document]:
    """Read one object after the other, up to the first that is broken."""
    from gate.syntax.json import value_at
    from gate.syntax.yaml import Document

    text = source.text
    here = run_end(text, int(text.startswith("\ufeff")), _SPACE)
    count = 0
    while here < len(text):
        at = source.location(here, len(text))
        count += 1
        if count > MAX_OBJECTS:
            error = InputError(f"has more than {MAX_OBJECTS} objects", at=at, remedy="split the file")
            yield Document(None, error, at, {})
            return
        try:
            root, end = value_at(source, here)
        except InputError as broken:
            yield Document(None, broken, at, {})
            return
        yield Document(root, None, root.at, {})
        here = run_end(text, end, _SPACE)
