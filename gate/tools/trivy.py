"""Starts trivy on one image, root filesystem or bill of materials, and hands back the report that it wrote.

trivy gets no network, no secret and no say of the tree that it scans: an empty folder to run in, an environment of four
variables of ours, a configuration and an ignore file that are empty, and a memory of its own for what it unpacks, so
that nothing which somebody left in its cache speaks for a layer. Its database is only read; how old that is, the report
does not say, and trivy does not mind (`--skip-db-update` takes data of any age), so `trivy_database` reads it.

Sources: trivy `docs/configuration`, `pkg/flag`, `pkg/commands`; CVE-2026-33634 for `TAMPERED`.
"""

from __future__ import annotations

import os
import stat

from gate.model.record import Record
from gate.tools.process import Bounds, ProcessError, first_in_path, is_below, run
from gate.tools.trivy_database import DatabaseError, made
from gate.tools.trivy_report import TAMPERED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.tools.process import Ended

    Target = Literal["archive", "layout", "rootfs", "sbom"]

#: The oldest release whose options are those below, and the first that can leave its cache alone.
MINIMUM = (0, 50)
MEMORY = (0, 53)

#: Seconds that a scan may take by trivy's own count and by ours, and those that the question for its version may take.
PATIENCE = "10m"
SECONDS = 660.0
PROBE_SECONDS = 20.0

#: Bytes of one report.
MAX_REPORT = 64 * 1024 * 1024

#: Where trivy's helpers would be, which it does not need for files.
PATH = "/usr/bin:/bin"

#: What trivy says when it gives up, and what that means; nothing else of what it says is repeated.
MARKERS = (
    ("--skip-db-update cannot be specified on the first run", "has no database"),
    ("with the old DB schema", "has a database of another schema"),
    ("TOOMANYREQUESTS", "was turned away by the server of its database"),
    ("failed to download vulnerability DB", "could not download its database"),
    ("unable to find the specified image", "finds no image there"),
    ("context deadline exceeded", "ran out of the time that it gives itself"),
    ("unable to initialize archive image", "does not take it for an image"),
    ("unable to decode", "cannot read it"),
    ("main.go", "broke down, as it does with a damaged database"),
)


class TrivyError(Exception):
    """trivy has no report to give; `cause` is a clause whose subject is trivy."""

    def __init__(self, cause: str, remedy: str) -> None:
        """Say what happened, and what to do."""
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy


class Trivy(Record):
    """A trivy that may be used: its program, version and cache, and when its database was made."""

    program: str
    version: str
    cache: str
    database: str

    def report(self, target: Target, path: str, folder: str) -> bytes:
        """Scan what stands at an absolute path; `folder` is empty and private, and left to the caller."""
        output = os.path.join(folder, "report.json")
        command = [self.program, *_operation(target, path), *self._tail(output)]
        ended = _run(command, folder, Bounds(SECONDS, output, MAX_REPORT))
        if ended.status:
            raise _gave_up(ended)
        return _written(output)

    def _tail(self, output: str) -> list[str]:
        """Return the options of every scan: offline, and with nothing taken from elsewhere."""
        memory = ["--cache-backend", "memory"] if _numbers(self.version)[:2] >= MEMORY else []
        offline = ["--skip-db-update", "--skip-java-db-update", "--offline-scan"]
        shape = ["--format", "json", "--output", output, "--list-all-pkgs", "--exit-code", "0"]
        nothing = ["--config", os.devnull, "--ignorefile", os.devnull]
        return [
            *("--scanners", "vuln", *offline, *shape, *nothing),
            *("--cache-dir", self.cache, *memory, "--timeout", PATIENCE, "--quiet"),
        ]


def _operation(target: Target, path: str) -> list[str]:
    return {
        "archive": ["image", "--input", path],
        "layout": ["image", "--input", path],
        "rootfs": ["rootfs", path],
        "sbom": ["sbom", path],
    }[target]


def found(wanted: str, cache: str, root: str, folder: str) -> Trivy:
    """Find trivy and see to it that it may be used; raise TrivyError where it may not.

    `wanted` is the path of the program, empty for the one of PATH, with `@sha256:HEX` behind it where it has to have
    that digest. `cache` is the folder of its data, empty for its usual one. Nothing below `root` is started.
    """
    path, at, digest = wanted.partition("@sha256:")
    program = _program(path, root)
    if at:
        _check_digest(program, digest)
    version = _version(program, folder)
    cache = os.path.abspath(cache) if cache else _usual_cache()
    return Trivy(program, version, cache, _database(cache))


