"""What the files cannot say about the platform; the declaration says it, and it decides what "absent" means."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location


class Named(Record):
    """One entry of a name-to-value table in the declaration: a runtime and its kind, an image and its recipe."""

    name: str
    value: str
    at: Location


class PlatformProfile(Record):
    """The platform as declared; None and empty strings are what nobody declared, and then the worse reading counts.

    `runtimes` maps a RuntimeClass or runtime name to a kind of boundary, `images` an image repository to the recipe
    that builds it, `versions` a component (`kubernetes`, `containerd`, `runc`, `kata`...) to its version.
    """

    kubernetes_version: str = ""
    kubernetes_seccomp_default: bool | None = None
    gke_mode: str = ""
    openshift: bool | None = None
    docker_userns_remap: bool | None = None
    docker_no_new_privileges: bool | None = None
    docker_rootless: bool | None = None
    swarm: bool | None = None
    placement: str = ""
    runtimes: tuple[Named, ...] = ()
    images: tuple[Named, ...] = ()
    versions: tuple[Named, ...] = ()
