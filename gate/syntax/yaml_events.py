"""The event stream of libyaml, and its complaints in the words of the gate."""

from __future__ import annotations

from gate.model.errors import InputError, UnrenderedError
from gate.syntax.yaml import UTF8
from gate.syntax.yaml_template import is_near
from gate.syntax.yaml_tree import OverLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gate.model.source import Source

UNRENDERED = "is a template that nobody has rendered"
RENDER = "render it (helm template, kustomize build) and check the result"


def events(text: str) -> Any:
    """Return a parser whose marks count from the start of the text, a byte order mark left out."""
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]
    except ImportError:
        from yaml import Loader

        return Loader(text.removeprefix("\ufeff"))
    return CParser(text)


def refusal(error: Any, source: Source, start: int, end: int) -> InputError:
    """Word an error of the parser, or of the builder, about a stretch of a file."""
    if isinstance(error, OverLimit):
        return error
    text = source.text[start:end]
    if isinstance(error, UnicodeEncodeError):
        return _at("is not UTF-8", source, start + error.start, start + error.start, remedy=UTF8)
    if isinstance(error, InputError):
        first, last, found = error.at.start - start, error.at.end - start, error
    elif getattr(error, "problem_mark", None) is None:
        return _unreadable(error, source, start, text)
    else:
        skipped = int(text.startswith("\ufeff"))
        last = min(error.problem_mark.index + skipped, len(text))
        first = min(error.context_mark.index + skipped, last) if error.context_mark is not None else last
        found = _at(f"is not YAML: {error.problem}", source, start + last, min(start + last + 1, end))
    if is_near(text, first, last):
        return UnrenderedError(UNRENDERED, at=found.at, remedy=RENDER)
    return found


def _unreadable(error: Any, source: Source, start: int, text: str) -> InputError:
    """Word a complaint about a character, whose position libyaml counts in bytes."""
    here = start + len(text.encode()[: getattr(error, "position", 0)].decode("utf-8", "ignore"))
    return _at(f"is not YAML: {getattr(error, 'reason', error)}", source, here, here + 1, remedy="remove the character")


def _at(cause: str, source: Source, start: int, end: int, remedy: str = "") -> InputError:
    return InputError(cause, at=source.location(start, min(end, len(source.text))), remedy=remedy)
