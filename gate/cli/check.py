"""`gate check`: the one command that has to be fast, so it reads its arguments itself."""

from __future__ import annotations

import sys

from gate.model.errors import UsageError
from gate.model.policy import STAGES
from gate.pipeline.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.report import Report

#: Module of `gate.reporters` by the name of its format.
FORMATS = ("text", "json", "sarif", "sarif-full", "github")

#: The formats that show all that is known, also what no verdict rests on.
DETAILED = frozenset({"json"})

#: Options with a value, and what the value is; `gate.cli.help` says the rest.
VALUED = {
    "--image": "TAR|LAYOUT|REFERENCE",
    "--trivy-report": "FILE",
    "--trivy-database": "FILE",
    "--grype-report": "FILE",
    "--vex": "FILE",
    "--scanner": "trivy",
    "--rootfs": "FOLDER",
    "--sbom": "FILE",
    "--index": "apk|deb|rpm:PATH",
    "--trivy": "PROGRAM[@sha256:HEX]",
    "--trivy-cache": "FOLDER",
    "--policy": "PACK|FILE",
    "--declaration": "FILE",
    "--data": "FILE[@sha256:HEX]",
    "--kubernetes-version": "X.Y",
    "--now": "DATE",
    "--format": "|".join(FORMATS) + "[=FILE]",
    "--stage": "|".join(STAGES),
    "--trusted-ref": "REF",
    "--against": "REF",
    "--baseline": "FILE",
}
REPEATABLE = frozenset(
    {"--format", "--image", "--trivy-report", "--grype-report", "--vex", "--rootfs", "--sbom", "--index"}
)
#: The kinds of indexes.
INDEXES = ("apk", "deb", "rpm")

_HEXADECIMAL = "0123456789abcdef"
FLAGS = frozenset({"--verbose", "--offline", "--online", "--render", "--write-baseline"})


def check(arguments: list[str]) -> int:
    """Judge, report in every format that was asked for, and return the exit status."""
    asked = parse(arguments)
    if asked.trusted_ref:
        from gate.cli.isolation import refuse_unless_isolated

        refuse_unless_isolated()
    from gate.cli import outputs

    outputs.clear([file for _, file in asked.formats if file], asked)
    report, baselines = _judged(asked)
    outputs.emit(baselines)
    outputs.emit([(file, rendered(name, report, file=file, verbose=asked.verbose)) for name, file in asked.formats])
    return report.status


def _judged(asked: Options) -> tuple[Report, list[tuple[str, str]]]:
    """Return the report, and the baseline to write with its file, if there is one."""
    if asked.against:
        from gate.pipeline.against import Against

        return Against(asked).report(), []
    from gate.pipeline.run import Run

    run = Run(asked, standard_input=_standard_input(asked))
    return run.report(), run.baselines()


def parse(arguments: list[str]) -> Options:
    """Turn the arguments into options; raise UsageError for what is not one."""
    values: dict[str, list[str]] = {}
    flags: set[str] = set()
    paths: list[str] = []
    waiting = list(reversed(arguments))
    while waiting:
        word = waiting.pop()
        name, equals, value = word.partition("=")
        if word == "--":
            paths += reversed(waiting)
            break
        if word == "-" or not word.startswith("-"):
            paths.append(word)
        elif name in VALUED:
            if not equals:
                if not waiting:
                    raise UsageError(f"{name} needs a value", remedy=f"write {name} {VALUED[name]}")
                value = waiting.pop()
            values.setdefault(name, []).append(value)
        elif word in FLAGS or word == "-v":
            flags.add("--verbose" if word == "-v" else word)
        else:
            raise UsageError(f"there is no option {word}", remedy=_nearest(name))
    return options(paths, values, flags)


def options(paths: list[str], given: dict[str, list[str]], flags: set[str]) -> Options:
    """Check what was given, by the names of the options; raise UsageError for what does not go together."""
    for name, several in given.items():
        if len(several) > 1 and name not in REPEATABLE:
            raise UsageError(f"{name} is given more than once", remedy="give it once")
        if "" in several:
            # It would silently be none: no policy of one's own, or no baseline.
            raise UsageError(f"{name} is empty", remedy=f"write {name} {VALUED[name]}, or leave it out")
    values = {name: said[-1] for name, said in given.items()}
    images = tuple(given.get("--image", ()))
    has_images = images or any(name in given for name in ("--trivy-report", "--grype-report", "--rootfs", "--sbom"))
    asked = values.get("--stage")
    stage = next((one for one in STAGES if one == asked), None)
    if asked is not None and stage is None:
        raise UsageError(f"there is no stage {asked}", remedy=f"one of: {', '.join(STAGES)}")
    formats = tuple(_format(text) for text in given.get("--format", ("text",)))
    if sum(not file for _, file in formats) > 1:
        raise UsageError("two formats go to standard output", remedy="write all but one to a file: --format json=FILE")
    return Options(
        tuple(paths or ([] if has_images else ["."])),
        images,
        values.get("--policy", ""),
        values.get("--declaration", ""),
        _version(values.get("--kubernetes-version", "")),
        day(values.get("--now", "")),
        stage,
        "--verbose" in flags,
        formats,
        detailed=any(name in DETAILED for name, _ in formats),
        trusted_ref=values.get("--trusted-ref", ""),
        against=values.get("--against", ""),
        trivy_reports=tuple(given.get("--trivy-report", ())),
        grype_reports=tuple(given.get("--grype-report", ())),
        vex=tuple(given.get("--vex", ())),
        trivy_database=values.get("--trivy-database", ""),
        baseline=values.get("--baseline", ""),
        write_baseline=_writes("--write-baseline" in flags, values),
        scanner=_scanner(values),
        trivy=values.get("--trivy", ""),
        trivy_cache=values.get("--trivy-cache", ""),
        rootfs=tuple(given.get("--rootfs", ())),
        sboms=tuple(given.get("--sbom", ())),
        data=values.get("--data", ""),
        online=_online(flags, values),
        indexes=_indexes(given),
        render=_renders("--render" in flags, values),
    )


