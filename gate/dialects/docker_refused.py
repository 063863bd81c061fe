"""What commands of container engines ask for that the engine refuses, so that nothing starts as it stands.

Sources: containers/common `pkg/capabilities` (`MergeCapabilities`); containers/podman `cmd/podman/containers`.
"""

from __future__ import annotations

from gate.dialects.docker_options import capability_name
from gate.dialects.interpolation import GAP
from gate.model.workload import IgnoredKey, RefusedKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.docker_flags import Flags

#: Safeguards that no program is known to have as an option of its own; each takes a value.
_SAFEGUARDS = ("--cap-drop", "--security-opt", "--pids-limit")


def refused(flags: Flags) -> Iterator[RefusedKey]:
    """Yield the flags that lack a value, and those of Podman that contradict each other."""
    for reason, at in flags.unknown:
        if "lacks" in reason:
            yield RefusedKey(reason.strip("`").split("`")[0], reason, at)
    if flags.grammar.engine != "podman":
        return
    added = {capability_name(flag.value) for flag in flags.each("cap-add") if GAP not in flag.value}
    for flag in flags.each("cap-drop"):
        name = capability_name(flag.value)
        if name in added and GAP not in flag.value:
            yield RefusedKey("--cap-drop", f"Podman does not both add and drop {name}", flag.at)
    mapped = next((one for name in ("uidmap", "gidmap", "subuidname", "subgidname") for one in flags.each(name)), None)
    if mapped is not None and flags.last("userns") is not None:
        yield RefusedKey(f"--{mapped.name}", "Podman does not take `--userns` with a map of users", mapped.at)


def misplaced(flags: Flags) -> Iterator[IgnoredKey]:
    """Yield the safeguards behind the image, where flags are arguments of the program that it starts."""
    words = iter(flags.operands[1:])
    for word in words:
        name, equals, _value = word.text.partition("=")
        if not name.startswith("--"):
            return
        if name in _SAFEGUARDS:
            consequence = "it stands behind the image, so that it is an argument of the program and no flag"
            yield IgnoredKey(name, consequence, word.at)
            if not equals:
                next(words, None)
