"""Bills of materials in CycloneDX.

Sources: CycloneDX 1.4 to 1.7 (JSON), `metadata` and `components`; the properties `aquasecurity:trivy:*` of trivy's
`pkg/sbom/cyclonedx`; how syft writes an image's digest as the version of the component that the bill is about.
"""

from __future__ import annotations

from gate.dialects.bill import (
    AGAIN,
    MAX_LISTED,
    Bill,
    Listed,
    OtherFormError,
    Part,
    image_names,
    installed,
    purl,
    system_of,
)
from gate.model.errors import InputError
from gate.model.packages import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.bill import At

VERSIONS = ("1.4", "1.5", "1.6", "1.7")

TRIVY = "aquasecurity:trivy:"

#: Components that are no packages.
OTHERS = frozenset({"container", "data", "device", "file", "operating-system"})


def bill(root: Part, at: At) -> Bill:
    """Read a bill; raise InputError for another version, and for what does not fit."""
    version = root.text("specVersion")
    if version not in VERSIONS:
        remedy = f"write it in one of these versions: {', '.join(VERSIONS)}"
        raise OtherFormError(f"is CycloneDX {version[:20] or 'of no version'}", at=at("specVersion"), remedy=remedy)
    components = list(_components(root))
    listed = [_listed(one) for one in components if _is_package(one)]
    about = root.part("metadata").part("component")
    names, digests, layers = _known_by(about)
    systems = [one for one in components if one.text("type") == "operating-system"]
    system, doubt = system_of([System(one.text("name"), one.text("version"), ended=False) for one in systems], listed)
    return Bill(
        f"CycloneDX {version}",
        _tool(root),
        about.text("name"),
        names,
        digests,
        layers,
        about.text("type") == "container",
        system,
        doubt,
        len(listed),
        sum(1 for _one in root.parts("vulnerabilities")),
        tuple(installed(listed)),
        tuple(_properties(about, f"{TRIVY}Labels:")),
        None,
        root.at,
    )


def _components(root: Part) -> Iterator[Part]:
    """Yield all components, those inside of others too, but not the one that the bill is about."""
    waiting = list(root.parts("components"))[::-1]
    count = 0
    while waiting:
        one = waiting.pop()
        count += 1
        if count > MAX_LISTED:
            raise InputError(f"lists more than {MAX_LISTED} components", at=root.at, remedy=AGAIN)
        yield one
        waiting += list(one.parts("components"))[::-1]


def _is_package(one: Part) -> bool:
    """Say whether a component is a package: trivy lists lock files as applications, which have no version."""
    return one.text("type") not in OTHERS and bool(one.text("purl") or one.text("version"))


def _listed(one: Part) -> Listed:
    said = dict(_properties(one, f"{TRIVY}Src"))
    release = f"-{said['Release']}" if said.get("Release") else ""
    epoch = f"{said['Epoch']}:" if said.get("Epoch", "0") != "0" else ""
    version = f"{epoch}{said['Version']}{release}" if said.get("Version") else ""
    return Listed(purl(one.text("purl")), one.text("name"), one.at, said.get("Name", ""), version)


def _known_by(about: Part) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the names, the digests and the layers of the image that a bill is about."""
    said = [*_properties(about, TRIVY)]

    def those(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in said if key == name)

    written, digests = image_names(purl(about.text("purl")))
    names = (*those("RepoTag"), *those("Reference"), *written)
    names += (about.text("name"),) if about.text("type") == "container" else ()
    by_registry = (one.partition("@")[2] for one in those("RepoDigest"))
    digests = (*those("ImageID"), *digests, about.text("version"), *by_registry)
    return (
        tuple(dict.fromkeys(name for name in names if name)),
        tuple(dict.fromkeys(digest for digest in digests if digest.startswith("sha256:"))),
        those("DiffID"),
    )


def _properties(one: Part, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in one.parts("properties"):
        name = entry.text("name")
        if name.startswith(prefix):
            yield name[len(prefix) :], entry.text("value")


def _tool(root: Part) -> str:
    """Name the first tool; until 1.4 tools are a list, and from 1.5 on they may be components."""
    metadata = root.part("metadata")
    tools = metadata.value.get("tools")
    found = metadata.part("tools").parts("components") if isinstance(tools, dict) else metadata.parts("tools")
    first = next(found, None)
    return f"{first.text('name')} {first.text('version')}".strip() if first is not None else ""
