"""Asks libvirt what it makes of domains, by its driver for tests, which starts none and needs no server."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

#: Where libvirt keeps the schema of domains.
SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")

_MARK = "=====next====="


def version() -> str:
    """Return which libvirt answers, or say what is missing."""
    if shutil.which("virsh") is None or shutil.which("xmllint") is None or not SCHEMA.exists():
        raise SystemExit("there is no virsh, xmllint or schema: install libvirt-clients, libvirt-daemon, libxml2-utils")
    return subprocess.run(["virsh", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def normalised(paths: dict[str, Path]) -> dict[str, str]:
    """Return libvirt's own writing of the domains in some files, by name; what it refuses is not there."""
    commands = [
        f"define {path}\ndumpxml --inactive --security-info {name}\necho {_MARK}" for name, path in paths.items()
    ]
    done = subprocess.run(
        ["virsh", "-q", "-c", "test:///default"],
        input="\n".join(commands) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    found = {}
    for name, said in zip(paths, done.stdout.split(f"{_MARK}\n"), strict=False):
        document = re.search(r"^<domain\b.*^</domain>$", said, re.DOTALL | re.MULTILINE)
        if document is not None:
            found[name] = document[0] + "\n"
    return found


def invalid(paths: list[Path]) -> set[Path]:
    """Return the files that libvirt's own schema refuses."""
    command = ["xmllint", "--noout", "--relaxng", str(SCHEMA), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    refused = re.findall(r"(?m)^(.*) fails to validate$", done.stderr)
    return {Path(path) for path in refused}
