"""Reports of scanners and VEX documents, made by hand from their documented shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gate.model.location import whole_file
from gate.model.packages import FixDate, Packages, Remediation, Scan, System, Vulnerability

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.packages import DateKind, Scanner
    from gate.model.rule import Severity

AT = whole_file("scan.json")
NAME = "registry.example/web:1"

#: A current Debian, whose support ends after the day of the tests.
DEBIAN = System("debian", "13", ended=False)


def put(folder: Path, name: str, document: Any) -> Path:
    """Write a JSON document."""
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1), encoding="utf-8")
    return path


def trivy(*vulnerabilities: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a report of trivy, of an image on Debian 13 with two packages."""
    metadata: dict[str, Any] = {"OS": {"Family": "debian", "Name": "13.6"}, **changes.pop("metadata", {})}
    result: dict[str, Any] = {
        "Target": f"{NAME} (debian 13.6)",
        "Class": "os-pkgs",
        "Type": "debian",
        "Packages": [
            {"ID": "libssl3t64@3.5.1-1", "Name": "libssl3t64", "Version": "3.5.1", "SrcName": "openssl"},
            {"ID": "openssl@3.5.1-1", "Name": "openssl", "Version": "3.5.1", "SrcName": "openssl"},
        ],
        **({"Vulnerabilities": list(vulnerabilities)} if vulnerabilities else {}),
        **changes.pop("result", {}),
    }
    return {
        "SchemaVersion": 2,
        "CreatedAt": "2026-11-23T08:00:00.123456789Z",
        "ArtifactName": NAME,
        "ArtifactType": "container_image",
        "Metadata": metadata,
        "Results": [result],
        **changes,
    }


def flaw(name: str = "CVE-2024-1000", **changes: Any) -> dict[str, Any]:
    """Return a vulnerability of openssl with a fix, as trivy reports it."""
    return {
        "VulnerabilityID": name,
        "PkgID": "libssl3t64@3.5.1-1",
        "PkgName": "libssl3t64",
        "PkgIdentifier": {"PURL": "pkg:deb/debian/libssl3t64@3.5.1-1?arch=amd64&distro=debian-13.6"},
        "InstalledVersion": "3.5.1-1",
        "FixedVersion": "3.5.1-1+deb13u1",
        "Status": "fixed",
        "Severity": "HIGH",
        **changes,
    }


def grype(*matches: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a report of grype, of an image on Debian 13, with data of the day of the tests."""
    return {
        "matches": list(matches),
        "source": {"type": "image", "target": {"userInput": NAME, "layers": [], **changes.pop("target", {})}},
        "distro": {"name": "debian", "version": "13", "idLike": []},
        "descriptor": {
            "name": "grype",
            "version": "0.110.0",
            "timestamp": "2026-11-23T09:00:00+01:00",
            "db": {"status": {"built": "2026-11-23T01:00:00Z"}, "providers": {"kev": {}, "nvd": {}}},
        },
        **changes,
    }


def match(name: str = "CVE-2024-1000", date: str = "", kind: str = "advisory", **changes: Any) -> dict[str, Any]:
    """Return a match of openssl with a fix, as grype reports it."""
    available = [{"version": "3.5.1-1+deb13u1", "date": date, "kind": kind}] if date else []
    fix = {"versions": ["3.5.1-1+deb13u1"], "state": "fixed", **({"available": available} if available else {})}
    vulnerability = {"id": name, "severity": "High", "fix": fix, **changes.pop("vulnerability", {})}
    artifact = {
        "name": "libssl3t64",
        "version": "3.5.1-1",
        "type": "deb",
        "purl": "pkg:deb/debian/libssl3t64@3.5.1-1?arch=amd64&distro=debian-13.6",
        "upstreams": [{"name": "openssl"}],
        **changes.pop("artifact", {}),
    }
    return {"vulnerability": vulnerability, "relatedVulnerabilities": [], "artifact": artifact, **changes}


def alerts(kind: str) -> list[dict[str, Any]]:
    """Return what grype warns of beside vulnerabilities."""
    about = {"type": kind, "message": "of the system", "metadata": {"name": "debian", "version": "13"}}
    return [{"package": {"name": "openssl", "version": "3.5.1-1", "type": "deb"}, "alerts": [about]}]


def openvex(*statements: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an OpenVEX document."""
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.org/vex/1",
        "author": "Example security team",
        "timestamp": "2026-11-01T09:00:00Z",
        "version": 1,
        "statements": list(statements),
        **changes,
    }


def said(product: Any = NAME, status: str = "not_affected", **changes: Any) -> dict[str, Any]:
    """Return a statement of OpenVEX."""
    products = [{"@id": product}] if isinstance(product, str) else [product]
    return {
        "vulnerability": {"name": "CVE-2024-1000"},
        "products": products,
        "status": status,
        **({"justification": "vulnerable_code_not_present"} if status == "not_affected" else {}),
        **changes,
    }


def cyclonedx(state: str = "not_affected", ref: str = "", **changes: Any) -> dict[str, Any]:
    """Return a CycloneDX document that speaks of one vulnerability of one package in the image."""
    purl = "pkg:deb/debian/libssl3t64@3.5.1-1"
    analysis = {
        "state": state,
        **({"justification": "code_not_present"} if state.endswith(("affected", "positive")) else {}),
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": "2026-11-01T09:00:00Z",
            "authors": [{"name": "Ann"}],
            "component": {"bom-ref": "image", "type": "container", "name": NAME},
        },
        "components": [{"bom-ref": "ssl", "type": "library", "name": "libssl3t64", "purl": purl}],
        "vulnerabilities": [{"id": "CVE-2024-1000", "analysis": analysis, "affects": [{"ref": ref or "ssl"}]}],
        **changes,
    }


def vulnerability(
    name: str = "CVE-2024-1000",
    severity: Severity | None = "high",
    *,
    since: str = "",
    kind: DateKind = "available",
    fixed: tuple[str, ...] = ("2",),
    origin: str = "deb:openssl",
    **changes: Any,
) -> Vulnerability:
    """Return a vulnerability as a scan has it; `since` is the day of its fix."""
    values: dict[str, Any] = {
        "aliases": (),
        "package": "openssl",
        "purl": "",
        "installed": "1",
        "status": "fixed" if fixed else "affected",
        "published": "",
        "modified": "",
        "fix_dates": (FixDate(since, kind),) if since else (),
        "advisories": (),
        "exploited": None,
        "listed": "",
        "is_system": True,
        "at": AT,
        **changes,
    }
    return Vulnerability(id=name, severity=severity, fixed=fixed, origin=origin, **values)


def scan(*vulnerabilities: Vulnerability, scanner: Scanner = "trivy", **changes: Any) -> Scan:
    """Return a scan with data of the day of the tests that saw every package."""
    values: dict[str, Any] = {
        "version": "",
        "name": NAME,
        "names": (NAME,),
        "digests": (),
        "layers": (),
        "system": DEBIAN,
        "created": "2026-11-23T08:00:00Z",
        "database": "2026-11-23T01:00:00Z",
        "packages": 100,
        "uncovered": 0,
        "blind": "",
        "at": AT,
        **changes,
    }
    return Scan(scanner=scanner, vulnerabilities=vulnerabilities, **values)


def packages(
    *scans: Scan, profiles: tuple[str, ...] = ("default",), exposed: bool | None = None, impact: str = ""
) -> Packages:
    """Return the packages of an image, held to profiles."""
    return Packages(scans, Remediation(profiles, exposed, impact))
