"""A declaration's file, `.gate.yaml`: the platform, workloads, exceptions, what is excluded, how charts are rendered.

The shape is what `schemas/declaration.schema.json` describes. An entry of `exceptions` that has another permits nothing
and is a finding, so that the rest is judged all the same; anything else that is wrong stops the run. Whether an
exception is over, or longer than a policy allows, is not asked here: that takes a clock and a policy.
"""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.model.policy import Declaration, DeclaredWorkload, Exclusion, Grant, Malformed, Selector, Variant
from gate.model.profile import COMPONENTS, GKE_MODES, GUESTS, PLATFORMS, RUNTIME_KINDS, Named, PlatformProfile
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES, Statement
from gate.policy.reference import POLICY
from gate.policy.shape import choice, day, document, fields, flag, items, quoted, refuse, table, text, whole
from gate.policy.shipped import DEFAULT
from gate.syntax.tree import Mapping, Scalar, Sequence

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
#: The id of an advisory, whoever publishes it: CVE-2026-1, GHSA-..., RHSA-2026:1, PYSEC-2026-1.
VULNERABILITY = r"[A-Za-z][A-Za-z0-9]{0,31}-[A-Za-z0-9][A-Za-z0-9._:+-]{0,95}"
FINGERPRINT = r"[0-9a-f]{16}"
VARIANT = r"[A-Za-z][A-Za-z0-9._-]{0,62}"
DNS_NAME = r"[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?"
ISOLATOR = r"[A-Za-z0-9_./-]+"

#: A path below the declaration's folder: nothing absolute, no drive, no home, no way up, no backslash.
INNER_PATH = r"(?![/~]|[A-Za-z]:)(?!([^\x00-\x1f]*/)?\.\.(/|$))[^\\\x00-\x1f\x7f]+"

#: A path of a host: absolute, or with a drive.
HOST_PATH = r"(?:/|[A-Za-z]:[\\/])[^\x00-\x1f\x7f]*"


def load_declaration(source: Source) -> Declaration:
    """Read a declaration; raise UsageError for the first thing that is wrong with it."""
    optional = ("policy", "platform", "workloads", "exceptions", "exclude", "render")
    entries = fields(document(source), "", ("version",), optional)
    whole(entries["version"], "version", 1, 1)
    policy = text(entries["policy"], "policy", POLICY, DEFAULT) if "policy" in entries else ""
    platform = _platform(entries["platform"]) if "platform" in entries else PlatformProfile()
    workloads = tuple(_workloads(entries["workloads"])) if "workloads" in entries else ()
    given = tuple(_exceptions(entries["exceptions"])) if "exceptions" in entries else ()
    return Declaration(
        source.path,
        source.path.rpartition("/")[0],
        policy,
        platform,
        workloads,
        tuple(one for one in given if isinstance(one, Grant)),
        tuple(one for one in given if isinstance(one, Malformed)),
        tuple(_excluded(entries["exclude"])) if "exclude" in entries else (),
        tuple(_rendered(entries["render"], source.path.rpartition("/")[0])) if "render" in entries else (),
    )


