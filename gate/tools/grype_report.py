"""grype's JSON report: its models, and what it says as a scan.

grype says when a fix appeared and whether a hole is known to be exploited, and lists no package that it has nothing
against: a report without a match in the system's packages proves nothing about them.

Source: grype `grype/presenter/models`; fix dates since 0.99, alerts about ended systems since 0.106.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from gate.model.errors import InputError
from gate.model.packages import FixDate, Scan, System, Vulnerability, origin
from gate.tools.validation import validated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.location import Location
    from gate.model.packages import DateKind
    from gate.model.rule import Severity

#: What of a report is looked up by its place.
WANTED = {"matches": {"*": None}, "ignoredMatches": {"*": None}}

#: The kinds of packages that belong to a system.
SYSTEM_PACKAGES = frozenset({"apk", "deb", "rpm", "alpm", "portage"})

#: The provider of grype's data that says what is exploited.
EXPLOITED = "kev"

SEVERITIES: dict[str, Severity | None] = {
    "critical": "critical",
    "high": "high",
    "medium": "medium",
    "low": "low",
    "negligible": "low",
}

#: What the kind of a fix's date says of the day on which the fixed version could be installed.
DATES: dict[str, DateKind] = {
    "advisory": "available",
    "release": "available",
    "first-observed": "observed",
    "commit": "written",
    "pr": "written",
    "issue": "written",
}

#: The alerts that a system has ended, and that its packages are not matched.
ENDED, UNMATCHED = "distro-eol", "distro-disabled"

REMEDY = "write it with `grype --output json`"


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _FixDate(_Part):
    date: str = ""
    kind: str = ""


class _Fix(_Part):
    versions: list[str] | None = None
    state: str = ""
    available: list[_FixDate] | None = None


class _Named(_Part):
    id: str = ""


class _Exploited(_Part):
    added: str = Field("", alias="dateAdded")


class _Vulnerability(_Part):
    id: str = Field(min_length=1)
    severity: str = ""
    fix: _Fix | None = None
    advisories: list[_Named] | None = None
    exploited: list[_Exploited] | None = Field(None, alias="knownExploited")


class _Upstream(_Part):
    name: str = ""


class _Place(_Part):
    layer: str = Field("", alias="layerID")


class _Artifact(_Part):
    name: str = Field(min_length=1)
    version: str = ""
    type: str = ""
    purl: str = ""
    upstreams: list[_Upstream] | None = None
    locations: list[_Place] | None = None


class _Match(_Part):
    vulnerability: _Vulnerability
    related: list[_Named] | None = Field(None, alias="relatedVulnerabilities")
    artifact: _Artifact


class _IgnoreRule(_Part):
    reason: str = ""
    kind: str = Field("", alias="match-type")
    vex: str = Field("", alias="vex-status")


class _Ignored(_Match):
    rules: list[_IgnoreRule] | None = Field(None, alias="appliedIgnoreRules")


class _Layer(_Part):
    digest: str = ""


class _Target(_Part):
    name: str = Field("", alias="userInput")
    image_id: str = Field("", alias="imageID")
    manifest: str = Field("", alias="manifestDigest")
    tags: list[str] | None = None
    digests: list[str] | None = Field(None, alias="repoDigests")
    layers: list[_Layer] | None = None


class _Source(_Part):
    type: str
    target: _Target | str | None = None


class _Distribution(_Part):
    name: str = ""
    version: str = ""


class _Status(_Part):
    built: str = ""


class _Database(_Part):
    built: str = ""
    status: _Status | None = None
    providers: dict[str, object] | None = None


class _Descriptor(_Part):
    name: str
    version: str = ""
    timestamp: str = ""
    db: _Database | None = None


class _Alert(_Part):
    type: str = ""


class _Alerts(_Part):
    alerts: list[_Alert] | None = None


class _Report(_Part):
    matches: list[_Match]
    ignored: list[_Ignored] | None = Field(None, alias="ignoredMatches")
    source: _Source
    distro: _Distribution | None = None
    descriptor: _Descriptor
    alerts: list[_Alerts] | None = Field(None, alias="alertsByPackage")


def read(data: bytes, at: Callable[..., Location]) -> Scan:
    """Return what a report says; `at` finds the places of `WANTED` by their path.

    Raise InputError for another format, for what does not fit, and for what is no image's report.
    """
    report = validated(_Report, data, at, REMEDY)
    descriptor, target = report.descriptor, report.source.target
    if descriptor.name != "grype":
        raise InputError("is no report of grype", at=at(), remedy=REMEDY)
    system = _system(report)
    if not isinstance(target, _Target):
        if system is None:
            cause = f"is a report of a {report.source.type[:40]}, and not of an image"
            raise InputError(cause, at=at(), remedy="scan the image: `grype IMAGE --output json`")
        target = _Target.model_validate({"userInput": target or report.source.type})
    named = (*(target.tags or ()), target.name)
    digests = (target.image_id, target.manifest, *(one.partition("@")[2] for one in (*(target.digests or ()), *named)))
    database = descriptor.db
    return Scan(
        "grype",
        descriptor.version,
        target.name or target.image_id or report.source.type,
        tuple(dict.fromkeys(name for name in named if name)) if report.source.type == "image" else (),
        tuple(dict.fromkeys(digest for digest in digests if digest.startswith("sha256:"))),
        tuple(layer.digest for layer in target.layers or ()),
        system,
        descriptor.timestamp,
        "" if database is None else database.built or (database.status.built if database.status is not None else ""),
        len({(match.artifact.name, match.artifact.version) for match in report.matches}),
        0,
        _blind(report, system),
        tuple(_vulnerabilities(report, at)),
        at(),
    )


def _system(report: _Report) -> System | None:
    if report.distro is None or not report.distro.name:
        return None
    return System(report.distro.name, report.distro.version, ENDED in _alerts(report))


def _alerts(report: _Report) -> set[str]:
    """Return the types of what grype warns of beside vulnerabilities."""
    return {alert.type for entry in report.alerts or () for alert in entry.alerts or ()}


def _blind(report: _Report, system: System | None) -> str:
    """Say why nothing follows from what a report does not say."""
    if system is None:
        return "grype found no operating system, and so no packages of one"
    if UNMATCHED in _alerts(report):
        return f"grype leaves the packages of {system.family[:40]} out of matching"
    if not any(match.artifact.type in SYSTEM_PACKAGES for match in report.matches):
        return "grype lists only packages that it has something against, and none of the operating system"
    return ""


def _vulnerabilities(report: _Report, at: Callable[..., Location]) -> Iterator[Vulnerability]:
    """Yield everything that matched, and what somebody's own rules took out again: they speak for nobody here."""
    providers = report.descriptor.db.providers if report.descriptor.db is not None else None
    knows = EXPLOITED in (providers or {})
    for index, match in enumerate(report.matches):
        yield _vulnerability(match, at("matches", index), knows=knows)
    for index, ignored in enumerate(report.ignored or ()):
        if any(rule.vex or not (rule.reason or rule.kind) for rule in ignored.rules or ()):
            yield _vulnerability(ignored, at("ignoredMatches", index), knows=knows)


