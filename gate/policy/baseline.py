"""A baseline's file: read strictly, and written with one entry to a line, so that people can review and merge it.

The shape is what `schemas/baseline.schema.json` describes.
"""

from __future__ import annotations

import json
import re

from gate.model.baseline import Baseline, Entry, LowScore
from gate.model.errors import UsageError
from gate.model.policy import STAGES
from gate.model.record import replace
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES, Sensitivity
from gate.model.source import Source
from gate.policy.shape import choice, fields, flag, items, refuse, text, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.model.baseline import Known
    from gate.syntax.tree import Node

    Json = dict[str, Any]

VERSION = 1

#: Bytes and entries of one baseline, and how often one of them may have been found.
MAX_BYTES = 4 * 1024 * 1024
MAX_ENTRIES = 20_000
MAX_COUNT = 100_000

OUTCOMES: tuple[Known, ...] = ("failed", "undecided")

ANY = r"[\s\S]+"
RULE = r"[A-Z]{2,8}[0-9]{3}|" + "|".join(DIMENSIONS)
FINGERPRINT = r"[0-9a-f]{16}"
DEDUCTION = r"[A-Za-z0-9_.]+:[0-9a-f]{8}"
DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
DIGEST = r"[0-9a-f+]*"

#: A file below the root: nothing absolute, and no way up.
PATH = r"(?!/)(?!(?:[^\x00]*/)?\.\.(?:/|$))[^\x00]+"

_REWRITE = "write it anew with `gate check --write-baseline`"
_SPLIT = "judge parts of the tree, each with a baseline of its own"

#: How entries begin and end in a file that the gate wrote, and one of them; escapes are rare enough for the slow way.
_OPENING, _CLOSING = '  "entries": [\n', ["  ]", "}", ""]
_TEXT = r'[^"\\\x00-\x1f\x7f-\U0010ffff]+'
_LINE = re.compile(
    rf'    \{{"path": "({_TEXT})", "subject": "({_TEXT})", "rule": "({RULE})", "outcome": "(failed|undecided)", '
    r'"fingerprint": "([0-9a-f]{16})", "count": ([1-9][0-9]{0,4})(, "required": true)?(, "built": true)?'
    r'(?:, "sensitivity": (\{[^{}]*\}))?(?:, "score": (\{[^{}]*\}))?\}'
)
_IS_PATH = re.compile(PATH).fullmatch

_REQUIRED = ("path", "subject", "rule", "outcome", "fingerprint", "count")
_OPTIONAL = ("required", "built", "sensitivity", "score")
_SENSITIVITY = ("class", *AXES, "regulated", "placement", "role")


def load_baseline(source: Source) -> Baseline:
    """Read a baseline; raise UsageError for the first thing that is wrong with it."""
    try:
        return _as_written(source) or _baseline(source)
    except UsageError as error:
        raise UsageError(error.cause, at=error.at, remedy=error.remedy or _REWRITE) from None


def _as_written(source: Source) -> Baseline | None:
    """Read a file that is as the gate writes it, line by line, in a fifth of the time; None for any other."""
    head, opening, body = source.text.partition(_OPENING)
    lines = body.split("\n")
    last = len(lines) - len(_CLOSING) - 1
    if not opening or lines[last + 1 :] != _CLOSING or last >= MAX_ENTRIES:
        return None
    entries: dict[tuple[str, ...], Entry] = {}
    here = len(head) + len(opening)
    parts: dict[str, Sensitivity] = {}
    for number, whole_line in enumerate(lines[: last + 1]):
        text = whole_line if number == last else whole_line.removesuffix(",")
        entry = _quick(text, source, here, parts) if number == last or text != whole_line else None
        if entry is None:
            return None
        entries[key(entry)] = entry
        here += len(whole_line) + 1
    if len(entries) <= last:
        return None
    top = _baseline(Source(source.path, f"{head}{_OPENING}]}}".encode("utf-8", "surrogateescape")))
    return replace(top, entries=tuple(entries.values()))


def _quick(text: str, source: Source, start: int, parts: dict[str, Sensitivity]) -> Entry | None:
    """Read one line; None for what is not as the gate writes it, or wrong."""
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    path, subject, rule, _outcome, fingerprint, count, required, built, said, score = found.groups()
    if not _IS_PATH(path) or (rule in DIMENSIONS) is not (score is not None):
        return None
    try:
        if said and said not in parts:
            parts[said] = _sensitivity(_alone(said))
        low = _score(_alone(score)) if score else None
    except UsageError:
        return None
    sensitivity, at = parts[said] if said else SILENT, source.location(start + 4, start + len(text))
    outcome = OUTCOMES[found[4] == "undecided"]
    marks = required is not None, built is not None
    return Entry(path, subject, rule, outcome, fingerprint, int(count), sensitivity, *marks, low, at)


def _alone(text: str) -> Node:
    """Return a part of an entry as a document of its own."""
    from gate.syntax.json import parse

    found = parse(Source("", text.encode()))
    if found.root is None:
        raise UsageError("the entry is not JSON", at=found.at)
    return found.root


