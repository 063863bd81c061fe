"""Which image tag the releases of a distribution go by, where it is not the number."""

from __future__ import annotations

from gate.data.codenames import DEBIAN, UBUNTU

CODENAMES = {
    **{("debian", release): name for name, release in DEBIAN.items()},
    **{("ubuntu", release): name for name, release in UBUNTU.items()},
}
