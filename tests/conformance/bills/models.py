"""Writes random bills of materials with the libraries of their formats; runs where those are installed.

What a bill says is taken from the objects that the libraries wrote, not from the documents.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

model, component = import_module("cyclonedx.model"), import_module("cyclonedx.model.component")
schema, url = import_module("cyclonedx.schema"), import_module("packageurl")
spdx_model, spdx_writer = (
    import_module("spdx_tools.spdx.model"),
    import_module("spdx_tools.spdx.writer.json.json_writer"),
)

VERSIONS = {
    "1.4": schema.SchemaVersion.V1_4,
    "1.5": schema.SchemaVersion.V1_5,
    "1.6": schema.SchemaVersion.V1_6,
    "1.7": schema.SchemaVersion.V1_7,
}
NAMES = ("libstdc++6", "g++", "bash", "python3.11", "perl-base", "ca_certificates", "Jinja2", "tzdata", "a~b")
PLAIN = ("1", "1.2.3-4", "5.2-3+b1", "1.0~rc1-2", "2:1.3-1", "2024.1+dfsg-1~deb12u1", "1.2_alpha3-r4", "3.el9_4.1")
SYSTEMS = (("debian", "12.5"), ("debian", "12"), ("alpine", "3.20.1"), ("rocky", "9.4"), ("amazon", "2 (Karoo)"))


def packages(chance: random.Random, system: tuple[str, str]) -> list[Any]:
    """Return some packages by their URLs."""
    found = []
    for _ in range(chance.randint(0, 12)):
        kind = chance.choice(("deb", "apk", "rpm", "pypi", "npm", "generic"))
        said = {}
        if kind in ("deb", "apk", "rpm"):
            said["arch"] = chance.choice(("amd64", "x86_64", "all"))
            if chance.random() < 0.7:
                said["distro"] = "-".join(system)
            if chance.random() < 0.3:
                said["epoch"] = str(chance.randint(0, 3))
            if kind == "deb" and chance.random() < 0.3:
                said["upstream"] = "gcc-12@12.2.0-14"
        space = (
            system[0]
            if kind in ("deb", "apk", "rpm")
            else "@scope"
            if kind == "npm" and chance.random() < 0.5
            else None
        )
        found.append(url.PackageURL(kind, space, chance.choice(NAMES), chance.choice(PLAIN), said))
    return sorted({one.to_string(): one for one in found}.values(), key=lambda one: one.to_string())


def told(urls: list[Any]) -> list[list[str]]:
    """Return what a bill of these packages says of those of the system."""
    listed = []
    for one in urls:
        if one.type in ("deb", "apk", "rpm"):
            epoch = one.qualifiers.get("epoch", "0")
            version = one.version if epoch == "0" or ":" in one.version else f"{epoch}:{one.version}"
            source, _, of = one.qualifiers.get("upstream", "").partition("@")
            listed.append([one.type, one.name, version, one.qualifiers["arch"], source, of])
    return sorted(listed)


def cyclonedx(chance: random.Random, urls: list[Any], system: tuple[str, str] | None, version: str) -> str:
    """Write a bill in CycloneDX, some of its components inside of others."""
    bom = import_module("cyclonedx.model.bom").Bom()
    kinds = component.ComponentType

    def part(kind: Any, name: str, version: str | None, ref: str, purl: Any = None) -> Any:
        return component.Component(name=name, version=version, type=kind, bom_ref=ref, purl=purl)

    bom.metadata.component = part(kinds.CONTAINER, "web:1", None, "image")
    layer = model.Property(name="aquasecurity:trivy:DiffID", value="sha256:" + "a" * 64)
    bom.metadata.component.properties.add(layer)
    if system:
        bom.components.add(part(kinds.OPERATING_SYSTEM, *system, "os"))
    outer = None
    for one in urls:
        inner = part(kinds.LIBRARY, one.name, one.version, one.to_string(), one)
        (outer if outer is not None and chance.random() < 0.3 else bom).components.add(inner)
        outer = inner
    write = import_module("cyclonedx.output").make_outputter(bom, schema.OutputFormat.JSON, VERSIONS[version])
    written: str = write.output_as_string(indent=chance.choice((None, 2)))
    problem = import_module("cyclonedx.validation.json").JsonStrictValidator(VERSIONS[version]).validate_str(written)
    if problem:
        raise SystemExit(f"the library wrote what it refuses: {problem}")
    return written


def spdx(chance: random.Random, urls: list[Any], system: tuple[str, str] | None, version: str) -> str:
    """Write a bill in SPDX, whose packages stand in any order."""
    nothing, purposes = spdx_model.SpdxNoAssertion(), spdx_model.PackagePurpose
    category = spdx_model.ExternalPackageRefCategory.PACKAGE_MANAGER

    def package(kind: str, number: int, name: str, installed: str | None, purpose: Any, purl: str = "") -> Any:
        return spdx_model.Package(
            f"SPDXRef-{kind}-{number}",
            name,
            nothing,
            version=installed,
            files_analyzed=False,
            external_references=[spdx_model.ExternalPackageRef(category, "purl", purl)] if purl else [],
            primary_package_purpose=purpose if version == "2.3" else None,
            license_concluded=nothing,
            license_declared=nothing,
            copyright_text=nothing,
        )

    found = [package("ContainerImage", 1, "web:1", None, purposes.CONTAINER)]
    if system:
        found.append(package("OperatingSystem", 1, *system, purposes.OPERATING_SYSTEM))
    for number, one in enumerate(urls):
        found.append(package("Package", number, one.name, one.version, purposes.LIBRARY, one.to_string()))
    chance.shuffle(found)
    tool = spdx_model.Actor(spdx_model.ActorType.TOOL, "x-1")
    when = datetime(2026, 11, 1, tzinfo=UTC)
    names = (f"SPDX-{version}", "SPDXRef-DOCUMENT", "web:1", "https://example.org/web")
    described = spdx_model.RelationshipType.DESCRIBES
    tied = [spdx_model.Relationship("SPDXRef-DOCUMENT", described, one.spdx_id) for one in found]
    document = spdx_model.Document(spdx_model.CreationInfo(*names, [tool], when), found, relationships=tied)
    with TemporaryDirectory() as folder:
        spdx_writer.write_document_to_file(document, f"{folder}/a.json", validate=True)
        return Path(folder, "a.json").read_text(encoding="utf-8")


def main() -> None:
    """Answer one question: how many of each format, and from which seed."""
    question = json.load(sys.stdin)
    answers = []
    for form, version in (*(("CycloneDX", one) for one in VERSIONS), ("SPDX", "2.2"), ("SPDX", "2.3")):
        chance = random.Random(f"{question['seed']} {form} {version}")
        for _ in range(question["count"]):
            named = chance.choice(SYSTEMS)
            urls = packages(chance, named)
            system = named if chance.random() < 0.8 else None
            is_named = system or any("distro" in one.qualifiers for one in urls)
            answers.append(
                {
                    "form": f"{form} {version}",
                    "text": (cyclonedx if form == "CycloneDX" else spdx)(chance, urls, system, version),
                    "packages": told(urls),
                    "count": len(urls),
                    "system": list(named) if is_named else None,
                }
            )
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
