"""Bills of materials, whatever their format: CycloneDX, SPDX and syft's own."""

from __future__ import annotations

from gate.dialects.bill import OtherFormError, Part
from gate.model.errors import InputError
from gate.model.loading import module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.bill import At, Bill

#: What of a bill is looked up by its place.
WANTED = {
    "specVersion": None,
    "spdxVersion": None,
    "@context": None,
    "metadata": {"component": {"properties": {"*": None}}},
    "components": {"*": None},
    "packages": {"*": None},
    "artifacts": {"*": None},
    "source": {"metadata": {"config": None}, "target": {"config": None}},
}

REMEDY = "write one as JSON: CycloneDX 1.4 to 1.7, SPDX 2.2 or 2.3, or syft's own"


def bill(content: object, at: At) -> Bill:
    """Read a bill; raise InputError for none, for one of another form, and for what does not fit."""
    if not isinstance(content, dict):
        raise InputError("is no bill of materials", at=at(), remedy=REMEDY)
    root = Part(content, (), at)
    form = _form(root)
    if not form:
        raise InputError("is no bill of materials", at=at(), remedy=REMEDY)
    found: Bill = module(f"gate.dialects.bill_{form}").bill(root, at)
    if not found.is_image and found.system is None and not found.installed:
        raise InputError("is no bill of an image or of a system", at=at(), remedy="have the image itself listed")
    return found


def _form(root: Part) -> str:
    if root.value.get("bomFormat") == "CycloneDX":
        return "cyclonedx"
    if "spdxVersion" in root.value:
        return "spdx"
    if isinstance(root.value.get("@context"), str) and "spdx.org/rdf/" in root.text("@context"):
        version = root.text("@context").partition("spdx.org/rdf/")[2].partition("/")[0]
        raise OtherFormError(f"is SPDX {version[:20]}, which is not read", at=root.finder("@context"), remedy=REMEDY)
    if "artifacts" in root.value and "descriptor" in root.value:
        return "syft"
    return ""
