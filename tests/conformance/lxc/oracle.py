# ruff: noqa: T201 - a program: it answers on its standard output
"""Asks liblxc, through its Python binding, what configurations come to.

The binding is a module of the system's interpreter (Debian: python3-lxc), so that this file is run by that one, as a
program: it reads a JSON list of paths and answers with a JSON list of values by key, null for a file that is refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

#: The interpreter that has the binding.
PYTHON = "/usr/bin/python3"

KEYS = """
lxc.cap.drop lxc.idmap lxc.mount.auto lxc.mount.entry lxc.mount.fstab lxc.namespace.keep lxc.namespace.clone
lxc.namespace.share.net lxc.namespace.share.pid lxc.namespace.share.ipc lxc.namespace.share.uts
lxc.apparmor.profile lxc.apparmor.allow_nesting lxc.apparmor.raw lxc.seccomp.profile lxc.no_new_privs lxc.init.uid
lxc.rootfs.path lxc.rootfs.options lxc.uts.name lxc.autodev lxc.environment
lxc.cgroup.devices.allow lxc.cgroup.devices.deny lxc.cgroup2.devices.allow lxc.cgroup2.devices.deny
lxc.cgroup.memory.limit_in_bytes lxc.cgroup2.memory.max lxc.sysctl.net.core.somaxconn lxc.sysctl.kernel.msgmax
lxc.net.0.type lxc.net.1.type lxc.net.2.type lxc.net.0.link lxc.net.1.link
""".split()

Answer = dict[str, str] | None


def ask(paths: list[Path]) -> list[Answer]:
    """Return the answers for some files, each read from within its own folder."""
    request = json.dumps([str(path) for path in paths])
    done = subprocess.run([PYTHON, __file__], input=request, capture_output=True, text=True, check=True)
    answers: list[Answer] = json.loads(done.stdout)
    return answers


def version() -> str:
    """Return which liblxc answers, or say what is missing."""
    code = "import lxc; print(lxc.version)"
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{PYTHON} has no module lxc: install the package python3-lxc")
    return done.stdout.strip()


def _values(binding: Any, path: str) -> Answer:
    folder = str(Path(path).parent)
    os.chdir(folder)
    container = binding.Container("oracle", folder)
    container.clear_config()
    if not container.load_config(path):
        return None
    found = {}
    for key in KEYS:
        try:
            found[key] = container.get_config_item(key).rstrip("\n")
        except KeyError:
            found[key] = ""
    return found


def main() -> None:
    """Answer one request."""
    binding = __import__("_lxc")
    print(json.dumps([_values(binding, path) for path in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
