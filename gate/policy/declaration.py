"""A declaration's file, `.gate.yaml`: the platform, the workloads and the exceptions.

The shape is what `schemas/declaration.schema.json` describes. Whether an exception is over, or longer than a policy
allows, is not asked here: that takes a clock and a policy, and is a finding.
"""

from __future__ import annotations

from gate.model.days import days
from gate.model.policy import Declaration, DeclaredWorkload, Grant, Selector
from gate.model.profile import GKE_MODES, PLATFORMS, RUNTIME_KINDS, Named, PlatformProfile
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES, Statement
from gate.policy.shape import choice, document, fields, flag, items, quoted, refuse, table, text, whole
from gate.policy.shipped import DEFAULT
from gate.syntax.tree import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source
    from gate.syntax.tree import Node

#: A word of somebody's own, such as a workload's name: one line, and no glob.
WORD = r"[^ *?\x00-\x1f\x7f][^*?\x00-\x1f\x7f]*"
GLOB_WORD = r"[^\x00-\x1f\x7f]+"
SENTENCE = r"[\s\S]*[^ \t\r\n][\s\S]*"
VERSION = r"v?[0-9][0-9A-Za-z.+~_-]*"
RULE_ID = r"[A-Z][A-Z0-9-]{0,31}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

#: A path below the declaration's folder: nothing absolute, no drive, no home, no way up, no backslash.
INNER_PATH = r"(?![/~]|[A-Za-z]:)(?!([^\x00-\x1f]*/)?\.\.(/|$))[^\\\x00-\x1f\x7f]+"
#: The name of a pack, or the path of a policy file.
POLICY = r"[a-z0-9][a-z0-9-]*|(?![/~]|[A-Za-z]:)[^\\\x00-\x1f\x7f]+\.ya?ml"


def load_declaration(source: Source) -> Declaration:
    """Read a declaration; raise UsageError for the first thing that is wrong with it."""
    entries = fields(document(source), "", ("version",), ("policy", "platform", "workloads", "exceptions"))
    whole(entries["version"], "version", 1, 1)
    policy = text(entries["policy"], "policy", POLICY, DEFAULT) if "policy" in entries else DEFAULT
    platform = _platform(entries["platform"]) if "platform" in entries else PlatformProfile()
    workloads = tuple(_workloads(entries["workloads"])) if "workloads" in entries else ()
    exceptions = tuple(_exceptions(entries["exceptions"])) if "exceptions" in entries else ()
    return Declaration(source.path, source.path.rpartition("/")[0], policy, platform, workloads, exceptions)


def _platform(node: Node) -> PlatformProfile:
    key = "platform"
    parts = ("kubernetes", "gke", "docker", "placement", "images", "runtimes")
    entries = fields(node, key, (), parts)
    kubernetes = _part(entries, "kubernetes", ("version", "seccomp_default"))
    docker = _part(entries, "docker", ("userns_remap", "no_new_privileges"))
    gke = _part(entries, "gke", ("mode",))
    version = kubernetes.get("version")
    return PlatformProfile(
        text(version, "platform.kubernetes.version", VERSION, '"1.34"') if version is not None else "",
        _flag(kubernetes, "kubernetes", "seccomp_default"),
        choice(gke["mode"], "platform.gke.mode", GKE_MODES) if "mode" in gke else "",
        _flag(docker, "docker", "userns_remap"),
        _flag(docker, "docker", "no_new_privileges"),
        choice(entries["placement"], "platform.placement", PLACEMENTS) if "placement" in entries else "",
        tuple(_runtimes(entries)),
        tuple(_named(entries, "images", GLOB_WORD, INNER_PATH, "docker/pay.Dockerfile")),
    )


def _part(entries: dict[str, Node], name: str, known: tuple[str, ...]) -> dict[str, Node]:
    return fields(entries[name], f"platform.{name}", (), known) if name in entries else {}


def _flag(entries: dict[str, Node], part: str, name: str) -> bool | None:
    return flag(entries[name], f"platform.{part}.{name}") if name in entries else None


def _runtimes(entries: dict[str, Node]) -> Iterator[Named]:
    if "runtimes" in entries:
        for name, written, kind in table(entries["runtimes"], "platform.runtimes", WORD):
            yield Named(name, choice(kind, f"platform.runtimes.{name}", RUNTIME_KINDS), written.at)


def _named(entries: dict[str, Node], part: str, names: str, values: str, example: str) -> Iterator[Named]:
    if part in entries:
        for name, written, value in table(entries[part], f"platform.{part}", names):
            yield Named(name, text(value, f"platform.{part}.{name}", values, example), written.at)