def _program(path: str, root: str) -> str:
    """Return the absolute path of the program: of one that is named, else of the first in PATH outside of the tree."""
    tree = os.path.realpath(root)
    if path:
        named = os.path.realpath(path)
        if is_below(named, tree) or is_below(os.path.abspath(path), tree):
            raise TrivyError("is a file of the tree that is judged", "name a program that no change can replace")
        if not os.path.isfile(named) or not os.access(named, os.X_OK):
            raise TrivyError("is no program there", "name the program, or leave out --trivy to have PATH searched")
        return named
    first = first_in_path("trivy", tree)
    if not first:
        raise TrivyError("is not installed", "install it, name it with --trivy, or give its report: --trivy-report")
    return first


def _check_digest(program: str, wanted: str) -> None:
    from hashlib import sha256

    total = sha256()
    try:
        with open(program, "rb") as file:
            while piece := file.read(1 << 20):
                total.update(piece)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise TrivyError(f"cannot be read: {reason}", "make it readable, to check its digest") from None
    if total.hexdigest() != wanted.lower():
        cause = f"has the digest sha256:{total.hexdigest()}, and another is pinned"
        raise TrivyError(cause, "install the release that was checked, or pin this one once it is")


def _version(program: str, folder: str) -> str:
    """Ask the program for its version; raise TrivyError for one that may not be used."""
    from json import loads

    ended = _run([program, "--version", "--format", "json"], folder, Bounds(PROBE_SECONDS))
    if ended.status:
        raise _gave_up(ended)
    try:
        said = loads(ended.out)
        version = said["Version"] if isinstance(said, dict) else ""
    except (ValueError, KeyError, RecursionError):
        version = ""
    numbers = _numbers(version) if isinstance(version, str) else ()
    if not numbers:
        raise TrivyError("does not say its version", "install a release of trivy from 0.50 on")
    shown = ".".join(map(str, numbers))
    if shown in TAMPERED:
        remedy = "replace whatever secret that program could read, and install another release"
        raise TrivyError(f"is {shown}, a release that was tampered with", remedy)
    if numbers[:2] < MINIMUM:
        raise TrivyError(f"is {shown}, and 0.50 is the oldest that is used", "install a newer release")
    return shown


def _numbers(version: str) -> tuple[int, ...]:
    """Return the three numbers of a version; nothing for what is none."""
    parts = version.removeprefix("v").partition("-")[0].partition("+")[0].split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        return ()
    return tuple(map(int, parts))


def _usual_cache() -> str:
    """Return where trivy keeps its data (Go's os.UserCacheDir); its own variable, which a job may set, is not asked."""
    import sys

    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "trivy")
    named = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(named if os.path.isabs(named) else os.path.join(home, ".cache"), "trivy")


def _database(cache: str) -> str:
    """Return when the database was made."""
    try:
        return made(cache)
    except DatabaseError as error:
        remedy = "run `trivy image --download-db-only`, or name its cache with --trivy-cache"
        raise TrivyError(str(error), remedy) from None


def _run(command: list[str], folder: str, bounds: Bounds) -> Ended:
    """Run trivy in an empty folder, with nothing of this process's environment."""
    inner = {name: os.path.join(folder, name) for name in ("work", "home", "temporary")}
    for place in inner.values():
        os.makedirs(place, mode=0o700, exist_ok=True)
    variables = {
        "PATH": PATH,
        "HOME": inner["home"],
        "TMPDIR": inner["temporary"],
        "TRIVY_SKIP_VERSION_CHECK": "true",
        "TRIVY_DISABLE_TELEMETRY": "true",
        "TRIVY_NO_PROGRESS": "true",
    }
    try:
        return run(command, inner["work"], variables, bounds)
    except ProcessError as error:
        raise TrivyError(str(error), "scan less at once, or see what trivy does when you start it") from None


def _gave_up(ended: Ended) -> TrivyError:
    """Say why trivy gave up, in our words: what it says may hold secrets."""
    said = ended.err.decode("utf-8", "replace")
    known = next((meaning for marker, meaning in MARKERS if marker in said), "") if ended.status > 0 else ""
    remedy = "start trivy on it yourself to see what it says; nothing of that is repeated here"
    return TrivyError(f"{known}, and {ended.how}" if known else ended.how, remedy)


def _written(output: str) -> bytes:
    """Read the report, which has to be a plain file."""
    try:
        handle = os.open(output, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise TrivyError("ended well and wrote no report", "install trivy anew") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise TrivyError("wrote a report that is no file", "install trivy anew")
    with open(handle, "rb") as file:
        data = file.read(MAX_REPORT + 1)
    if len(data) > MAX_REPORT:
        raise TrivyError(f"wrote more than {MAX_REPORT} bytes", "scan less at once")
    return data
