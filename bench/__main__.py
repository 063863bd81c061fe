"""`python -m bench`: install, measure, print."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from bench import packages
from bench.inputs import write
from bench.measure import measure
from bench.programs import CACHE, PEERS, installed
from bench.targets import LIMITS, TARGETS, cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.measure import Times


def main() -> int:
    """Measure, and return 1 where a promise is not kept and the caller wants to know."""
    parser = ArgumentParser(prog="python -m bench", description="Compare the gate with hadolint, checkov and trivy.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every measured second as JSON too")
    parser.add_argument("--cold", type=int, default=40, metavar="N", help="runs of what is short (%(default)s)")
    parser.add_argument("--slow", type=int, default=5, metavar="N", help="runs of what is not (%(default)s)")
    parser.add_argument("--dockerfiles", type=Path, metavar="FOLDER", help="judge these instead of the generated ones")
    parser.add_argument("--pods", type=Path, metavar="FOLDER", help="judge these instead of the generated ones")
    parser.add_argument("--gate", type=Path, metavar="PYTHON", help="an interpreter that has the gate already")
    parser.add_argument("--only", default="", metavar="TEXT", help="measure the cases that have this in their name")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when the median misses a target")
    asked = parser.parse_args()
    inputs = CACHE / "inputs"
    write(inputs)
    programs = installed(asked.gate and asked.gate.absolute())
    packages.check(programs, inputs / "image")
    todo = cases(
        programs,
        inputs,
        (asked.dockerfiles or inputs / "dockerfiles").resolve(),
        (asked.pods or inputs / "pods").resolve(),
        cold=asked.cold,
        slow=asked.slow,
    )
    times = measure([case for case in todo if asked.only in case.name])
    print("\n".join((_machine(), "", *_table(times), "", *_promises(times))))
    if asked.json:
        asked.json.write_text(json.dumps(_plain(times), indent=1) + "\n", encoding="utf-8")
    missed = any(not target.met(target.ratio(times, least=False)) for target in TARGETS if target.measured(times))
    missed = missed or any(not limit.met(times) for limit in LIMITS if limit.case in times)
    return 1 if missed and asked.strict else 0


def _machine() -> str:
    python = f"Python {platform.python_version()}"
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return f"{day}, {platform.machine()}, {os.cpu_count()} cores, load {load}, {python}"


def _table(times: dict[str, Times]) -> Iterator[str]:
    yield f"{'ms of processor time':32} {'min':>9} {'median':>9} {'clock':>9} {'MiB':>6} {'runs':>5}"
    for name, measured in times.items():
        clock = sorted(measured.clock)[len(measured.clock) // 2]
        shown = (f"{1000 * seconds:9.1f}" for seconds in (measured.least, measured.middle, clock))
        yield f"{name:32} {' '.join(shown)} {max(measured.memory):6.0f} {len(measured.clock):5}"


def _promises(times: dict[str, Times]) -> Iterator[str]:
    yield f"{'ratio':62} {'min':>7} {'median':>7}"
    for target in (target for target in TARGETS if target.measured(times)):
        wanted = f"at least {target.bound:g}x faster than" if target.faster else f"at most {target.bound:g}x"
        least, middle = (target.ratio(times, least=least) for least in (True, False))
        missed = "" if target.met(middle) else "  missed"
        yield f"{f'{target.case}, {wanted} {target.other}':78} {least:7.2f} {middle:7.2f}{missed}"
    for limit in (limit for limit in LIMITS if limit.case in times):
        missed = "" if limit.met(times) else "  missed"
        yield f"{limit.case}, at most {limit.bound:g} MiB: {max(times[limit.case].memory):.0f}{missed}"


def _plain(times: dict[str, Times]) -> dict[str, object]:
    return {
        "machine": _machine(),
        "peers": PEERS,
        "seconds": {name: measured._asdict() for name, measured in times.items()},
        "targets": [
            {
                **target._asdict(),
                "min": target.ratio(times, least=True),
                "median": target.ratio(times, least=False),
                "met": target.met(target.ratio(times, least=False)),
            }
            for target in TARGETS
            if target.measured(times)
        ],
        "limits": [{**limit._asdict(), "met": limit.met(times)} for limit in LIMITS if limit.case in times],
    }


if __name__ == "__main__":
    sys.exit(main())
