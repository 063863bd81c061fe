"""Which files `docker compose up` merges when nobody names any: those that `.env` lists, else the ones of its names."""

from __future__ import annotations

from gate.dialects.compose_paths import joined
from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.interpolation import Environment
    from gate.model.source import Source, Sources

#: Files that are looked for, in order; the first one of each kind is taken.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)

#: Files that a list may name.
MAX_LISTED = 20


def project_files(source: Source, sources: Sources, environment: Environment) -> list[Source]:
    """Return the files of the project that a file belongs to, in the order of merging, else the file alone."""
    folder, slash, _ = source.path.rpartition("/")
    listed = _listed(environment)
    found = list(_opened([joined(folder, path) for path in listed], source, sources))
    if not listed:
        for names in (NAMES, OVERRIDES):
            found += list(_opened([folder + slash + name for name in names], source, sources))[:1]
            if not found:
                break
    return found if source in found else [source]


def _listed(environment: Environment) -> list[str]:
    """Return the files that `COMPOSE_FILE` lists; nothing where it is not known to."""
    value, reason = environment.values.get("COMPOSE_FILE", ("", ""))
    separator, why = environment.values.get("COMPOSE_PATH_SEPARATOR", ("", ""))
    if not value or reason or why:
        return []
    windows = ";" in value and ":" not in value
    return value.split(separator or (";" if windows else ":"))[:MAX_LISTED]


def _opened(paths: list[str], source: Source, sources: Sources) -> Iterator[Source]:
    """Yield those of the files that can be read."""
    for path in paths:
        try:
            found = source if path == source.path else sources.open(path)
        except InputError:
            continue
        if found is not None:
            yield found