def _workloads(node: Node) -> Iterator[DeclaredWorkload]:
    seen: set[str] = set()
    for member in items(node, "workloads"):
        workload = _workload(member)
        if workload.name in seen:
            refuse(
                member, f"there are two workloads {quoted(workload.name)}", "join them, or give each a name of its own"
            )
        seen.add(workload.name)
        yield workload


def _workload(node: Node) -> DeclaredWorkload:
    key = "workloads"
    optional = ("paths", "match", *AXES, "regulated", "placement", "role")
    entries = fields(node, key, ("name", "sensitivity"), optional)
    if "paths" not in entries and "match" not in entries:
        refuse(node, "the workload has neither `paths` nor `match`", "say which files or objects it is")
    return DeclaredWorkload(
        text(entries["name"], f"{key}.name", WORD, "payments"),
        tuple(_selectors(entries)),
        tuple(_statements(entries)),
        choice(entries["placement"], f"{key}.placement", PLACEMENTS) if "placement" in entries else "",
        choice(entries["role"], f"{key}.role", ROLES) if "role" in entries else "",
        node.at,
    )


def _statements(entries: dict[str, Node]) -> Iterator[Statement]:
    sensitivity = entries["sensitivity"]
    yield Statement("class", choice(sensitivity, "workloads.sensitivity", CLASSES), sensitivity.at)
    for axis, values in AXES.items():
        if axis in entries:
            yield Statement(axis, choice(entries[axis], f"workloads.{axis}", values), entries[axis].at)
    if "regulated" in entries:
        for regime in items(entries["regulated"], "workloads.regulated"):
            yield Statement("regulated", choice(regime, "workloads.regulated", REGIMES), regime.at)


def _selectors(entries: dict[str, Node]) -> Iterator[Selector]:
    """Read `paths` and `match`; where both are given both have to match."""
    paths: tuple[str, ...] = ()
    if "paths" in entries:
        globs = items(entries["paths"], "workloads.paths", least=1)
        paths = tuple(_glob(text(glob, "workloads.paths", INNER_PATH, "deploy/*.yaml")) for glob in globs)
    if "match" not in entries:
        yield Selector(paths, "", "", "", "")
        return
    match = entries["match"]
    for member in items(match, "workloads.match", least=1) if isinstance(match, Sequence) else [match]:
        yield _selector(member, paths)


def _selector(node: Node, paths: tuple[str, ...]) -> Selector:
    key = "workloads.match"
    entries = fields(node, key, (), ("platform", "kind", "name", "namespace"))
    if not entries:
        refuse(node, f"`{key}` is empty and would match everything", "say a kind, a name, a namespace or a platform")
    given = {
        name: choice(value, f"{key}.{name}", PLATFORMS)
        if name == "platform"
        else text(value, f"{key}.{name}", GLOB_WORD, "Deployment")
        for name, value in entries.items()
    }
    return Selector(
        paths, given.get("platform", ""), given.get("kind", ""), given.get("name", ""), given.get("namespace", "")
    )


def _glob(path: str) -> str:
    """Drop what changes nothing; a folder, written with its slash, is everything below it."""
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    return "/".join(segments if segments and not path.endswith(("/", "/.")) else [*segments, "**"])


def _exceptions(node: Node) -> Iterator[Grant]:
    seen: set[tuple[str, str]] = set()
    for member in items(node, "exceptions"):
        grant = _grant(member)
        if (grant.rule, grant.workload) in seen:
            cause = f"there are two exceptions from `{grant.rule}` for {quoted(grant.workload)}"
            refuse(member, cause, "keep the one that is meant")
        seen.add((grant.rule, grant.workload))
        yield grant


def _grant(node: Node) -> Grant:
    key = "exceptions"
    entries = fields(node, key, ("rule", "workload", "reason", "owner", "created", "expires"))
    created, expires = (_day(entries[name], f"{key}.{name}") for name in ("created", "expires"))
    if expires < created:
        refuse(entries["expires"], f"the exception expires on {expires}, before it was created on {created}")
    return Grant(
        text(entries["rule"], f"{key}.rule", RULE_ID, "ISO004"),
        text(entries["workload"], f"{key}.workload", WORD, "node-exporter"),
        text(entries["reason"], f"{key}.reason", SENTENCE, "reads the host's metrics"),
        text(entries["owner"], f"{key}.owner", SENTENCE, "platform team"),
        created,
        expires,
        node.at,
    )


def _day(node: Node, key: str) -> str:
    day = text(node, key, DAY, "2026-11-01")
    try:
        days(day)
    except ValueError:
        refuse(node, f"`{key}`: there is no day {day}")
    return day