def _vulnerability(match: _Match, place: Location, *, knows: bool) -> Vulnerability:
    one, artifact = match.vulnerability, match.artifact
    is_system = artifact.type in SYSTEM_PACKAGES
    source = next((upstream.name for upstream in artifact.upstreams or () if upstream.name), artifact.name)
    fix = one.fix or _Fix.model_validate({})
    return Vulnerability(
        one.id,
        tuple(related.id for related in match.related or () if related.id),
        artifact.name,
        origin(artifact.purl, source, artifact.type, is_system=is_system),
        artifact.purl,
        artifact.version,
        tuple(version for version in fix.versions or () if version),
        fix.state or "unknown",
        SEVERITIES.get(one.severity.lower()),
        "",
        "",
        tuple(
            FixDate(date.date, DATES[date.kind.lower()]) for date in fix.available or () if date.kind.lower() in DATES
        ),
        tuple(advisory.id for advisory in one.advisories or () if advisory.id),
        True if one.exploited else False if knows else None,
        next((listed.added for listed in one.exploited or () if listed.added), ""),
        is_system,
        place,
        layer=_layer(artifact, is_system=is_system),
    )


def _layer(artifact: _Artifact, *, is_system: bool) -> str:
    """Return the layer that brought a package; of those of the system grype names the last that changed their list."""
    found = {place.layer for place in artifact.locations or () if place.layer}
    return found.pop() if len(found) == 1 and not is_system else ""
