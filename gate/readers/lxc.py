"""LXC: the configuration of a container as it lies on disk, or as `lxc-create` starts from it."""

from __future__ import annotations

import re

from gate.model.coverage import Skipped
from gate.model.errors import InputError, UnrenderedError
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated
from gate.model.reader import Reader, Reading
from gate.model.workload import Build, Credentials, IgnoredKey, Placement, Sandbox, Workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.lxc_config import Config
    from gate.model.source import Source, Sources

#: A line that sets one of LXC's keys; what else a file holds LXC passes over.
_KEY = rb"(?m)^[ \t]*(lxc\.[a-z0-9_.-]{1,60})[ \t]*="

#: How the keys of safeguards begin, behind `lxc.`.
_SAFEGUARDS = ("apparmor.profile", "cap.drop", "idmap", "no_new_privs", "seccomp.profile", "selinux.context")

_REFUSED = "correct it; lxc.container.conf(5) lists the values"


def claims(source: Source) -> bool:
    """Claim a file with a line that sets a key of a container."""
    if b"lxc." not in source.data:
        return False
    from gate.dialects.lxc_keys import is_key

    return any(is_key(match[1].decode()) for match in re.finditer(_KEY, source.data))


def read(source: Source, sources: Sources) -> Reading:
    """Read the one container that a file configures."""
    from gate.dialects.lxc_files import load

    loader = load(source, sources)
    if "{%" in source.text:
        problem = UnrenderedError(
            "is a template that nobody has rendered", at=loader.config.at, remedy="render it and check the result"
        )
        return Reading(problems=(problem,))
    problems = [*loader.problems, *_refusals(loader.config)]
    if not loader.whole:
        reason = "is a part for other configurations to include: it names no root file system, id map or network"
        return Reading(problems=tuple(problems), skipped=(Skipped(loader.config.at, reason),))
    return Reading((_workload(source, sources, loader.config),), problems=tuple(problems))


def _refusals(config: Config) -> list[InputError]:
    return [InputError(f"{cause}, so LXC refuses the file", at=at, remedy=_REFUSED) for cause, at in config.refused]


def _workload(source: Source, sources: Sources, config: Config) -> Workload:
    from gate.dialects.lxc_confinement import tweaks
    from gate.dialects.lxc_facets import container
    from gate.dialects.lxc_files import policy
    from gate.dialects.lxc_namespaces import namespaces
    from gate.dialects.lxc_networks import segments

    at, name, own = config.at, _name(source.path, config), namespaces(config)
    one = container(config, name, lambda path: policy(path, source, sources))
    return Workload(
        f"{source.path}#Container/{name}",
        name,
        "",
        "Container",
        "lxc",
        at,
        Defaulted("linux", at),
        Items((Stated(one, at),), at),
        own,
        Sandbox(
            Inapplicable("LXC has one runtime", at),
            Inapplicable("LXC starts no machines", at),
            Items(tuple(Stated(tweak, tweak.at) for tweak in tweaks(config)), at),
        ),
        Placement.inapplicable("LXC starts a container where it is configured", at),
        Credentials.inapplicable("LXC hands out no tokens", at),
        Build.inapplicable("LXC names a root file system that is already made", at),
        ignored=tuple(_passed_over(source)),
        segments=segments(config, own.network),
    )


def _passed_over(source: Source) -> Iterator[IgnoredKey]:
    """Yield the safeguards that LXC passes over, because the line does not begin with `lxc.` as it spells it."""
    from gate.syntax.key_value import pairs

    for pair in pairs(source.text, "", source.location):
        key = pair.key.lower().removeprefix("lxc.")
        if pair.value and not pair.key.startswith("lxc.") and key.startswith(_SAFEGUARDS):
            yield IgnoredKey(pair.key, f"LXC reads it only as `lxc.{key}`", pair.at)


def _name(path: str, config: Config) -> str:
    """Return the container's name: the one it gives itself, its folder's, or the file's."""
    entry = config.last("lxc.uts.name")
    if entry is not None and entry.value and not entry.reason:
        return entry.value
    folder, _, file = path.rpartition("/")
    stem = file.rpartition(".")[0] or file
    return folder.rpartition("/")[2] or stem if stem == "config" else stem


READER = Reader("lxc", ("lxc",), claims, read)