def _platform(node: Node) -> PlatformProfile:
    key = "platform"
    parts = ("kubernetes", "gke", "openshift", "docker", "podman", "swarm", "mesos", "nomad", "placement", "images")
    entries = fields(node, key, (), (*parts, "runtimes", "guests", "versions"))
    kubernetes = _part(entries, "kubernetes", ("version", "seccomp_default"))
    docker = _part(entries, "docker", ("userns_remap", "no_new_privileges", "icc"))
    podman = _part(entries, "podman", ("rootless", "userns_auto"))
    mesos = _part(entries, "mesos", ("isolation",))
    nomad = _part(entries, "nomad", ("allow_privileged", "volumes", "host_volumes"))
    gke = _part(entries, "gke", ("mode",))
    openshift = _part(entries, "openshift", ("version", "scc"))
    version, release = kubernetes.get("version"), openshift.get("version")
    return PlatformProfile(
        text(version, "platform.kubernetes.version", VERSION, '"1.34"') if version is not None else "",
        _flag(kubernetes, "kubernetes", "seccomp_default"),
        choice(gke["mode"], "platform.gke.mode", GKE_MODES) if "mode" in gke else "",
        text(release, "platform.openshift.version", VERSION, '"4.18"') if release is not None else "",
        text(openshift["scc"], "platform.openshift.scc", WORD, "restricted-v2") if "scc" in openshift else "",
        _flag(docker, "docker", "userns_remap"),
        _flag(docker, "docker", "no_new_privileges"),
        _flag(docker, "docker", "icc"),
        choice(entries["placement"], "platform.placement", PLACEMENTS) if "placement" in entries else "",
        tuple(_runtimes(entries)),
        tuple(_named(entries, "images", GLOB_WORD, INNER_PATH, "docker/pay.Dockerfile")),
        _flag(podman, "podman", "rootless"),
        _flag(podman, "podman", "userns_auto"),
        flag(entries["swarm"], "platform.swarm") if "swarm" in entries else None,
        (*_versions(entries), *((Named("kubelet", version.text, version.at),) if isinstance(version, Scalar) else ())),
        tuple(_isolators(mesos["isolation"])) if "isolation" in mesos else None,
        choice(entries["guests"], "platform.guests", GUESTS) if "guests" in entries else "",
        _flag(nomad, "nomad", "allow_privileged"),
        _flag(nomad, "nomad", "volumes"),
        tuple(_host_volumes(nomad)),
    )


def _part(entries: dict[str, Node], name: str, known: tuple[str, ...]) -> dict[str, Node]:
    return fields(entries[name], f"platform.{name}", (), known) if name in entries else {}


def _flag(entries: dict[str, Node], part: str, name: str) -> bool | None:
    return flag(entries[name], f"platform.{part}.{name}") if name in entries else None


def _isolators(node: Node) -> Iterator[str]:
    key = "platform.mesos.isolation"
    for member in items(node, key):
        yield text(member, key, ISOLATOR, "namespaces/pid")


def _host_volumes(entries: dict[str, Node]) -> Iterator[Named]:
    key = "platform.nomad.host_volumes"
    if "host_volumes" in entries:
        for name, written, value in table(entries["host_volumes"], key, WORD):
            yield Named(name, text(value, f"{key}.{name}", HOST_PATH, "/srv/data"), written.at)


def _runtimes(entries: dict[str, Node]) -> Iterator[Named]:
    if "runtimes" in entries:
        for name, written, kind in table(entries["runtimes"], "platform.runtimes", WORD):
            yield Named(name, choice(kind, f"platform.runtimes.{name}", RUNTIME_KINDS), written.at)


def _versions(entries: dict[str, Node]) -> Iterator[Named]:
    for name, value in _part(entries, "versions", COMPONENTS).items():
        yield Named(name, text(value, f"platform.versions.{name}", VERSION, '"1.3.3"'), value.at)


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
    paths = _globs(entries["paths"], "workloads.paths") if "paths" in entries else ()
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


def _globs(node: Node, key: str) -> tuple[str, ...]:
    return tuple(_glob(text(glob, key, INNER_PATH, "deploy/*.yaml")) for glob in items(node, key, least=1))


def _glob(path: str) -> str:
    """Drop what changes nothing; a folder, written with its slash, is everything below it."""
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    return "/".join(segments if segments and not path.endswith(("/", "/.")) else [*segments, "**"])


#: What an exception says it permits, and to whom; of each pair just one is given.
PERMITTED, SCOPE = ("rule", "vulnerability"), ("workload", "subject")
STATED = ("reason", "owner", "created", "expires")


def _exceptions(node: Node) -> Iterator[Grant | Malformed]:
    for member in items(node, "exceptions"):
        wide = _wildcard(member)
        if wide is not None:
            cause = f"{quoted(wide.text)} would permit it to more than anybody has looked at"
            yield Malformed(cause, "write an exception for each", wide.at, broad=True)
            continue
        try:
            yield _grant(member)
        except UsageError as error:
            yield Malformed(error.cause, error.remedy, error.at or member.at)


