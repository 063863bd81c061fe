"""Images of several platforms, and what a report says of images wherever they are held."""

from __future__ import annotations

import json
from typing import Any

from tests.packages.scanning import layer
from tests.readers import layouts
from tests.readers.layouts import Layout, config

STATEMENT = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://slsa.dev/provenance/v0.2"}


def platforms() -> layouts.Files:
    """Return an index of two platforms, with what BuildKit states of the first of them."""
    made = Layout()
    listed = []
    for name, version in (("amd64", "3.5.1-1"), ("arm64", "3.5.1-2")):
        files = layer(version)
        manifest = made.manifest(config([files], {"User": "1000"}, architecture=name), [files])
        platform = {"os": "linux", "architecture": name}
        listed.append(made.blob(layouts.text(manifest), layouts.MANIFEST, platform=platform))
    said = made.blob(layouts.text(STATEMENT), "application/vnd.in-toto+json")
    attestation = {
        "schemaVersion": 2,
        "mediaType": layouts.MANIFEST,
        "config": made.blob(b"{}", layouts.CONFIG),
        "layers": [said],
    }
    about = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": listed[0]["digest"]}
    listed.append(
        made.blob(
            layouts.text(attestation),
            layouts.MANIFEST,
            platform={"os": "unknown", "architecture": "unknown"},
            annotations=about,
        )
    )
    index = {"schemaVersion": 2, "mediaType": layouts.INDEX, "manifests": listed}
    made.add(index, "", layouts.INDEX, annotations={"io.containerd.image.name": "shop/web:1"})
    return made.files()


def facts(document: Any, place: str, name: str) -> Any:
    """Return what a report says of its subjects, but for their name and for where in an index they stand."""
    said = json.dumps([document["subjects"], document["coverage"], document["verdict"], document["exit_status"]])

    def told(found: dict[str, Any]) -> dict[str, Any]:
        found.pop("fingerprint", None)  # the name is part of it
        return {"path": "index.json"} if found.get("path") == "index.json" else found

    return json.loads(said.replace(f"{place}/", "").replace(name, "NAME"), object_hook=told)
