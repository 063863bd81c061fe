"""How reports of other tools are held to their models: what does not fit is an error with its path, and no value."""

from __future__ import annotations

from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from pydantic import BaseModel

    from gate.model.location import Location

    M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], data: bytes, at: Callable[..., Location], remedy: str) -> M:
    """Return a report as its model; raise InputError for the first thing in it that does not fit."""
    from pydantic import ValidationError

    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
        said = first["msg"][:1].lower() + first["msg"][1:]
        cause = f"{where}: {said}" if where else said
        raise InputError(cause[:200], at=at(*first["loc"]), remedy=remedy) from None
