"""What is promised about time, as ratios between two cases of one run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from bench.images import BATCH
from bench.measure import Case
from bench.packages import LISTING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.measure import Times
    from bench.programs import Programs

#: The interpreter that does nothing.
NOTHING = "python -I -c pass"

#: Exit statuses of a program that has judged: the files have failings.
JUDGED = frozenset({0, 1})


class Target(NamedTuple):
    """At most `bound` times the time of the other, or at least `bound` times faster than it."""

    case: str
    other: str
    faster: bool
    bound: float

    def measured(self, times: dict[str, Times]) -> bool:
        """Say whether both cases were."""
        return self.case in times and self.other in times

    def ratio(self, times: dict[str, Times], *, least: bool) -> float:
        """Return how many times slower, or faster, the case is."""
        case, other = (times[name].least if least else times[name].middle for name in (self.case, self.other))
        return other / case if self.faster else case / other

    def met(self, ratio: float) -> bool:
        """Say whether the ratio keeps the promise."""
        return ratio >= self.bound if self.faster else ratio <= self.bound


class Limit(NamedTuple):
    """At most so many MiB of memory."""

    case: str
    bound: float

    def met(self, times: dict[str, Times]) -> bool:
        """Say whether no run had more."""
        return max(times[self.case].memory) <= self.bound


IMAGE, SUMMED = "gate: an image of a gigabyte", "tar -t and OpenSSL's sum: the same image"

LIMITS = (Limit(IMAGE, 150),)

TARGETS = (
    Target("gate --version", NOTHING, faster=False, bound=2),
    Target("gate: one Dockerfile", NOTHING, faster=False, bound=3),
    Target("gate: one Dockerfile, declared", NOTHING, faster=False, bound=5),
    Target("gate: one pod", NOTHING, faster=False, bound=5),
    Target("gate: one Dockerfile", "checkov: one Dockerfile", faster=True, bound=70),
    Target("gate: one pod", "checkov: one pod", faster=True, bound=40),
    Target("gate: 200 Dockerfiles", "checkov: 200 Dockerfiles", faster=True, bound=30),
    Target("gate: 200 Dockerfiles", "hadolint: 200 Dockerfiles", faster=True, bound=10),
    Target("gate: 2,000 files, 3 of them changed", "gate: 2,000 files", faster=True, bound=5),
    Target(IMAGE, SUMMED, faster=False, bound=1.3),
    Target("gate: 20 images", "trivy: 20 images, known to its cache", faster=True, bound=5),
)


def cases(programs: Programs, inputs: Path, dockerfiles: Path, pods: Path, *, cold: int, slow: int) -> list[Case]:
    """Return every case: the short ones `cold` times, those of seconds `slow` times."""
    gate = (programs.python, "-I", "-m", "gate")
    checkov = (programs.checkov, "--quiet", "--compact", "--skip-download", "--framework")
    one, declared, services = inputs / "one", inputs / "declared", inputs / "services"
    every = sorted(str(path.relative_to(dockerfiles)) for path in dockerfiles.rglob("*Dockerfile*") if path.is_file())
    return [
        Case(NOTHING, (programs.python, "-I", "-c", "pass"), one, cold),
        Case("gate --version", (*gate, "--version"), one, cold),
        Case("gate: one Dockerfile", (*gate, "check", "Dockerfile"), one, cold, JUDGED),
        Case("gate: one Dockerfile, declared", (*gate, "check", "Dockerfile"), declared, cold, JUDGED),
        Case("gate: one pod", (*gate, "check", "pod.yaml"), one, cold, JUDGED),
        Case("hadolint: one Dockerfile", (programs.hadolint, "Dockerfile"), one, cold, JUDGED),
        Case("checkov: one Dockerfile", (*checkov, "dockerfile", "--file", "Dockerfile"), one, slow, JUDGED),
        Case("checkov: one pod", (*checkov, "kubernetes", "--file", "pod.yaml"), one, slow, JUDGED),
        Case("gate: 200 Dockerfiles", (*gate, "check", "."), dockerfiles, slow, JUDGED),
        Case("hadolint: 200 Dockerfiles", (programs.hadolint, *every), dockerfiles, slow, JUDGED),
        Case("checkov: 200 Dockerfiles", (*checkov, "dockerfile", "--directory", "."), dockerfiles, slow, JUDGED),
        Case("gate: 400 pods", (*gate, "check", "."), pods, slow, JUDGED),
        Case("gate: 2,000 files", (*gate, "check", "."), services, slow, JUDGED),
        Case("gate: 2,000 files, 3 of them changed", (*gate, "check", "--against", "HEAD"), services, slow, JUDGED),
        Case(IMAGE, (*gate, "check", "--image", "image.tar"), inputs / "image", slow, JUDGED),
        Case(SUMMED, ("/bin/sh", "-c", "tar -tf image.tar && openssl dgst -sha256 image.tar"), inputs / "image", slow),
        *_batch(programs, inputs / "image", slow),
        Case("checkov: 400 pods", (*checkov, "kubernetes", "--directory", "."), pods, slow, JUDGED),
    ]


def _batch(programs: Programs, folder: Path, runs: int) -> Iterator[Case]:
    """Judge every image of a layout, and have trivy list the packages of each, for which it has to be started anew."""
    judge = (programs.python, "-I", "-m", "gate", "check", "--image", "layout")
    yield Case("gate: 20 images", judge, folder, runs, JUDGED)
    loop = f'for n in $(seq {BATCH}); do "$0" {shlex.join(LISTING)} --input "layout:service-$n" || exit; done'
    yield Case("trivy: 20 images, known to its cache", ("/bin/sh", "-c", loop, programs.trivy), folder, runs)
