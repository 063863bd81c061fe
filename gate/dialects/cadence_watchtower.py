"""Watchtower, which pulls the tags of running containers again and starts them anew from what it got.

Source: Watchtower documentation, arguments, container selection, scopes. It certainly updates a service of its own
project whose label asks for it: without that label the image may carry one that forbids it. Whatever it is told beyond
when to look and whom to notify is a doubt.
"""

from __future__ import annotations

from gate.dialects.cadence_tree import at_path, entries_of, members_of, text_of
from gate.dialects.image_name import parse
from gate.model.cadence import Keeper
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.compose_model import Project
    from gate.syntax.tree import Node

_IMAGES = frozenset(
    {
        "docker.io/containrrr/watchtower",
        "docker.io/nickfedor/watchtower",
        "ghcr.io/containrrr/watchtower",
        "ghcr.io/nicholas-fedor/watchtower",
    }
)

_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock")

#: The prefixes of its labels and variables, and the variables that leave alone what it updates.
_LABEL = "com.centurylinklabs.watchtower."
_VARIABLE = "WATCHTOWER_"
_HARMLESS = ("CLEANUP", "DEBUG", "LABEL_ENABLE", "LOG_", "NOTIFICATION", "POLL_INTERVAL", "SCHEDULE", "TRACE")

#: Keys of its service that let it run as it comes; of any other, nobody knows what it does to it.
_PLAIN = frozenset({"container_name", "environment", "hostname", "image", "labels", "logging", "restart", "volumes"})

#: What stands for a name or a value that is not known.
_UNKNOWN = "?"


def keepers(read: Project, service: str) -> Iterator[Keeper]:
    """Yield the Watchtower that stands in the project of a service, unless the service's labels forbid it."""
    services = dict(entries_of(at_path(read.root, "services")))
    own = services.get(service)
    if not isinstance(own, Mapping) or own.get("build") is not None:
        return
    labels = {name: value.lower() for name, value in _named(own.get("labels"), _LABEL).items()}
    if labels.get("enable") == "false" or "true" in (labels.get("monitor-only"), labels.get("no-pull")):
        return
    doubt = f"{read.path} is not understood as a whole" if read.problems else _unasked(labels)
    for one in services.values():
        image = at_path(one, "image")
        name = parse(text_of(image))
        if isinstance(one, Mapping) and image is not None and name is not None and name.repository in _IMAGES:
            yield Keeper("Watchtower", "pull", image.at, doubt=doubt or _restricted(one))


def _unasked(labels: dict[str, str]) -> str:
    """Say why the labels of a service do not make sure that it is updated; empty where they do."""
    if labels.get("enable") != "true":
        return f"without a label {_LABEL}enable=true the service's image may forbid it"
    return "other labels of the service may restrict it" if len(labels) > 1 else ""


def _restricted(watchtower: Mapping) -> str:
    """Say why it may not update everything that asks for it; empty where it does."""
    found = [key for key in watchtower.entries if key not in _PLAIN and not key.startswith("x-")]
    given = _named(watchtower.get("environment"), "")
    found += [name for name in given if name.startswith(("DOCKER_", _UNKNOWN))]
    told = (name.removeprefix(_VARIABLE) for name in given if name.startswith(_VARIABLE))
    found += [f"{_VARIABLE}{name}" for name in told if not name.startswith(_HARMLESS)]
    if _named(watchtower.get("labels"), _LABEL).keys() - {"enable"}:
        found.append("labels")
    if found:
        return f"{found[0].strip(_UNKNOWN) or 'a variable'} may restrict what it updates"
    volumes = [one for one in members_of(watchtower.get("volumes")) if text_of(at_path(one, "source")) in _SOCKETS]
    is_local = any(text_of(at_path(one, "target")) in _SOCKETS for one in volumes)
    return "" if is_local else "it is not given the socket of the engine"


def _named(node: Node | None, prefix: str) -> dict[str, str]:
    """Return the names that start with a prefix, without it, and their values, of a mapping or of `name=value`."""
    if node is None:
        return {}
    if isinstance(node, Mapping):
        found = {name: text_of(value) or _UNKNOWN for name, value in node.entries.items()}
    elif isinstance(node, Sequence):
        texts = [one.text if isinstance(one, Scalar) else f"{prefix}{_UNKNOWN}" for one in node.items]
        found = {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in texts)}
    else:
        found = {f"{prefix}{_UNKNOWN}": ""}
    return {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}
