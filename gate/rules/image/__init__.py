"""ISO, of images: what an image or its build asks of the host, whoever runs it."""

from __future__ import annotations

from gate.model.evidence import Defaulted
from gate.rules import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.model.image import Image


def _of(module: str, has: Callable[[Image], object]) -> Entry:
    return Entry(f"gate.rules.image.{module}", "image", (), has)


def _flagged(image: Image) -> bool:
    """Say whether a step of the build names its own confinement or network."""
    return any(
        not isinstance(setting, Defaulted)
        for stage in image.stages
        for step in stage.steps
        for setting in (step.security, step.network)
    )


RULES: dict[str, Entry] = {
    "ISO050": _of("reserved_runtime_label", lambda image: image.labels.members),
    "ISO051": _of("insecure_build_step", _flagged),
    "ISO052": _of("build_step_on_host_network", _flagged),
    "ISO053": _of("working_directory_in_proc", lambda image: hasattr(image.working_directory, "value")),
}
