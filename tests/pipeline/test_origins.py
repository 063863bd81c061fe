"""What is found in a built image points at the line of the recipe that brought it, and at the manifest that runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gate.dialects.image_history import places
from gate.model.location import whole_file
from gate.model.source import Source
from gate.syntax.dockerfile import scan
from tests.packages.reports import flaw, trivy
from tests.readers.layouts import Layout, config, digest, packed
from tests.verbs import NOW, Answer, check, gate, write_all

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = """\
FROM debian:10 AS base
ENV A=1
RUN apt-get update && \\
    apt-get install -y  openssl
FROM base
COPY app.py /srv/
ARG V
RUN --mount=type=cache,target=/root/.cache pip install $V
USER 1000
CMD ["python", "/srv/app.py"]
"""
BASE = ["ADD rootfs.tar.xz / # buildkit", 'CMD ["bash"]']
HISTORIES = {
    "buildkit": [
        *BASE,
        "ENV A=1",
        "RUN /bin/sh -c apt-get update &&     apt-get install -y  openssl # buildkit",
        "COPY app.py /srv/ # buildkit",
        "ARG V",
        "RUN |1 V= /bin/sh -c pip install $V # buildkit",
        "USER 1000",
        'CMD ["python" "/srv/app.py"]',
    ],
    "classic": [
        "/bin/sh -c #(nop) ADD file:0123 in / ",
        '/bin/sh -c #(nop)  CMD ["bash"]',
        "/bin/sh -c #(nop)  ENV A=1",
        "/bin/sh -c apt-get update &&     apt-get install -y  openssl",
        "/bin/sh -c #(nop) COPY file:4567 in /srv/ ",
        "|1 V= /bin/sh -c pip install $V",
        "/bin/sh -c #(nop)  USER 1000",
        '/bin/sh -c #(nop)  CMD ["python" "/srv/app.py"]',
    ],
}
FILLING = ("RUN", "COPY", "ADD", "apt-get", "pip")


def lines(history: list[str], recipe: str = RECIPE) -> list[int] | None:
    """Return the line of every entry, 1 for those of the base."""
    instructions = scan(Source("Dockerfile", recipe.encode())).instructions
    found = places(history, [one for one in instructions if one.keyword != "FROM"], whole_file("Dockerfile"))
    return None if found is None else [at.line for at in found]


@pytest.mark.parametrize(
    ("builder", "expected"),
    [("buildkit", [1, 1, 2, 3, 6, 7, 8, 9, 10]), ("classic", [1, 1, 2, 3, 6, 8, 9, 10])],
)
def test_the_history_of_each_builder_is_the_recipe_s(builder: str, expected: list[int]) -> None:
    assert lines(HISTORIES[builder]) == expected


@pytest.mark.parametrize(
    "change",
    [
        ("openssl", "openssl-dev"),
        ("COPY app.py", "COPY other.py"),
        ("COPY app.py", "ADD app.py"),
        ("USER 1000\n", ""),
        ("USER 1000\n", "USER 1000\nRUN true\n"),
        ("pip install", "ip install"),
    ],
)
def test_another_recipe_is_not_taken_for_it(change: tuple[str, str]) -> None:
    assert lines(HISTORIES["buildkit"], RECIPE.replace(*change)) is None


def test_a_history_that_only_looks_alike_is_none() -> None:
    recipe = "FROM debian:10\nUSER 1000\n"
    assert lines([*BASE, "USER 1000"], recipe) is None
    assert lines([], recipe) is None


def put(folder: Path, history: list[str]) -> list[str]:
    """Write an image with this history as a layout, and return its layers."""
    layers = [packed({f"a{number}": b"x"}) for number, entry in enumerate(history) if any(w in entry for w in FILLING)]
    empty = [not any(word in entry for word in FILLING) for entry in history]
    entries = [
        {"created": "2026-11-01T00:00:00Z", "created_by": entry, **({"empty_layer": True} if nothing else {})}
        for entry, nothing in zip(history, empty, strict=True)
    ]
    made = Layout()
    annotations = {"org.opencontainers.image.base.name": "docker.io/library/debian:10"}
    settings = config(layers, history=entries)
    made.add(made.manifest(settings, layers, annotations=annotations), "shop/web:1")
    for name, data in made.files("image/").items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return [f"sha256:{digest(layer)}" for layer in layers]


def finding(answer: Answer, rule: str) -> Any:
    (image,) = (one for one in answer.report["subjects"] if one["id"].startswith("image"))
    return next(one for one in image["findings"] if one["rule"] == rule)


def line(found: Any) -> tuple[str, int] | None:
    at = found["brought_by"]
    return None if at is None else (at["path"], at["line"])


def test_an_old_base_points_at_its_from_and_at_what_deploys_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: shop/web:1\n"
    write_all(tmp_path, {"Dockerfile": RECIPE, "pod.yaml": pod, ".git/x": ""})
    put(tmp_path, HISTORIES["buildkit"])
    found = finding(check(capsys, tmp_path, "--image", tmp_path / "image"), "AGE001")
    assert line(found) == ("Dockerfile", 1)
    assert [(at["path"], at["line"]) for at in found["deployed_by"]] == [("pod.yaml", 7)]
    assert [(at["path"], at["line"]) for at in found["related"]] == [("Dockerfile", 1), ("pod.yaml", 7)]
    out = gate(capsys, "check", "--now", NOW, "--verbose", tmp_path, "--image", tmp_path / "image").out
    assert "brought by Dockerfile:1, deployed by pod.yaml:7" in out
    sarif = gate(capsys, "check", "--now", NOW, "--format", "sarif", tmp_path, "--image", tmp_path / "image").out
    results = [one for one in json.loads(sarif)["runs"][0]["results"] if one["ruleId"] == "AGE001"]
    related = [
        at["physicalLocation"]["artifactLocation"]["uri"] for one in results for at in one.get("relatedLocations", [])
    ]
    assert {"Dockerfile", "pod.yaml"} <= set(related)


@pytest.mark.parametrize(("layer", "expected"), [(0, 1), (1, 3), (2, 6), (3, 8)])
def test_a_vulnerability_points_at_the_line_of_its_layer(
    layer: int, expected: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"Dockerfile": RECIPE, ".git/x": ""})
    layers = put(tmp_path, HISTORIES["buildkit"])
    report = trivy(flaw(Layer={"DiffID": layers[layer]}), metadata={"DiffIDs": layers})
    write_all(tmp_path, {"scan.json": json.dumps(report)})
    answer = check(capsys, tmp_path, "--image", tmp_path / "image", "--trivy-report", tmp_path / "scan.json")
    assert line(finding(answer, "PKG009")) == ("Dockerfile", expected)


def test_what_is_not_known_stays_at_the_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"a/Dockerfile": RECIPE, "b/Dockerfile": RECIPE, ".git/x": ""})
    layers = put(tmp_path, HISTORIES["buildkit"])
    report = trivy(flaw(Layer={"DiffID": layers[1]}), metadata={"DiffIDs": layers})
    write_all(tmp_path, {"scan.json": json.dumps(report)})
    run = (tmp_path, "--image", tmp_path / "image", "--trivy-report", tmp_path / "scan.json")
    # Two recipes may have made it.
    assert line(finding(check(capsys, *run), "PKG009")) is None
    (tmp_path / "b" / "Dockerfile").unlink()
    assert line(finding(check(capsys, *run), "PKG009")) == ("a/Dockerfile", 3)
    # The scanner does not say which layer.
    write_all(tmp_path, {"scan.json": json.dumps(trivy(flaw(), metadata={"DiffIDs": layers}))})
    assert line(finding(check(capsys, *run), "PKG009")) is None
