"""A fix that has been there for longer than the policy allows."""

from __future__ import annotations

from gate.freshness.fixes import found, named
from gate.freshness.overdue import overdue
from gate.model.days import days
from gate.model.rule import Control, Rule
from gate.model.truth import Because, Truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables

# Fields: vulnerabilities with a fixed version in the reports of trivy and grype; `remediation` of the policy.
# Allowed: fixes within every profile's deadline; what a VEX document excuses, which stays in the report.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of every vulnerability that has a fix for how long it has had one, against the strictest deadline."""
    packages = image.packages
    if packages is None:
        return
    for one in found(packages, tables, now):
        if one.since is not None:
            answer = overdue(one, packages.remediation, days(now))
            text = f"{named(one)}, fixed in {', '.join(one.fixed[:3])}: {answer.text}"
            places = (*(Because(at, text) for at in one.places), Because(image.at, "is the image"))
            yield Truth(answer.answer, places, detail=one.detail, key=f"{one.package} {one.ids[0]}")


RULE = Rule(
    id="PKG009",
    name="overdue-fix",
    title="leaves out a fix for longer than the policy allows",
    severity="high",
    remedy="rebuild on a current base, or update the package in the build",
    check=check,
    controls=(
        Control("NIST SP 800-53", "5", "SI-2"),
        Control("NIST SP 800-190", "2017", "4.1.1"),
        Control("PCI DSS", "4.0.1", "6.3.3"),
        Control("StackRox", "2026-08-22", "Fixable Severity at least Important"),
    ),
)
