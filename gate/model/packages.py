"""What scanners report of the packages in an image: their vulnerabilities, the fixes, and how far a scan could see.

Days and times are as the scanner wrote them; `gate.freshness` reads them, and decides which of them bound what.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.contents import InstalledPackage
    from gate.model.location import Location
    from gate.model.rule import Severity

    Scanner = Literal["trivy", "grype", "sbom"]
    Match = Literal["digest", "layers", "name", "report"]
    DateKind = Literal["available", "observed", "written"]

#: The severities of a vulnerability, gravest first.
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")


class FixDate(Record):
    """When a fixed version came about: `available` that day, `observed` by then, or only `written` by then.

    What was observed may have been there before; what was written was released later.
    """

    day: str
    kind: DateKind


class Excuse(Record):
    """A statement of a VEX document that a vulnerability does not count; `text` names document, author and day."""

    text: str
    at: Location


class Vulnerability(Record):
    """One vulnerability of one package, as one scanner reports it.

    `origin` tells packages apart that are fixed apart: the source package, or the package URL without its version.
    `severity` is None where nobody has rated it, and `exploited` where the scanner does not know. A vulnerability
    without `fixed` versions has no fix. `is_system` says that the package is the operating system's. `layer` is the
    digest of the uncompressed layer that brought the package, empty where the scanner does not say it.
    """

    id: str
    aliases: tuple[str, ...]
    package: str
    origin: str
    purl: str
    installed: str
    fixed: tuple[str, ...]
    status: str
    severity: Severity | None
    published: str
    modified: str
    fix_dates: tuple[FixDate, ...]
    advisories: tuple[str, ...]
    exploited: bool | None
    listed: str
    is_system: bool
    at: Location
    excuse: Excuse | None = None
    layer: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """All of its names, that of the CVE list first."""
        named = dict.fromkeys((self.id, *self.aliases))
        return tuple(sorted(named, key=lambda name: not name.startswith("CVE-")))


class System(Record):
    """The operating system that a scanner found; `ended` where it says that nobody maintains it any more."""

    family: str
    release: str
    ended: bool


class Scan(Record):
    """One scanner's report of one image, or a bill of materials, which lists packages and knows no vulnerability.

    `name` is what the scanner was given; `names`, `digests` and `layers` (uncompressed, in order) tell whose report it
    is. `database` is when the scanner's data was made, empty where the report does not say. Of `packages` that it
    lists, `uncovered` are of publishers that its data does not speak of, and `installed` those of the system that it
    names with their versions. `blind` says why nothing follows from what it does not report; it is empty otherwise.
    `match` says how it was found to be an image's.
    """

    scanner: Scanner
    version: str
    name: str
    names: tuple[str, ...]
    digests: tuple[str, ...]
    layers: tuple[str, ...]
    system: System | None
    created: str
    database: str
    packages: int
    uncovered: int
    blind: str
    vulnerabilities: tuple[Vulnerability, ...]
    at: Location
    match: Match = "report"
    installed: tuple[InstalledPackage, ...] = ()

    @property
    def is_bill(self) -> bool:
        """Say whether it is a bill of materials."""
        return self.scanner == "sbom"

    @property
    def title(self) -> str:
        """What sentences call it."""
        return "the bill of materials" if self.is_bill else f"the report of {self.scanner}"


class Remediation(Record):
    """By when a policy wants fixes applied: its profiles, and what they ask of the subject.

    `exposed` is whether the internet reaches it and `impact` the FIPS 199 impact of its class, None and empty where
    nobody declared them. `unlabelled` is the same without what labels say, which lengthens nothing.
    """

    profiles: tuple[str, ...]
    exposed: bool | None
    impact: str
    unlabelled: tuple[Remediation, ...] = ()


class Packages(Record):
    """The packages of one image: every scan of it, and the deadlines that they are held to."""

    scans: tuple[Scan, ...]
    remediation: Remediation


def origin(purl: str, source: str, kind: str, *, is_system: bool) -> str:
    """Name what is fixed together: a system's packages by their source, others by their URL without the version."""
    bare = purl.partition("?")[0].partition("#")[0]
    head, _, last = bare.rpartition("/")
    if bare and not is_system:
        return f"{head}/{last.partition('@')[0]}"
    return f"{bare.removeprefix('pkg:').partition('/')[0] or kind}:{source}"
