"""syft's own JSON, which holds more of an image than the bills that it writes: its layers and its configuration.

Source: anchore/syft `syft/format/syftjson/model`; until 0.68 the image is under `target` instead of `metadata`.
"""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

from gate.dialects.bill import AGAIN, MAX_LISTED, Bill, Listed, Part, installed, purl, system_of
from gate.model.errors import InputError
from gate.model.packages import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.bill import At
    from gate.model.location import Location

#: Characters of an image's configuration, encoded.
MAX_CONFIG = 6 * 1024 * 1024


def bill(root: Part, at: At) -> Bill:
    """Read a bill; raise InputError for what does not fit."""
    artifacts = list(root.parts("artifacts"))
    if len(artifacts) > MAX_LISTED:
        raise InputError(f"lists more than {MAX_LISTED} packages", at=at(), remedy=AGAIN)
    listed = [_listed(one) for one in artifacts]
    source, descriptor, distro = root.part("source"), root.part("descriptor"), root.part("distro")
    image = _image(source)
    release = distro.text("versionID") or distro.text("version")
    stated = [System(distro.text("id") or distro.text("name"), release, ended=False)] if release else []
    system, doubt = system_of(stated, listed)
    names = (*image.texts("tags"), image.text("userInput"))
    by_registry = (one.partition("@")[2] for one in image.texts("repoDigests"))
    digests = (image.text("imageID"), image.text("manifestDigest"), *by_registry)
    return Bill(
        "syft JSON",
        f"{descriptor.text('name')} {descriptor.text('version')}".strip(),
        image.text("userInput") or source.text("name"),
        tuple(dict.fromkeys(name for name in names if name)),
        tuple(dict.fromkeys(digest for digest in digests if digest.startswith("sha256:"))),
        tuple(layer.text("digest") for layer in image.parts("layers")),
        source.text("type") == "image",
        system,
        doubt,
        len(listed),
        0,
        tuple(installed(listed)),
        (),
        _config(image),
        root.at,
    )


def _image(source: Part) -> Part:
    """Return what a bill tells of an image; nothing where it is of something else."""
    if source.text("type") != "image":
        return Part({}, source.path, source.finder)
    return source.part("metadata") if source.value.get("metadata") is not None else source.part("target")


def _listed(one: Part) -> Listed:
    metadata = one.value.get("metadata")
    said = one.part("metadata") if isinstance(metadata, dict) else Part({}, one.path, one.finder)
    source = said.value.get("source")
    name = source if isinstance(source, str) and "/" not in source else ""
    version = said.text("sourceVersion") if name else ""
    return Listed(
        purl(one.text("purl")), one.text("name"), one.at, name, version or (said.text("version") if name else "")
    )


def _config(image: Part) -> tuple[bytes, Location] | None:
    """Return the image's configuration; one that is not what the image is known by is none of it."""
    written = image.text("config")
    if not written:
        return None
    if len(written) > MAX_CONFIG:
        image.refuse(f"is longer than {MAX_CONFIG} characters", "config")
    try:
        data = b64decode(written, validate=True)
    except ValueError:
        image.refuse("is not in base64", "config")
    own = image.text("imageID")
    if own.startswith("sha256:") and own != f"sha256:{sha256(data).hexdigest()}":
        image.refuse("is not the configuration that imageID names", "config")
    return data, image.at
