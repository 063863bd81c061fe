"""Asks VirtualBox what it makes of settings and commands, in a root of its own in which nothing else is."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence

from tests.conformance.golang import CACHE

ROOT = CACHE / "virtualbox"
_MACHINES = "/root/machines"
_MARK = "=====next====="


def version() -> str:
    """Return which VirtualBox answers, unpacked where there is none yet, or say what is missing."""
    if shutil.which("mmdebstrap") is None:
        raise SystemExit("mmdebstrap is needed to unpack VirtualBox, and is not installed")
    if not (ROOT / "usr/bin/VBoxManage").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["mmdebstrap", "--variant=apt", "--components=main,contrib", "--include=virtualbox"]
        # A copy of the distribution that is a while old is as good.
        command += ['--aptopt=Acquire::Check-Valid-Until "false"', "sid", str(ROOT)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"VirtualBox cannot be unpacked: {done.stderr[-2000:]}")
    return _run("VBoxManage --version").split()[-1]


def _run(script: str) -> str:
    """Run a script in the root, with processes of its own only; return what it prints."""
    command = ["unshare", "-m", "-p", "-f", f"--mount-proc={ROOT}/proc", "chroot", str(ROOT), "sh"]
    text = f"export HOME=/root LC_ALL=C.UTF-8\n{script}\n"
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False).stdout


def of_settings(texts: dict[str, str]) -> dict[str, str]:
    """Return what VirtualBox shows of machines by their settings; what it refuses is not there."""
    folder = ROOT / _MACHINES.lstrip("/")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(ROOT / "root/.config", ignore_errors=True)
    lines = []
    for name, text in texts.items():
        (folder / name).mkdir(parents=True)
        (folder / name / f"{name}.vbox").write_text(text, encoding="utf-8")
        lines.append(f"VBoxManage registervm {_MACHINES}/{name}/{name}.vbox >&2")
        lines += _shown(name)
    return _answers(lines, list(texts))


def of_commands(commands: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str]:
    """Return what VirtualBox shows of machines that it was told some commands of; `:id` in them is the machine."""
    shutil.rmtree(ROOT / _MACHINES.lstrip("/"), ignore_errors=True)
    shutil.rmtree(ROOT / "root/.config", ignore_errors=True)
    lines = []
    for name, told in commands.items():
        lines.append(f"VBoxManage createvm --name {name} --register --basefolder {_MACHINES} >&2")
        lines += (
            shlex.join(["VBoxManage", *(name if word == ":id" else word for word in words)]) + " >&2" for words in told
        )
        lines += _shown(name)
    return _answers(lines, list(commands))


def _shown(name: str) -> list[str]:
    return [
        f"VBoxManage showvminfo {name} --machinereadable",
        f"VBoxManage showvminfo {name} | grep 'machine mapping'",
        f"VBoxManage getextradata {name} enumerate",
        f"grep '<GuestDebug' {_MACHINES}/{name}/{name}.vbox",
        f"echo {_MARK}",
    ]


def _answers(lines: list[str], names: list[str]) -> dict[str, str]:
    said = _run("\n".join(lines)).split(f"{_MARK}\n")
    return {name: text for name, text in zip(names, said, strict=False) if f'name="{name}"' in text}


def facts(text: str) -> set[tuple[str, ...]]:
    """Return what counts of what VirtualBox shows of a machine."""
    shown = dict(re.findall(r'^([A-Za-z_0-9-]+)="?([^"\n]*)"?$', text, re.MULTILINE))
    found: set[tuple[str, ...]] = {("memory", f"{shown['memory']}MiB")}
    for name, path, access in re.findall(
        r"^Name: '([^']*)', Host path: '([^']*)' \(machine mapping\), (\w+)", text, re.MULTILINE
    ):
        found.add(("folder", name, path, access))
    if shown.get("vrde") == "on" and shown["vrdeauthtype"] == "null" and not _is_local(shown.get("vrdeaddress", "")):
        found.add(("screen",))
    found |= {("line",) for key, value in shown.items() if key.startswith("uartmode") and value[:9] == "tcpserver"}
    found |= {("filter",) for key, value in shown.items() if key.startswith("USBFilterActive") and value == "on"}
    found |= {(key,) for key in ("clipboard", "draganddrop") if shown.get(key, "disabled") != "disabled"}
    found |= {("files",)} if shown.get("clipboard_file_transfers") == "on" else set()
    found |= {("nested",)} if shown.get("nested-hw-virt") == "on" else set()
    found |= {("extra", key) for key in re.findall(r"^Key: (VBoxInternal[^,]*), Value", text, re.MULTILINE)}
    return found | {("debugger",) for tag in re.findall(r"<GuestDebug[^>]*>", text) if _listens(tag)}


def _listens(tag: str) -> bool:
    read = dict(re.findall(r'(\w+)="([^"]*)"', tag))
    is_on = read.get("provider", "None") != "None" and read.get("io") == "TCP"
    return is_on and not _is_local(read.get("address", ""))


def _is_local(address: str) -> bool:
    return address.startswith(("127.", "localhost", "::1"))