def _baseline(source: Source) -> Baseline:
    from gate.syntax.json import parse

    found = parse(source)
    if found.error is not None or found.root is None:
        cause, at = (found.error.cause, found.error.at) if found.error is not None else ("is empty", found.at)
        raise UsageError(f"the baseline {cause}", at=at, remedy=_REWRITE)
    top = fields(found.root, "", ("version", "tool", "written", "stage", "policy", "entries"))
    version = getattr(top["version"], "value", None)
    if version != VERSION or isinstance(version, bool):
        refuse(top["version"], f"the baseline is not of version {VERSION}, the only one that is known", _REWRITE)
    tool = fields(top["tool"], "tool", ("name", "version"))
    policy = fields(top["policy"], "policy", ("name", "digest"))
    text(tool["name"], "tool.name", ANY, "boundary-gate")
    return Baseline(
        source.path,
        text(tool["version"], "tool.version", ANY, "0.1.0"),
        text(top["written"], "written", DAY, "2026-11-01"),
        choice(top["stage"], "stage", STAGES),
        text(policy["name"], "policy.name", ANY, "standard"),
        text(policy["digest"], "policy.digest", DIGEST, "0123456789abcdef"),
        tuple(_entries(top["entries"])),
    )


def key(entry: Entry) -> tuple[str, ...]:
    """Return what no two entries of a baseline have in common."""
    return entry.path, entry.subject, entry.rule, entry.outcome, entry.fingerprint


def _entries(node: Node) -> Iterator[Entry]:
    members = items(node, "entries")
    if len(members) > MAX_ENTRIES:
        refuse(members[MAX_ENTRIES], f"the baseline has more than {MAX_ENTRIES} entries", _SPLIT)
    seen: set[tuple[str, ...]] = set()
    for member in members:
        entry = _entry(member)
        if key(entry) in seen:
            refuse(member, "the entry says again what another one says", "keep the one with the smaller count")
        seen.add(key(entry))
        yield entry


def _entry(node: Node) -> Entry:
    known = fields(node, "entries", _REQUIRED, _OPTIONAL)
    rule = text(known["rule"], "entries.rule", RULE, "ISO004")
    if (rule in DIMENSIONS) is not ("score" in known):
        refuse(node, "an entry has a `score` just where its `rule` is one", _REWRITE)
    return Entry(
        text(known["path"], "entries.path", PATH, "deploy/pay.yaml"),
        text(known["subject"], "entries.subject", ANY, "deploy/pay.yaml#Deployment/pay"),
        rule,
        choice(known["outcome"], "entries.outcome", OUTCOMES),
        text(known["fingerprint"], "entries.fingerprint", FINGERPRINT, "0123456789abcdef"),
        whole(known["count"], "entries.count", 1, MAX_COUNT),
        _sensitivity(known["sensitivity"]) if "sensitivity" in known else SILENT,
        "required" in known and flag(known["required"], "entries.required"),
        "built" in known and flag(known["built"], "entries.built"),
        _score(known["score"]) if "score" in known else None,
        node.at,
    )


def _sensitivity(node: Node) -> Sensitivity:
    at = "entries.sensitivity"
    given = fields(node, at, (), _SENSITIVITY)
    words: dict[str, tuple[str, ...]] = {"class": CLASSES, **AXES}
    axes = {axis: choice(given[axis], f"{at}.{axis}", words[axis]) for axis in words if axis in given}
    regimes = items(given["regulated"], f"{at}.regulated", least=1) if "regulated" in given else ()
    return Sensitivity(
        axes,
        tuple(choice(regime, f"{at}.regulated", REGIMES) for regime in regimes),
        choice(given["placement"], f"{at}.placement", PLACEMENTS) if "placement" in given else "",
        choice(given["role"], f"{at}.role", ROLES) if "role" in given else "",
        declared=bool(axes or regimes),
        statements=(),
    )


SILENT = Sensitivity({}, (), "", "", declared=False, statements=())


def _score(node: Node) -> LowScore:
    at = "entries.score"
    known = fields(node, at, ("threshold", "worst", "deductions"))
    return LowScore(
        whole(known["threshold"], f"{at}.threshold", 0, 100),
        whole(known["worst"], f"{at}.worst", 0, 100),
        tuple(text(one, f"{at}.deductions", DEDUCTION, "A1:01234567") for one in items(known["deductions"], at)),
    )


def written(baseline: Baseline) -> str:
    """Return the file's text, in ASCII, sorted; raise UsageError for a baseline that could not be read again."""
    if len(baseline.entries) > MAX_ENTRIES:
        raise UsageError(f"the baseline would have more than {MAX_ENTRIES} entries", remedy=_SPLIT)
    head = {
        "version": VERSION,
        "tool": {"name": "boundary-gate", "version": baseline.version},
        "written": baseline.written,
        "stage": baseline.stage,
        "policy": {"name": baseline.policy, "digest": baseline.policy_digest},
    }
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
    entries = ",\n".join(f"    {line(entry)}" for entry in sorted(baseline.entries, key=key))
    body = f"[\n{entries}\n  ]" if entries else "[]"
    made = "\n".join(["{", *lines, f'  "entries": {body}', "}"]) + "\n"
    if len(made) > MAX_BYTES:
        raise UsageError(f"the baseline would be larger than {MAX_BYTES} bytes", remedy=_SPLIT)
    return made


def line(entry: Entry) -> str:
    """Return an entry on its line: all that it says, in the order of the schema, without what goes without saying."""
    return json.dumps(_line(entry))


def _line(entry: Entry) -> Json:
    said = entry.sensitivity
    sensitivity = {
        **said.axes,
        **({"regulated": said.regulated} if said.regulated else {}),
        **({"placement": said.placement} if said.placement else {}),
        **({"role": said.role} if said.role else {}),
    }
    low = entry.score
    return {
        "path": entry.path,
        "subject": entry.subject,
        "rule": entry.rule,
        "outcome": entry.outcome,
        "fingerprint": entry.fingerprint,
        "count": entry.count,
        **({"required": True} if entry.required else {}),
        **({"built": True} if entry.built else {}),
        **({"sensitivity": sensitivity} if sensitivity else {}),
        **({"score": {"threshold": low.threshold, "worst": low.worst, "deductions": low.deductions}} if low else {}),
    }