def _format(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if name not in FORMATS or (equals and not file):
        raise UsageError(
            f"there is no format {text}", remedy=f"one of: {', '.join(FORMATS)}, with =FILE to write a file"
        )
    return name, file


def _scanner(values: dict[str, str]) -> str:
    """Return the scanner to start, and see to it that it has something to scan and that nothing else waits for it."""
    scanner = values.get("--scanner", "")
    if "--scanner" not in values:
        waiting = next((name for name in ("--rootfs", "--trivy", "--trivy-cache") if name in values), "")
        if waiting:
            raise UsageError(f"{waiting} is for a scanner, and none is to be started", remedy="add --scanner trivy")
        return ""
    if scanner != "trivy":
        raise UsageError(f"there is no scanner {scanner}", remedy="write --scanner trivy")
    if not any(name in values for name in ("--image", "--rootfs", "--sbom")):
        raise UsageError("--scanner has nothing to scan", remedy="name it with --image, --rootfs or --sbom")
    if "--against" in values:
        remedy = "have trivy write its report, and give it with --trivy-report"
        raise UsageError("--scanner cannot be used with --against", remedy=remedy)
    digest = values.get("--trivy", "").partition("@")[2]
    if digest and not (digest.startswith("sha256:") and len(digest) == 71 and {*digest[7:].lower()} <= {*_HEXADECIMAL}):
        raise UsageError(f"{digest} is no digest", remedy="write --trivy PROGRAM@sha256: and 64 hexadecimal digits")
    return scanner


def _online(flags: set[str], values: dict[str, str]) -> bool:
    """Say whether registries may be asked, and see to it that there is something to ask them for."""
    if {"--online", "--offline"} <= flags:
        raise UsageError("--online and --offline contradict each other", remedy="leave one of them out")
    if "--online" in flags and "--image" not in values:
        remedy = "name an image with --image: those that manifests name are not fetched by themselves"
        raise UsageError("--online has nothing to ask registries for", remedy=remedy)
    if "--online" in flags and "--against" in values:
        remedy = "save the images, and name the archives or layouts: both sides have to be judged by the same ones"
        raise UsageError("--online cannot be used with --against", remedy=remedy)
    return "--online" in flags


def _indexes(given: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    """Return the indexes with their kinds."""
    found = [text.partition(":") for text in given.get("--index", ())]
    for kind, colon, path in found:
        if kind not in INDEXES or not path:
            shown = f"{kind}{colon}{path}"
            raise UsageError(f"{shown} is no index", remedy=f"write --index {VALUED['--index']}")
    if found and "--against" in given:
        raise UsageError("--index cannot be used with --against", remedy="judge the image in a run of its own")
    return tuple((kind, path) for kind, _colon, path in found)


def _renders(asked: bool, values: dict[str, str]) -> bool:
    """Say whether charts and customizations are rendered."""
    if asked and "--against" in values:
        remedy = "judge what is rendered in a run of its own, without --against"
        raise UsageError("--render cannot be used with --against", remedy=remedy)
    return asked


def _writes(asked: bool, values: dict[str, str]) -> bool:
    """Say whether a baseline is written: never by a change that is judged by what stood before it."""
    if asked and "--trusted-ref" in values:
        remedy = "write the baseline without --trusted-ref, and have it reviewed"
        raise UsageError("--write-baseline writes to the change, which --trusted-ref does not trust", remedy=remedy)
    return asked


def _version(text: str) -> str:
    major, dot, minor = text.removeprefix("v").partition(".")
    if text and not (dot and major.isdigit() and minor.isdigit()):
        raise UsageError(f"{text} is no Kubernetes version", remedy="write it as 1.34")
    return text.removeprefix("v")


def day(text: str) -> str:
    """Return the day asked for, else today in UTC."""
    if not text:
        from time import gmtime, strftime

        return strftime("%Y-%m-%d", gmtime())
    from gate.model.days import days

    try:
        days(text)
    except ValueError:
        raise UsageError(f"{text} is no day", remedy="write it as 2026-01-31") from None
    return text


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, [*VALUED, *FLAGS], 1)
    return f"did you mean {near[0]}?" if near else "`gate check --help` lists the options"


def _standard_input(asked: Options) -> bytes:
    """Read what was piped in, one byte more than a file may have, so that too much is seen."""
    if "-" not in asked.paths:
        return b""
    from gate.pipeline.files import MAX_BYTES

    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"standard input is larger than {MAX_BYTES} bytes", remedy="split it, or name a file")
    return data


def rendered(name: str, report: Report, *, file: str, verbose: bool) -> str:
    """Return the report in one format."""
    if name == "json":
        from gate.reporters.json import render as as_json

        return as_json(report)
    if name == "sarif":
        from gate.pipeline.pages import page
        from gate.reporters.sarif import render as as_sarif

        return as_sarif(report, page)
    if name == "sarif-full":
        from gate.pipeline.pages import page
        from gate.reporters.sarif_full import render as as_full_sarif

        return as_full_sarif(report, page)
    if name == "github":
        from gate.reporters.github import render as as_github

        return as_github(report)
    from gate.reporters.text import render as as_text

    return as_text(report, colour=not file and _colourful(), verbose=verbose)


def _colourful() -> bool:
    """Say whether standard output is a terminal that shows colours and whose owner wants them (no-color.org)."""
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
