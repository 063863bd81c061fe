"""Bills of materials of one small system, in every format that is read."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from gate.dialects.bill import Bill
from gate.dialects.bills import WANTED, bill
from gate.model.source import Source
from gate.syntax.json_outline import Outline

Json = dict[str, Any]

#: Packages of the system by the URLs that trivy (1, 4) and syft (2, 3) write.
PURLS = (
    "pkg:deb/debian/libssl3t64@3.5.1-1?arch=amd64&distro=debian-13.2",
    "pkg:deb/debian/perl-base@5.40.1-6?arch=amd64&distro=debian-13&upstream=perl%405.40.1-7",
    "pkg:deb/debian/zlib1g@1%3A1.3-1?arch=amd64&distro=debian-13",
    "pkg:deb/debian/bash@5.2-3?arch=amd64&distro=debian-13.2&epoch=2",
)
LANGUAGE = "pkg:pypi/requests@2.32.3"


def read(content: Json) -> Bill:
    """Read a bill that nothing is done with."""
    source = Source("bill.json", json.dumps(content).encode())
    return bill(content, Outline(source, WANTED).at)


def properties(**values: str | tuple[str, ...]) -> list[Json]:
    """Return properties of trivy; `__` in a name is a colon."""
    return [
        {"name": f"aquasecurity:trivy:{name.replace('__', ':')}", "value": value}
        for name, said in values.items()
        for value in ((said,) if isinstance(said, str) else said)
    ]


def component(purl: str, **fields: Any) -> Json:
    """Return a component of CycloneDX."""
    name, _, version = purl.partition("?")[0].rpartition("/")[2].partition("@")
    return {"bom-ref": purl, "type": "library", "name": name, "version": version, "purl": purl, **fields}


def cyclonedx(*purls: str, version: str = "1.7", system: tuple[str, str] = ("debian", "13.2"), **about: Any) -> Json:
    """Return a bill as trivy writes it."""
    listed = [component(purl) for purl in purls or (*PURLS, LANGUAGE)]
    if system[0]:
        listed.insert(0, {"bom-ref": "os", "type": "operating-system", "name": system[0], "version": system[1]})
    tool = {"name": "trivy", "version": "0.76.0"}
    tools = [tool] if version == "1.4" else {"components": [{"type": "application", **tool}]}
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "version": 1,
        "metadata": {
            "timestamp": "2026-11-20T00:00:00+00:00",
            "tools": tools,
            "component": {"bom-ref": "image", "type": "container", "name": "web:1", **about},
        },
        "components": listed,
    }


def spdx(*purls: str, version: str = "2.3", system: tuple[str, str] = ("debian", "13.2"), **notes: str) -> Json:
    """Return a bill as trivy writes it: notes are annotations, and in 2.2 texts of attribution."""
    is_new = version == "2.3"

    def package(kind: str, number: int, name: str, installed: str, purl: str = "", **fields: Any) -> Json:
        purpose = {"Image": "CONTAINER", "OperatingSystem": "OPERATING-SYSTEM"}.get(kind, "LIBRARY")
        ref = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
        return {
            "name": name,
            "SPDXID": f"SPDXRef-{'ContainerImage' if kind == 'Image' else kind}-{number}",
            "downloadLocation": "NONE",
            **({"versionInfo": installed} if installed else {}),
            **({"externalRefs": [ref]} if purl else {}),
            **({"primaryPackagePurpose": purpose} if is_new else {}),
            **fields,
        }

    said = [f"{name.replace('__', ':')}: {value}" for name, value in notes.items()]
    author = {"annotator": "Tool: trivy-0.76.0", "annotationDate": "2026-11-20T00:00:00Z", "annotationType": "OTHER"}
    noted = {"annotations": [{**author, "comment": text} for text in said]} if is_new else {"attributionTexts": said}
    listed = [package("Image", 0, "web:1", "", **noted)]
    for number, purl in enumerate(purls or (*PURLS, LANGUAGE)):
        fields = component(purl)
        listed.append(package("Package", number, fields["name"], fields["version"], purl))
    if system[0]:
        listed.append(package("OperatingSystem", 0, *system))
    return {
        "spdxVersion": f"SPDX-{version}",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "web:1",
        "documentNamespace": "https://example.org/web",
        "creationInfo": {"creators": ["Organization: x", "Tool: trivy-0.76.0"], "created": "2026-11-20T00:00:00Z"},
        "packages": listed,
    }


def syft(*purls: str, config: bytes | None = None, system: tuple[str, str] = ("debian", "13"), **image: Any) -> Json:
    """Return syft's own JSON of an image."""
    listed = []
    for number, purl in enumerate(purls or (*PURLS, LANGUAGE)):
        fields = component(purl)
        kind = purl.removeprefix("pkg:").partition("/")[0]
        metadata = {"source": "openssl", "sourceVersion": "3.5.1-1", "version": fields["version"]} if not number else {}
        listed.append({"id": str(number), "type": kind, **fields, "metadata": metadata})
    own: Json = {"userInput": "web:1", "tags": ["web:1"], "repoDigests": [], "layers": [], **image}
    if config is not None:
        own |= {"imageID": f"sha256:{hashlib.sha256(config).hexdigest()}", "config": base64.b64encode(config).decode()}
    return {
        "artifacts": listed,
        "source": {"id": "x", "name": "web", "version": "1", "type": "image", "metadata": own},
        "distro": {"name": system[0], "id": system[0], "versionID": system[1]},
        "descriptor": {"name": "syft", "version": "1.38.0"},
        "schema": {"version": "16.1.0"},
    }


def put(folder: Path, content: Json | str | bytes, name: str = "bill.json") -> Path:
    """Write a bill."""
    data = content if isinstance(content, bytes) else content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder / name
