"""YAML as its real consumers read it: which documents a stream holds, and what each of them is worth.

There is no one YAML. Kubernetes cuts the stream at lines that start with `---` and reads every piece with go-yaml v2
(or as JSON, when it starts with a brace); Compose hands the whole stream to go-yaml v4. Both differ from what most
people look at a file with, so a node that another well-known reader would read differently carries a doubt.
"""

from __future__ import annotations

from gate.model.errors import InputError
from gate.syntax.document import UTF8, UTF16, Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source

__all__ = ["COMPOSE", "KUBERNETES", "Document", "documents"]

#: The dialect of the Kubernetes API machinery, which kubectl and the API server share.
KUBERNETES = "kubernetes"

#: The dialect of compose-go, which Docker Compose reads its files with.
COMPOSE = "compose"


def documents(source: Source, dialect: str = KUBERNETES) -> list[Document]:
    """Return the documents of a file, in order; a broken one never hides the others that its consumer would reach."""
    kept = source.trees.get(dialect)
    if kept is None:
        kept = source.trees[dialect] = _read(source, dialect)
    return kept  # type: ignore[return-value]


def _read(source: Source, dialect: str) -> list[Document]:
    if source.data.startswith(UTF16):
        error = InputError("is not UTF-8 but UTF-16", at=source.location(0, 0), remedy=UTF8)
        return [Document(None, error, error.at, {})]
    from gate.syntax import yaml_stream

    return yaml_stream.compose(source) if dialect == COMPOSE else yaml_stream.kubernetes(source)
