"""The programs themselves, built from their modules, and the public trees that they are started on."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

CACHE = Path(__file__).resolve().parents[3] / ".cache"

#: The module, the release and the program of each.
HELM = (("helm.sh/helm/v3/cmd/helm", "v3.22.0"), ("helm.sh/helm/v4/cmd/helm", "v4.3.0"))
KUSTOMIZE = ("sigs.k8s.io/kustomize/kustomize/v5", "v5.7.1")

#: Public repositories, and the charts or overlays of them that are rendered.
CORPORA = {
    "prometheus-community/helm-charts": ("charts/prometheus-*-exporter", "charts/alertmanager", "charts/kube-state-*"),
    "GoogleCloudPlatform/microservices-demo": ("helm-chart", "kustomize"),
    "kubernetes/ingress-nginx": ("charts/ingress-nginx",),
}


def program(module: str, release: str) -> Path:
    """Return the folder that holds a program, built where it is not there yet."""
    folder = CACHE / "conformance" / f"{module.rpartition('/cmd')[0] or module}@{release}".replace("/", "+")
    if not folder.exists():
        environment = {**os.environ, "GOBIN": str(folder)}
        subprocess.run(["go", "install", f"{module}@{release}"], check=True, env=environment)
    return folder


def corpora() -> list[tuple[Path, Path]]:
    """Return the public trees and what is rendered of them, cloned where they are not there."""
    found = []
    for name, globs in CORPORA.items():
        folder = CACHE / "corpora" / name.replace("/", "+")
        if not folder.is_dir():
            address = f"https://github.com/{name}"
            subprocess.run(["git", "clone", "--quiet", "--depth", "1", address, str(folder)], check=True)
        found += [(folder, one) for pattern in globs for one in sorted(folder.glob(pattern))]
    return found


def output(command: list[str], path: Path) -> bytes | None:
    """Start a program and return what it prints; None where it gives up."""
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PATH": str(path)})
    return None if done.returncode else done.stdout
