"""The event stream of libyaml, and its complaints in the words of the gate."""

from __future__ import annotations

from gate.model.errors import InputError, UnrenderedError
from gate.syntax.document import UTF8
from gate.syntax.yaml_mapping import COLLECTION_KEY
from gate.syntax.yaml_template import begins_at, is_cut_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gate.model.source import Source

UNRENDERED = "is a template that nobody has rendered"
#: Complaints of libyaml.
NO_COLON = "could not find expected ':'"
RESERVED = "found character that cannot start any token"
IN_BLOCK = ("while parsing a block mapping", "while parsing a block collection")
NESTING = "exceeded maximum nesting depth"
MEND = "mend this line, or what it goes on from"
RENDER = "render it (--render for charts and customizations) and check the result"


def events(text: str) -> Any:
    """Return a parser whose marks count from the start of the text, a byte order mark left out."""
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]
    except ImportError:
        from yaml import Loader

        text.encode()  # raises where the other parser does
        return Loader(text.removeprefix("\ufeff"))
    return CParser(text)


def refusal(error: Any, source: Source, start: int, end: int) -> InputError:
    """Word an error of the parser, or of the builder, about a stretch of a file."""
    text = source.text[start:end]
    if isinstance(error, UnicodeEncodeError):
        return _at("is not UTF-8", source, start + error.start, remedy=UTF8)
    if isinstance(error, InputError):
        if error.cause == COLLECTION_KEY and begins_at(text, error.at.start - start):
            return UnrenderedError(UNRENDERED, at=error.at, remedy=RENDER)
        return error
    if getattr(error, "problem_mark", None) is None:
        here = len(text.encode()[: getattr(error, "position", 0)].decode("utf-8", "ignore"))
        return _at(f"is not YAML: {error.reason}", source, start + here, remedy="remove the character")
    here = _place(error, text)
    if error.problem == NESTING:
        return _at("is nested too deeply", source, start + here)
    if _is_certain(error) and (begins_at(text, here) or (error.context in IN_BLOCK and is_cut_at(text, here))):
        return _at(UNRENDERED, source, start + here, remedy=RENDER, kind=UnrenderedError)
    return _at(f"is not YAML: {error.problem}", source, start + here, remedy=MEND)


def _place(error: Any, text: str) -> int:
    """Return where to look: at the problem, or where that began which the text ends without."""
    skipped = text.startswith("\ufeff")
    here = min(error.problem_mark.index + skipped, len(text))
    if error.context_mark is not None and (error.problem == NO_COLON or not text[here:].strip()):
        here = min(error.context_mark.index + skipped, len(text))
    return int(here)


def _is_certain(error: Any) -> bool:
    """Say whether the consumer's own parser stumbles here too.

    A document that it reads must never pass for a template. The parsers agree on what may follow a token; they have
    different ideas of what is one, save for the characters that YAML reserves and for a line in a block mapping that
    begins with an expression: whether a colon ends it or not, it is no key.
    """
    from yaml.parser import ParserError

    return isinstance(error, ParserError) or error.problem in (NO_COLON, RESERVED)


def _at(cause: str, source: Source, here: int, remedy: str = "", kind: type[InputError] = InputError) -> InputError:
    return kind(cause, at=source.location(here, min(here + 1, len(source.text))), remedy=remedy)
