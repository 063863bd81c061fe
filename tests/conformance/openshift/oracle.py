"""Asks OpenShift's own admission, built from a checkout of its library."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache"
LIBRARY = CACHE / "corpora" / "openshift+apiserver-library-go"
OPERATOR = CACHE / "corpora" / "openshift+cluster-kube-apiserver-operator"
MANIFESTS = "bindata/bootkube/scc-manifests"


def ask(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what admission makes of each pod, one answer for each."""
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([_program()], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def shipped() -> dict[str, str]:
    """Return the manifests of the shipped constraints, by file name."""
    _cloned(OPERATOR)
    files = sorted((OPERATOR / MANIFESTS).glob("*_00_scc-*.yaml"))
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def _cloned(folder: Path) -> None:
    if not folder.is_dir():
        address = f"https://github.com/{folder.name.replace('+', '/')}"
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", address, str(folder)], check=True)


def _program() -> str:
    """Build the program where there is none for this source yet."""
    _cloned(LIBRARY)
    source = HERE / "main.go"
    digest = hashlib.sha256(source.read_bytes() + (LIBRARY / "go.mod").read_bytes()).hexdigest()
    program = CACHE / "conformance" / f"openshift-{digest[:16]}"
    if not program.exists():
        folder = CACHE / "conformance" / "openshift-library"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(LIBRARY, folder, ignore=shutil.ignore_patterns(".git"))
        (folder / "cmd" / "oracle").mkdir(parents=True)
        shutil.copy(source, folder / "cmd" / "oracle" / "main.go")
        command = ["go", "build", "-mod=vendor", "-o", str(program), "./cmd/oracle"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the oracle does not build: {done.stderr[-2000:]}")
    return str(program)
