"""Asks Vagrant what machines a Vagrantfile comes to, by letting it run the file."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

_GEMS = Path("/usr/share/rubygems-integration/all/gems")


def version() -> str:
    """Return which Vagrant answers, or say what is missing."""
    if shutil.which("vagrant") is None or not any(_GEMS.glob("vagrant-libvirt-*")):
        raise SystemExit("there is no Vagrant: install the packages vagrant and vagrant-libvirt")
    return _library().parent.name.partition("-")[2]


def _library() -> Path:
    return next(iter(_GEMS.glob("vagrant-[0-9]*"))) / "lib"


def ask(texts: list[tuple[str, str]]) -> list[Any]:
    """Return the machines of some files, each with the provider to ask for; a string where Vagrant refuses one."""
    with tempfile.TemporaryDirectory() as scratch:
        request = []
        for index, (text, provider) in enumerate(texts):
            folder = Path(scratch) / f"f{index}"
            folder.mkdir()
            (folder / "Vagrantfile").write_text(text, encoding="utf-8")
            request.append((str(folder), provider))
        command = ["ruby", f"-I{_library()}", str(Path(__file__).parent / "load.rb"), f"{scratch}/home"]
        done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=False)
    try:
        answers: list[Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise SystemExit(f"Vagrant does not answer: {done.stderr[-2000:]}") from None
    return answers
