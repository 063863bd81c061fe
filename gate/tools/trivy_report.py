"""trivy's JSON report: its models, and what it says as a scan.

The shape has been `SchemaVersion` 2 since trivy 0.19; Go leaves empty fields out. What a field means that is absent is
decided here: a package list that is missing or empty beside a system that was found proves nothing about the packages.
A program that starts trivy hands its output to `read`, as the pipeline does with a file.

Sources: trivy `pkg/types/report.go`, `pkg/fanal/types`, `pkg/detector/ospkg`; trivy-db `pkg/types`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from gate.model.errors import InputError
from gate.model.packages import Scan, System, Vulnerability, origin
from gate.tools.validation import validated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.contents import InstalledPackage, PackageManager
    from gate.model.location import Location
    from gate.model.rule import Severity

SCHEMA_VERSION = 2

#: What of a report is looked up by its place.
WANTED = {
    "Metadata": {"ImageConfig": None},
    "Results": {"*": {"Vulnerabilities": {"*": None}, "ExperimentalModifiedFindings": {"*": None}}},
}

#: Releases that were published by whoever had taken trivy's pipeline over, in March 2026 (CVE-2026-33634).
TAMPERED = frozenset({"0.69.4", "0.69.5", "0.69.6"})

#: Systems whose packages trivy has advisories for, and the kind of package that each has.
SYSTEMS = {
    **dict.fromkeys(("debian", "echo", "ubuntu"), "deb"),
    **dict.fromkeys(("alpine", "chainguard", "minimos", "wolfi"), "apk"),
    **dict.fromkeys(("alma", "amazon", "azurelinux", "bottlerocket", "cbl-mariner", "centos", "coreos"), "rpm"),
    **dict.fromkeys(("opensuse-leap", "opensuse-tumbleweed", "opensuse.leap", "opensuse.tumbleweed"), "rpm"),
    **dict.fromkeys(("oracle", "photon", "redhat", "rocky", "slem", "sles"), "rpm"),
    **dict.fromkeys(("suse linux enterprise micro", "suse linux enterprise server"), "rpm"),
}

#: The manager of each kind of packages.
MANAGERS: dict[str, PackageManager] = {"apk": "apk", "deb": "dpkg", "rpm": "rpm"}

#: How the names of vulnerabilities begin; what else a report calls its vendor's is an advisory.
NAMES = ("CVE-", "GHSA-", "PYSEC-", "GO-", "RUSTSEC-", "OSV-", "TEMP-")

SEVERITIES: dict[str, Severity | None] = {
    "CRITICAL": "critical",
    "HIGH": "high",
    "MEDIUM": "medium",
    "LOW": "low",
    "UNKNOWN": None,
    "": None,
}

REMEDY = "write it with `trivy image --format json --list-all-pkgs`"


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Database(_Part):
    updated: str = Field("", alias="UpdatedAt")


class _Provenance(_Part):
    """What trivy keeps beside its database, or says of it when it is asked for its version."""

    updated: str = Field("", alias="UpdatedAt")
    database: _Database | None = Field(None, alias="VulnerabilityDB")


class _Server(_Part):
    database: _Database | None = Field(None, alias="VulnerabilityDB")


class _Trivy(_Part):
    version: str = Field("", alias="Version")
    server: _Server | None = Field(None, alias="Server")


class _System(_Part):
    family: str = Field("", alias="Family")
    name: str = Field("", alias="Name")
    ended: bool = Field(default=False, alias="EOSL")


class _Metadata(_Part):
    system: _System | None = Field(None, alias="OS")
    image_id: str = Field("", alias="ImageID")
    layers: list[str] | None = Field(None, alias="DiffIDs")
    tags: list[str] | None = Field(None, alias="RepoTags")
    digests: list[str] | None = Field(None, alias="RepoDigests")
    reference: str = Field("", alias="Reference")


class _Identifier(_Part):
    purl: str = Field("", alias="PURL")


class _Repository(_Part):
    kind: str = Field("", alias="Class")


class _Package(_Part):
    id: str = Field("", alias="ID")
    name: str = Field("", alias="Name")
    version: str = Field("", alias="Version")
    release: str = Field("", alias="Release")
    epoch: int = Field(0, alias="Epoch")
    architecture: str = Field("", alias="Arch")
    source: str = Field("", alias="SrcName")
    repository: _Repository | None = Field(None, alias="Repository")


class _Layer(_Part):
    digest: str = Field("", alias="DiffID")


class _Vulnerability(_Part):
    id: str = Field(alias="VulnerabilityID", min_length=1)
    vendors: list[str] | None = Field(None, alias="VendorIDs")
    package_id: str = Field("", alias="PkgID")
    package: str = Field(alias="PkgName", min_length=1)
    identifier: _Identifier | None = Field(None, alias="PkgIdentifier")
    installed: str = Field("", alias="InstalledVersion")
    fixed: str = Field("", alias="FixedVersion")
    status: str = Field("", alias="Status")
    severity: str = Field("", alias="Severity")
    published: str = Field("", alias="PublishedDate")
    modified: str = Field("", alias="LastModifiedDate")
    layer: _Layer | None = Field(None, alias="Layer")


class _Modified(_Part):
    """A finding that an ignore file or a VEX document of trivy's own took out."""

    kind: str = Field("", alias="Type")
    finding: dict[str, object] | None = Field(None, alias="Finding")


