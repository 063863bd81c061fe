"""Starts containers with systemd-nspawn itself, and says what the processes in them find."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.conformance.nspawn.generate import Case

NAME = "gate-conformance"
TRUSTED = Path("/run/systemd/nspawn") / f"{NAME}.nspawn"
NAMESPACES = ("user", "net", "pid", "ipc", "uts", "cgroup")

#: What the probe prints, each part behind its name.
_PROBE = (
    "echo =status; cat /proc/self/status; echo =maps; cat /proc/self/uid_map; echo =mounts; cat /proc/self/mountinfo; "
    "for one in user net pid ipc uts cgroup; do echo =$one; readlink /proc/self/ns/$one; done; echo =end"
)
_FOLDERS = "etc proc sys dev tmp run var usr/lib usr/bin"
_APPLETS = "sh cat readlink echo"


class Seen(NamedTuple):
    """What a container is like from within: None where systemd-nspawn does not start it, with what it says."""

    said: str
    maps: str = ""
    namespaces: dict[str, bool] | None = None
    bounding: int = 0
    no_new_privileges: bool = False
    filtered: bool = False
    is_root: bool = True
    mounts: dict[str, tuple[str, str, bool]] | None = None

    @property
    def started(self) -> bool:
        """Whether the probe ran."""
        return self.namespaces is not None


def version() -> str:
    """Return the version of systemd-nspawn; raise FileNotFoundError where there is none."""
    found = subprocess.run(["systemd-nspawn", "--version"], capture_output=True, text=True, check=True)
    return found.stdout.split("\n", 1)[0].removeprefix("systemd ")


def root_at(folder: Path) -> Path:
    """Make the smallest system that there is: busybox, two users, and the file that says it is one."""
    root = folder / "var" / "lib" / "machines" / NAME
    for name in _FOLDERS.split():
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "lib", "sbin"):
        (root / name).symlink_to("usr/lib" if name == "lib" else "usr/bin")
    shutil.copy(shutil.which("busybox") or "/bin/busybox", root / "usr/bin/busybox")
    for name in _APPLETS.split():
        (root / "usr/bin" / name).symlink_to("busybox")
    (root / "usr/lib/os-release").write_text("ID=probe\n", encoding="utf-8")
    (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n", encoding="utf-8")
    (root / "etc/group").write_text("root:x:0:\nweb:x:1000:\n", encoding="utf-8")
    return root


def start(case: Case, folder: Path) -> Seen:
    """Start the container of a case, whose settings file lies where the administrator's or the image's do."""
    beside = folder / "var" / "lib" / "machines" / f"{NAME}.nspawn"
    for path in (beside, TRUSTED):
        path.unlink(missing_ok=True)
    if case.settings:
        path = TRUSTED if case.trusted else beside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(case.settings, encoding="utf-8")
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", *case.flags]
    command += ["-D", f"var/lib/machines/{NAME}", "/usr/bin/sh", "-c", _PROBE]
    environment = {"PATH": os.environ["PATH"], **dict(case.environment)}
    try:
        found = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    finally:
        TRUSTED.unlink(missing_ok=True)
    return _seen(found.stdout, found.stderr)


def _seen(out: str, said: str) -> Seen:
    if "=end" not in out:
        return Seen(said)
    parts = {one.partition("\n")[0]: one.partition("\n")[2] for one in out.split("=") if "\n" in one}
    parts["status"] = out.partition("=status\n")[2].partition("=maps")[0]
    parts["mounts"] = out.partition("=mounts\n")[2].partition("=user\n")[0]
    status = dict(line.split(":", 1) for line in parts["status"].split("\n") if ":" in line)
    return Seen(
        said,
        " ".join(parts["maps"].split("\n")[0].split()),
        {name: parts[name].strip() == str(Path(f"/proc/self/ns/{name}").readlink()) for name in NAMESPACES},
        int(status["CapBnd"], 16),
        status["NoNewPrivs"].strip() == "1",
        status["Seccomp"].strip() != "0",
        status["Uid"].split()[0] == "0",
        dict(_mount(line) for line in parts["mounts"].split("\n") if line.count(" ") > 8),
    )


def _mount(line: str) -> tuple[str, tuple[str, str, bool]]:
    """Return where something is mounted, what file system it is, what of it, and whether it is only read."""
    before, _, after = line.partition(" - ")
    fields = before.split()
    return fields[4], (after.split()[0], fields[3], "ro" in fields[5].split(","))
