"""What the configuration of a client of Nomad says of the tasks that it starts.

Sources: hashicorp/nomad `website/content/docs/configuration/client.mdx` (`host_volume`) and the drivers' plug-in
options: `allow_caps` decides what a task may keep, `default_pid_mode` and `default_ipc_mode` what it shares. Clients
read the first HCL, in which names may stand in quotes.
"""

from __future__ import annotations

import re

from gate.model.coverage import Skipped
from gate.model.evidence import Stated, Unknown
from gate.model.location import whole_file
from gate.model.reference import Definition
from gate.model.source import Source
from gate.syntax.hcl import parse
from gate.syntax.hcl_values import Evaluator
from gate.syntax.tree import Node, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.syntax.hcl import Attribute, Block

#: Options of a driver's plug-in that decide what its tasks keep or share.
_MODES = ("default_pid_mode", "default_ipc_mode")
_CAPABILITIES = "allow_caps"


#: A name in quotes, which HCL has not had since its second version.
_QUOTED = re.compile(rb"(?m)^([ \t]*)\"([\w.-]+)\"([ \t]*=)")


class _Nothing:
    """Knows no name: a configuration has neither variables nor functions."""

    def resolve(self, root: str, name: str) -> Node | str:
        return f"`{root}.{name}` is not known"


def settings(source: Source) -> Iterator[Definition | Skipped]:
    """Yield the host volumes by their names, and the options of drivers, each with its value."""
    plain = _QUOTED.sub(lambda found: b"%b %b %b" % (found[1], found[2].replace(b".", b"_"), found[3]), source.data)
    document = parse(Source(source.path, plain))
    if document.error:
        reason = f"is the configuration of a client of Nomad, and {document.error}"
        yield Skipped(document.at or whole_file(source.path), reason)
    for block in document.body.blocks:
        if block.type == "client":
            for volume in block.body.of_type("host_volume"):
                yield from _volume(volume)
        elif block.type == "plugin" and block.labels:
            for config in block.body.of_type("config"):
                yield from _options(block.labels[0], config)


def _volume(block: Block) -> Iterator[Definition]:
    path = block.body.attributes.get("path")
    if block.labels:
        value: Setting[str] = _text(path) if path is not None else Unknown("it has no path", block.at)
        yield Definition("client-setting", f"host_volume.{block.labels[0]}", block.at, value)


def _options(driver: str, config: Block) -> Iterator[Definition]:
    for name in _MODES:
        said = config.body.attributes.get(name)
        if said is not None:
            yield Definition("client-setting", f"{driver}.{name}", said.at, _text(said))
    allowed = config.body.attributes.get(_CAPABILITIES)
    value = Evaluator(_Nothing()).value(allowed) if allowed is not None else None
    if allowed is not None and isinstance(value, Sequence):
        for one in value.items:
            text = one.value if isinstance(one, Scalar) else None
            if isinstance(text, str):
                yield Definition("client-setting", f"{driver}.{_CAPABILITIES}", one.at, Stated(text, one.at))


def _text(attribute: Attribute) -> Setting[str]:
    value = Evaluator(_Nothing()).value(attribute)
    if isinstance(value, Scalar) and isinstance(value.value, str):
        return Stated(value.value, attribute.at)
    return Unknown(value.reason if isinstance(value, Opaque) else "it is no text", attribute.at)