class _Result(_Part):
    target: str = Field("", alias="Target")
    kind: str = Field("", alias="Class")
    type: str = Field("", alias="Type")
    packages: list[_Package] | None = Field(None, alias="Packages")
    vulnerabilities: list[_Vulnerability] | None = Field(None, alias="Vulnerabilities")
    modified: list[_Modified] | None = Field(None, alias="ExperimentalModifiedFindings")


class _Head(_Part):
    version: int = Field(alias="SchemaVersion")


class _Report(_Part):
    trivy: _Trivy | None = Field(None, alias="Trivy")
    created: str = Field("", alias="CreatedAt")
    name: str = Field(alias="ArtifactName", min_length=1)
    kind: str = Field("", alias="ArtifactType")
    metadata: _Metadata | None = Field(None, alias="Metadata")
    results: list[_Result] | None = Field(None, alias="Results")


def read(data: bytes, at: Callable[..., Location]) -> Scan:
    """Return what a report says; `at` finds the places of `WANTED` by their path.

    Raise InputError for another format or version, for what does not fit, and for what is no image's report.
    """
    head = validated(_Head, data, at, REMEDY)
    if head.version != SCHEMA_VERSION:
        cause = f"has schema version {head.version}, and {SCHEMA_VERSION} is known"
        raise InputError(cause, at=at(), remedy="write it with a trivy from 0.50 on, or update the gate")
    report = validated(_Report, data, at, REMEDY)
    metadata = report.metadata or _Metadata.model_validate({})
    version = report.trivy.version if report.trivy is not None else ""
    if version.lstrip("v") in TAMPERED:
        remedy = "replace whatever secret that program could read, and scan again with another release"
        raise InputError(f"was written by trivy {version}, a release that was tampered with", at=at(), remedy=remedy)
    _check_kind(report, metadata, at)
    results = report.results or []
    server = report.trivy.server if report.trivy is not None else None
    return Scan(
        "trivy",
        version,
        report.name,
        _names(report, metadata),
        _digests(report, metadata),
        tuple(metadata.layers or ()),
        System(metadata.system.family, metadata.system.name, metadata.system.ended) if metadata.system else None,
        report.created,
        server.database.updated if server is not None and server.database is not None else "",
        sum(len(result.packages or ()) for result in results),
        sum(_is_foreign(package) for result in results for package in result.packages or ()),
        _blind(metadata, results),
        tuple(_vulnerabilities(results, at)),
        at(),
        installed=tuple(_installed(results, at)),
    )


def database(data: bytes, at: Callable[..., Location]) -> str:
    """Return when trivy's data was made, by what it keeps or says of it; raise InputError for anything else."""
    remedy = "name `db/metadata.json` of trivy's cache, or what `trivy version --format json` prints"
    found = validated(_Provenance, data, at, remedy)
    updated = found.updated or (found.database.updated if found.database is not None else "")
    if not updated:
        raise InputError("does not say when trivy's data was made", at=at(), remedy=remedy)
    return updated


def _check_kind(report: _Report, metadata: _Metadata, at: Callable[..., Location]) -> None:
    """Refuse what is a report of something other than an image; a folder with a system in it is an image's."""
    is_image = report.kind in ("", "container_image", "cyclonedx", "spdx")
    if not is_image and (report.kind != "filesystem" or metadata.system is None):
        cause = f"is a report of a {report.kind[:40].replace('_', ' ')}, and not of an image"
        raise InputError(cause, at=at(), remedy="scan the image: `trivy image`")