def _wildcard(node: Node) -> Scalar | None:
    """Return what an exception names with a wildcard in it."""
    named = [node.entries.get(name) for name in (*PERMITTED, *SCOPE)] if isinstance(node, Mapping) else []
    return next((one for one in named if isinstance(one, Scalar) and ("*" in one.text or "?" in one.text)), None)


def _grant(node: Node) -> Grant:
    key = "exceptions"
    entries = fields(node, key, STATED, (*PERMITTED, *SCOPE, "fingerprint", "ticket"))
    _one_of(node, entries, PERMITTED)
    _one_of(node, entries, SCOPE)
    created, expires = (day(entries[name], f"{key}.{name}") for name in ("created", "expires"))
    if expires < created:
        refuse(entries["expires"], f"the exception expires on {expires}, before it was created on {created}")

    def given(name: str, form: str, example: str) -> str:
        return text(entries[name], f"{key}.{name}", form, example) if name in entries else ""

    return Grant(
        given("rule", RULE_ID, "ISO004"),
        given("workload", WORD, "node-exporter"),
        given("reason", SENTENCE, "reads the host's metrics"),
        given("owner", SENTENCE, "platform team"),
        created,
        expires,
        node.at,
        given("vulnerability", VULNERABILITY, "CVE-2026-1"),
        given("subject", WORD, "deploy/agent.yaml#DaemonSet/agent"),
        given("fingerprint", FINGERPRINT, "0123456789abcdef"),
        given("ticket", SENTENCE, "OPS-1234"),
    )


def _one_of(node: Node, entries: dict[str, Node], names: tuple[str, str]) -> None:
    present = [name for name in names if name in entries]
    either = " or ".join(f"`{name}`" for name in names)
    if not present:
        refuse(node, f"in `exceptions` the key {either} is missing", f"add {either}")
    if len(present) > 1:
        both = " and ".join(f"`{name}`" for name in names)
        refuse(entries[names[1]], f"in `exceptions` {both} are both given", "write an exception for each")


def _excluded(node: Node) -> Iterator[Exclusion]:
    for member in items(node, "exclude"):
        entries = fields(member, "exclude", ("paths", "reason"))
        paths = _globs(entries["paths"], "exclude.paths")
        yield Exclusion(paths, text(entries["reason"], "exclude.reason", SENTENCE, "copied from upstream"), member.at)


def _rendered(node: Node, folder: str) -> Iterator[Variant]:
    """Read `render`; of several ways to render one chart each has a name, and no two the same."""
    found: dict[str, list[tuple[Node, str]]] = {}
    for member in items(node, "render"):
        variant = _variant(member, folder)
        named = found.setdefault(variant.chart, [])
        named.append((member, variant.name))
        names = [name for _node, name in named]
        if len(names) > 1 and ("" in names or len(set(names)) < len(names)):
            cause = f"there are several ways to render {quoted(variant.chart)}, and they have no names of their own"
            refuse(member, cause, "add a `name` to each")
        yield variant


def _variant(node: Node, folder: str) -> Variant:
    entries = fields(node, "render", ("chart",), ("name", "release", "namespace", "values"))

    def given(name: str, form: str, example: str) -> str:
        return text(entries[name], f"render.{name}", form, example) if name in entries else ""

    values = items(entries["values"], "render.values") if "values" in entries else []
    paths = (text(one, "render.values", INNER_PATH, "deploy/prod.yaml") for one in values)
    return Variant(
        _plain(given("chart", INNER_PATH, "charts/web")),
        given("name", VARIANT, "prod"),
        given("release", DNS_NAME, "web"),
        given("namespace", DNS_NAME, "shop"),
        tuple(f"{folder}/{path}" if folder else path for path in map(_plain, paths)),
        node.at,
    )


def _plain(path: str) -> str:
    return "/".join(segment for segment in path.split("/") if segment not in ("", "."))
