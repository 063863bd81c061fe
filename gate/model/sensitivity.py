"""What a workload declares itself to be."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location

CLASSES = ("public", "internal", "confidential", "restricted")

#: FIPS 199 potential impact, from the least to the most demanding.
IMPACTS = ("low", "moderate", "high")

#: The axes a label or a declaration may state, each with its values from the least to the most demanding
#: (FIPS 199 impact; Kubernetes multi-tenancy; GKE Sandbox and CIS GKE 5.10 for code trust).
AXES: dict[str, tuple[str, ...]] = {
    "confidentiality": IMPACTS,
    "integrity": IMPACTS,
    "availability": IMPACTS,
    "label": ("unclassified", "secret", "top-secret"),
    "tenancy": ("dedicated", "single-team", "soft", "hard"),
    "code_trust": ("first-party", "third-party", "untrusted", "hostile"),
    "exposure": ("none", "internal", "internet"),
    "host_trust": ("trusted", "untrusted-operator"),
}

#: Regimes that `regulated` may list; a set, so that the stricter of two statements is their union.
REGIMES = ("pci", "phi", "gdpr-special", "fedramp-moderate", "fedramp-high", "classified")

#: Only a declaration may state these: they permit something instead of demanding it.
PLACEMENTS = ("dedicated", "tenant", "team", "shared")
ROLES = ("node-agent", "ci-builder", "device-plugin", "cni", "csi")


class Statement(Record):
    """One thing somebody said about a workload's sensitivity: an axis or `class` or `regulated`, and its value."""

    axis: str
    value: str
    at: Location


class Sensitivity(Record):
    """Everything that was said about one workload, the stricter of all statements on every axis.

    An axis nobody spoke about is absent. `placement` and `role` come from the declaration alone, and are empty when it
    is silent. `declared` is false when nobody said anything. `unlabelled` is what holds without what manifests say of
    themselves, and without what of it a change adds; empty where they say nothing.
    """

    axes: dict[str, str]
    regulated: tuple[str, ...]
    placement: str
    role: str
    declared: bool
    statements: tuple[Statement, ...]
    unlabelled: tuple[Sensitivity, ...] = ()

    @property
    def cls(self) -> str:
        """The sensitivity class, or an empty string when none was declared."""
        return self.axes.get("class", "")

    @property
    def readings(self) -> tuple[Sensitivity, ...]:
        """All that was said, and what holds without labels: the strictest answer to them counts.

        To raise an axis is not always to demand more: a policy may ask more of what is `internal` than of what is
        `internet`, and permit to first-party code what it forbids to code of which nobody says whose it is.
        """
        return (self, *self.unlabelled)
