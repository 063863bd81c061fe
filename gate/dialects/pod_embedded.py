"""Manifests inside of others: what a resource template of Argo Workflows hands to the API server as a text.

Field: argo-workflows `pkg/apis/workflow/v1alpha1/workflow_types.go`, `ResourceTemplate`. A literal block is read where
it stands, its expressions as those of any manifest; another text is not.
"""

from __future__ import annotations

import re

from gate.model.source import Source
from gate.syntax.yaml import documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.syntax.document import Document
    from gate.syntax.tree import Node


def within(node: Node, budget: int) -> tuple[list[Document], int] | None:
    """Return the documents of a text, at their places in its file, and what is left of the budget of characters.

    None for a text that is no literal block, or that the budget is too small for.
    """
    text = node.source.text
    head, _, body = text[node.start : node.end].partition("\n")
    budget -= node.end
    if not head.startswith("|") or budget < 0:
        return None
    found: list[Document] = []
    begin = node.end - len(body)
    for piece in re.split(r"(?m)^([ ]*---[ \t]*\n)", body):
        if piece.strip(" \t\n-"):
            blank = re.sub(r"[^\n]", " ", text[:begin])
            alone = Source(node.source.path, (blank + piece).encode("utf-8", "surrogateescape"))
            found += documents(alone)
        begin += len(piece)
    return found, budget
