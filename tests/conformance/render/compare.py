"""Compares levels, verdicts and findings, and looks at every place that is named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from tests.conformance.render import oracle
from tests.conformance.render.generate import chart, overlays

VERSION = "1.33"
COUNT, SHOWN = 60, 10

#: Where a line of the output was written, for the generated ones.
_AT = re.compile(r"# at (\d+)")


class Comparison:
    """What was compared, and what differs."""

    def __init__(self, path: Path) -> None:
        """Take the folder of the programs."""
        self.path = path
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def look(self, root: Path, target: Path) -> None:
        """Compare one chart, or all overlays of a folder."""
        report = self._gate(["--render", str(target)])
        by: dict[str, list[Any]] = {}
        for subject in report["subjects"]:
            rendered = subject["location"].get("rendered", "")
            by.setdefault(rendered.partition(" of ")[2], []).append(subject)
        for gap in report["coverage"]["not_understood"]:
            self.counts["not judged"] += 1
            _say(f"not judged: {gap['location']['path']}: {gap['reason']}")
        for name, subjects in by.items():
            if name:
                self._compare(root, name, subjects)

    def _gate(self, arguments: list[str], piped: bytes = b"") -> Any:
        command = [sys.executable, "-m", "gate", "check", "--now", "2026-11-23", "--format", "json"]
        done = subprocess.run(
            [*command, "--kubernetes-version", VERSION, *arguments],
            input=piped,
            capture_output=True,
            check=False,
            env={"PATH": f"{self.path}:/usr/bin:/bin"},
            cwd=Path(__file__).resolve().parents[3],
        )
        if not done.stdout:
            raise SystemExit(done.stderr.decode())
        return json.loads(done.stdout)

    def _compare(self, root: Path, name: str, subjects: list[Any]) -> None:
        program, _, folder = name.split(" ", 2)
        full = root / folder
        command = [str(self.path / "kustomize"), "build", str(full)]
        if program == "helm":
            called = re.search(r"(?m)^name: (\S+)", (full / "Chart.yaml").read_text())
            assert called is not None
            command = [str(self.path / "helm"), "template", called[1], str(full), "--namespace", "default"]
            command += ["--kube-version", VERSION]
        printed = oracle.output(command, self.path)
        if printed is None:
            self.wrong.append(f"{full}: {program} refuses what the gate has judged")
            return
        self.counts["renderings"] += 1
        self.counts["subjects"] += len(subjects)
        ours, theirs = (Counter(map(_said, found)) for found in (subjects, self._gate(["-"], printed)["subjects"]))
        for difference in (ours - theirs) + (theirs - ours):
            self.wrong.append(f"{full}: {difference}")
        lines = printed.decode().split("\n")
        for finding in (finding for subject in subjects for finding in subject["findings"]):
            self._place(root, finding["location"], lines, name)

    def _place(self, root: Path, at: Any, printed: list[str], name: str) -> None:
        """See to it that a place is there, and that it is the right one where a line says which it is."""
        there = (root / at["path"]).read_bytes().decode().split("\n")
        self.counts["places"] += 1
        if not (1 <= at["line"] <= at["end_line"] <= len(there)):
            self.wrong.append(f"{at}: is behind the end of its file")
        elif at.get("rendered", "").endswith(f" of {name}"):
            line = int(at["rendered"].split()[1])
            told, own = _AT.search(printed[line - 1]), _AT.search(there[at["line"] - 1])
            if told is not None:
                self.counts["lines that tell"] += 1
                if own is None or told[1] != own[1]:
                    self.wrong.append(f"{at}: should be at line {told[1]}")


def _said(subject: Any) -> str:
    """Return what counts of a subject, without what only tells it from others."""
    own = re.sub(r"@\d+", "", subject["id"].partition("#")[2].partition("[")[0])
    level = (subject["boundary"] or {}).get("level")
    findings = sorted((one["rule"], one["outcome"], one["message"]) for one in subject["findings"])
    return f"{own} {level} {subject['verdict']} {findings}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Compare everything with every release; 1 where something differs."""
    options = dict(one.removeprefix("--").split("=", 1) for one in arguments)
    seed, count = int(options.get("seed", "1")), int(options.get("count", str(COUNT)))
    status = 0
    for helm in oracle.HELM:
        with TemporaryDirectory() as folder:
            programs = Path(folder, "programs")
            programs.mkdir()
            for module, release in (helm, oracle.KUSTOMIZE):
                for file in oracle.program(module, release).iterdir():
                    (programs / file.name).symlink_to(file)
            comparison = Comparison(programs)
            random = Random(seed)
            for number in range(count):
                root = Path(folder, f"tree{number}")
                (root / ".git").mkdir(parents=True)
                make = chart if number % 3 else overlays
                make(root / "made", random)
                comparison.look(root, root / "made")
            for root, target in oracle.corpora() if "public" not in options else ():
                comparison.look(root, target)
        _say(f"{helm[0]} {helm[1]}: {dict(comparison.counts)}, {len(comparison.wrong)} wrong")
        for one in comparison.wrong[:SHOWN]:
            _say(f"  {one[:500]}")
        status |= bool(comparison.wrong)
    return status