def _names(report: _Report, metadata: _Metadata) -> tuple[str, ...]:
    is_named = report.kind in ("", "container_image")
    named = (*(metadata.tags or ()), metadata.reference, report.name if is_named else "")
    return tuple(dict.fromkeys(name for name in named if name))


def _digests(report: _Report, metadata: _Metadata) -> tuple[str, ...]:
    """Take the configuration's digest, and those by which registries know the image."""
    named = (*(metadata.digests or ()), metadata.reference, report.name)
    found = (metadata.image_id, *(name.partition("@")[2] for name in named))
    return tuple(dict.fromkeys(digest for digest in found if digest.startswith("sha256:")))


def _is_foreign(package: _Package) -> bool:
    """Say whether trivy leaves a package out of matching, as it does with those of third parties since 0.70."""
    return package.repository is not None and package.repository.kind == "third-party"


def _blind(metadata: _Metadata, results: list[_Result]) -> str:
    """Say why nothing follows from what a report does not say."""
    system = metadata.system
    if system is None or system.family.lower() in ("", "none"):
        return "trivy found no operating system, and so no packages of one"
    if system.family.lower() not in SYSTEMS:
        return f"trivy has no advisories for {system.family[:40]}"
    if not any(result.kind == "os-pkgs" and result.packages for result in results):
        return "trivy lists no package of the operating system"
    return ""


def _installed(results: list[_Result], at: Callable[..., Location]) -> Iterator[InstalledPackage]:
    """Yield the system's packages: of a version trivy keeps epoch, version and release apart."""
    from gate.model.contents import InstalledPackage

    for number, result in enumerate(results):
        kind = SYSTEMS.get(result.type.lower(), "") if result.kind == "os-pkgs" else ""
        place = at("Results", number) if kind else None
        for one in result.packages or ():
            if place is not None and one.name and one.version:
                version = "-".join(filter(None, (one.version, one.release)))
                whole = f"{one.epoch}:{version}" if one.epoch else version
                manager = MANAGERS[kind]
                yield InstalledPackage(manager, one.name, whole, one.architecture, one.source, "", None, None, place)


def _vulnerabilities(results: list[_Result], at: Callable[..., Location]) -> Iterator[Vulnerability]:
    """Yield everything that was found, and what files of trivy's own took out again: they speak for nobody here."""
    for number, result in enumerate(results):
        sources = {package.id: package.source for package in result.packages or () if package.id and package.source}
        for index, one in enumerate(result.vulnerabilities or ()):
            if one.status != "not_affected":
                place = at("Results", number, "Vulnerabilities", index)
                yield _vulnerability(one, result, sources.get(one.package_id, ""), place)
        for index, taken in enumerate(result.modified or ()):
            if taken.kind == "vulnerability" and taken.finding is not None:
                place = at("Results", number, "ExperimentalModifiedFindings", index)
                one = _taken_out(taken.finding, place)
                yield _vulnerability(one, result, sources.get(one.package_id, ""), place)


def _taken_out(finding: dict[str, object], place: Location) -> _Vulnerability:
    from json import dumps

    return validated(_Vulnerability, dumps(finding).encode(), lambda *_path: place, REMEDY)


def _vulnerability(one: _Vulnerability, result: _Result, source: str, place: Location) -> Vulnerability:
    purl = one.identifier.purl if one.identifier is not None else ""
    is_system = result.kind == "os-pkgs"
    vendors = one.vendors or []
    return Vulnerability(
        one.id,
        tuple(name for name in vendors if name.startswith(NAMES)),
        one.package,
        origin(purl, source or one.package, SYSTEMS.get(result.type, result.type), is_system=is_system),
        purl,
        one.installed,
        tuple(version for part in one.fixed.split(",") if (version := part.strip())),
        one.status or ("fixed" if one.fixed else "affected"),
        SEVERITIES.get(one.severity.upper()),
        one.published,
        one.modified,
        (),
        tuple(name for name in vendors if not name.startswith(NAMES)),
        None,
        "",
        is_system,
        place,
        layer=one.layer.digest if one.layer is not None else "",
    )
