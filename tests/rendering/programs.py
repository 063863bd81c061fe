"""Stand-ins for Helm and kustomize: they render just enough, and tell how they were started.

They are scripts in a folder of PATH. What the real programs do is compared in `tests/conformance/render`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

#: Prints every template of a chart and of those that it brings along, with `VALUE` for whatever is in braces.
HELM = r"""
import json, os, pathlib, re, sys
LOG = pathlib.Path(%(log)r)
if sys.argv[1] == "version":
    print("v3.17.1+gabc")
    raise SystemExit
with LOG.open("a") as log:
    files = sorted(str(one) for one in pathlib.Path().rglob("*") if one.is_file())
    print(json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ), "files": files}), file=log)
chart = pathlib.Path(sys.argv[3])
for index, word in enumerate(sys.argv):
    if word == "--values":
        print("# values:", pathlib.Path(sys.argv[index + 1]).read_text().strip(), file=sys.stderr)
%(body)s
def render(folder, called):
    for file in sorted((folder / "templates").rglob("*.yaml")):
        text = re.sub(r"\s*\{\{-.*?\}\}|\{\{.*?\}\}", "VALUE", file.read_text(), flags=re.S)
        for part in re.split(r"(?:^|\s*\n)---\s*", text):
            if part.strip():
                print(f"---\n# Source: {called}/{file.relative_to(folder)}\n{part.strip()}")
    for inner in sorted(one for one in (folder / "charts").glob("*") if one.is_dir()):
        render(inner, f"{called}/charts/{name(inner)}")
def name(folder):
    return re.search(r"(?m)^name: (\S+)", (folder / "Chart.yaml").read_text())[1]
render(chart, name(chart))
"""

CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostPID: true
  containers:
    - name: web
      image: "nginx:{{ .Values.tag }}"
"""


def install(folder: Path, name: str, script: str) -> Path:
    """Write a program of Python and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!{sys.executable} -I\n{script}", encoding="utf-8")
    program.chmod(0o755)
    return program


class Helm:
    """The stand-in for Helm, and what it was told."""

    def __init__(self, folder: Path, body: str = "") -> None:
        """Install it; `body` is what it does before it renders."""
        self.log = folder / "helm.log"
        install(folder / "bin", "helm", HELM % {"log": str(self.log), "body": body})

    @property
    def runs(self) -> list[Any]:
        """How it was started to render, each time."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


def helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str = "") -> Helm:
    """Put the stand-in first in PATH, beside and not below the tree that is judged."""
    found = Helm(tmp_path / "programs", body)
    only(tmp_path / "programs" / "bin", monkeypatch)
    return found


def only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave in PATH a folder, and that of git."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), "/usr/bin", "/bin"]))


def tree(tmp_path: Path, **folders: dict[str, str]) -> Path:
    """Write charts below a tree, each with its files, and return the tree."""
    root = tmp_path / "tree"
    for name, files in folders.items():
        for path, text in {"Chart.yaml": CHART, **files}.items():
            file = root / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return root


#: Prints the files among a customization's resources, components and bases, with the patch that it is told of.
KUSTOMIZE = r"""
import json, os, pathlib, re, sys
LOG = pathlib.Path(%(log)r)
if sys.argv[1] == "version":
    print("v5.7.1")
    raise SystemExit
with LOG.open("a") as log:
    files = sorted(str(one) for one in pathlib.Path().rglob("*") if one.is_file())
    print(json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ), "files": files}), file=log)
top = pathlib.Path(sys.argv[2])
tree = json.loads((top / "kustomization.yaml").read_text())
told = "originAnnotations" in tree.get("buildMetadata", [])
printed = []
def build(folder):
    tree = json.loads((folder / "kustomization.yaml").read_text())
    for name in tree.get("resources", []) + tree.get("components", []):
        if (folder / name).is_dir():
            build(folder / name)
            continue
        for text in (folder / name).read_text().split("---\n"):
            text = change(text, tree)
            if told:
                path = os.path.relpath(folder / name, top)
                said = f"  annotations:\n    config.kubernetes.io/origin: |\n      path: {path}\n"
                text = text.replace("metadata:\n", "metadata:\n" + said)
            printed.append(text)
def change(text, tree):
    return text
%(body)s
build(top)
print("---\n".join(printed), end="")
"""


class Kustomize(Helm):
    """The stand-in for kustomize, and what it was told."""

    def __init__(self, folder: Path, body: str = "") -> None:
        """Install it; `body` may say otherwise how a resource is changed."""
        self.log = folder / "kustomize.log"
        install(folder / "bin", "kustomize", KUSTOMIZE % {"log": str(self.log), "body": body})


def kustomize(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str = "") -> Kustomize:
    """Put the stand-in first in PATH, beside and not below the tree that is judged."""
    found = Kustomize(tmp_path / "programs", body)
    only(tmp_path / "programs" / "bin", monkeypatch)
    return found
