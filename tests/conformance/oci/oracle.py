"""Asks skopeo and umoci, as processes in a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
from shutil import which
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = ("skopeo", "umoci", "docker-registry")

#: Variables that the programs get beside those of every process.
MORE: dict[str, str] = {}

#: Skopeo's names for the forms that an image can be copied to, and the gate's file that speaks for each.
FORMS = {"oci": "index.json", "oci-archive": "", "docker-archive": "", "dir": "manifest.json"}


class Refused(Exception):
    """The program ended with an error."""


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [program for program in PROGRAMS if which(program) is None]


def version() -> str:
    """Return what is compared with."""
    return ", ".join(_run(program, "--version").strip().replace(" version", "") for program in PROGRAMS)


def configuration(reference: str) -> dict[str, Any]:
    """Return the configuration of an image as Go's structures hold it."""
    found: dict[str, Any] = json.loads(_run("skopeo", "inspect", "--config", reference))
    return found


def copy(source: str, target: str) -> None:
    """Copy an image, which verifies all of it."""
    _run("skopeo", "--insecure-policy", "copy", "--quiet", source, target)


def umoci(folder: Path, *options: str) -> str:
    """Make a layout with one image of one layer, configured as the options say; return skopeo's reference."""
    layout = str(folder / "layout")
    bundle = folder / "bundle"
    _run("umoci", "init", "--layout", layout)
    _run("umoci", "new", "--image", f"{layout}:web")
    _run("umoci", "unpack", "--rootless", "--image", f"{layout}:web", str(bundle))
    (bundle / "rootfs" / "file").write_text("a file\n", encoding="utf-8")
    _run("umoci", "repack", "--image", f"{layout}:web", str(bundle))
    if options:
        _run("umoci", "config", "--image", f"{layout}:web", *options)
    return f"oci:{layout}:web"


def _run(*command: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **MORE}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    if done.returncode != 0:
        raise Refused(done.stderr.strip()[-300:])
    return done.stdout
