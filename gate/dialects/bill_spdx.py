"""Bills of materials in SPDX.

Sources: SPDX 2.2 and 2.3 (JSON), `packages` with their `externalRefs`; how trivy and syft mark the image and its system
among them, and what trivy notes of both: in annotations, and until 0.67 in texts of attribution.
"""

from __future__ import annotations

import re

from gate.dialects.bill import AGAIN, MAX_LISTED, Bill, Listed, OtherFormError, image_names, installed, purl, system_of
from gate.model.errors import InputError
from gate.model.packages import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.bill import At, Part
    from gate.dialects.purl import Purl

VERSIONS = ("SPDX-2.2", "SPDX-2.3")

#: How the ids of what is no package begin, where no purpose says it (2.2).
KINDS = {
    "SPDXRef-ContainerImage": "CONTAINER",
    "SPDXRef-DocumentRoot-Image": "CONTAINER",
    "SPDXRef-OperatingSystem": "OPERATING-SYSTEM",
    "SPDXRef-Application": "APPLICATION",
}

_SOURCE = re.compile(r"built package from: (\S+) (\S+)")


def bill(root: Part, at: At) -> Bill:
    """Read a bill; raise InputError for another version, and for what does not fit."""
    version = root.text("spdxVersion")
    if version not in VERSIONS:
        remedy = "write it as SPDX 2.3 or as CycloneDX"
        raise OtherFormError(f"is {version[:20].replace('-', ' ')}", at=at("spdxVersion"), remedy=remedy)
    packages = list(root.parts("packages"))
    if len(packages) > MAX_LISTED:
        raise InputError(f"lists more than {MAX_LISTED} packages", at=root.at, remedy=AGAIN)
    kinds = [_kind(one) for one in packages]
    listed = [_listed(one) for one, kind in zip(packages, kinds, strict=True) if kind not in KINDS.values()]
    about = next((one for one, kind in zip(packages, kinds, strict=True) if kind == "CONTAINER"), None)
    names, digests, layers = _known_by(about) if about is not None else ((), (), ())
    systems = (one for one, kind in zip(packages, kinds, strict=True) if kind == "OPERATING-SYSTEM")
    stated = [System(one.text("name"), one.text("versionInfo"), ended=False) for one in systems]
    system, doubt = system_of(stated, listed)
    return Bill(
        version.replace("-", " "),
        _tool(root),
        about.text("name") if about is not None else root.text("name"),
        names,
        digests,
        layers,
        about is not None,
        system,
        doubt,
        len(listed),
        0,
        tuple(installed(listed)),
        tuple(_labels(about)) if about is not None else (),
        None,
        root.at,
    )


def _kind(one: Part) -> str:
    purpose = one.text("primaryPackagePurpose").upper().replace("_", "-")
    if purpose in ("CONTAINER", "OPERATING-SYSTEM"):
        return purpose
    written = one.text("SPDXID")
    return next((kind for start, kind in KINDS.items() if written.startswith(start)), "")


def _listed(one: Part) -> Listed:
    source = _SOURCE.search(one.text("sourceInfo"))
    return Listed(_purl_of(one), one.text("name"), one.at, *(source.groups() if source else ("", "")))


def _purl_of(one: Part) -> Purl | None:
    found = (ref.text("referenceLocator") for ref in one.parts("externalRefs") if ref.text("referenceType") == "purl")
    return purl(next(found, ""))


def _notes(one: Part) -> Iterator[tuple[str, str]]:
    for text in (*(note.text("comment") for note in one.parts("annotations")), *one.texts("attributionTexts")):
        key, colon, value = text.partition(": ")
        if colon:
            yield key, value


def _known_by(about: Part) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the names, the digests and the layers of the image that a bill is about."""
    said = [*_notes(about)]

    def those(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in said if key == name)

    written, digests = image_names(_purl_of(about))
    names = (*those("RepoTag"), *those("Reference"), *written, about.text("name"))
    by_registry = (one.partition("@")[2] for one in those("RepoDigest"))
    digests = (*those("ImageID"), *digests, about.text("versionInfo"), *by_registry)
    return (
        tuple(dict.fromkeys(name for name in names if name)),
        tuple(dict.fromkeys(digest for digest in digests if digest.startswith("sha256:"))),
        those("DiffID"),
    )


def _labels(about: Part) -> Iterator[tuple[str, str]]:
    for key, value in _notes(about):
        if key.startswith("Labels:"):
            yield key[len("Labels:") :], value


def _tool(root: Part) -> str:
    creators = root.part("creationInfo").texts("creators")
    written = next((one.partition(":")[2].strip() for one in creators if one.startswith("Tool:")), "")
    name, dash, version = written.rpartition("-")
    return f"{name} {version}" if dash else written
