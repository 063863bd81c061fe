"""The configuration of a Docker engine, as a file states it: what its containers get where they say nothing."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Items, Setting
    from gate.model.location import Location


class Argument(Record):
    """A flag, without its dashes, that a runtime's program is started with."""

    name: str
    value: Setting[str]
    at: Location


class EngineRuntime(Record):
    """A runtime that the engine knows by a name: the program or shim behind it, and what that is started with."""

    name: str
    handler: Setting[str]
    arguments: tuple[Argument, ...]
    at: Location


class Daemon(Record):
    """One engine. `remapped` covers an engine that runs without root, whose containers have a map of users as well.

    `seccomp` is the profile of containers that name none, `cgroup` their cgroup namespace, `isolation` that of Windows.
    `bridge` says whether containers on the engine's own bridge reach each other, `networks` the same of networks that
    are made without an option, `firewall` whether the engine keeps networks apart at all. `hosts` are the addresses
    that its API listens on, `verified` whether callers need a certificate, `authorized` the plug-ins that are asked.
    """

    at: Location
    remapped: Setting[bool]
    no_new_privileges: Setting[bool]
    seccomp: Setting[str]
    cgroup: Setting[str]
    runtimes: Items[EngineRuntime]
    default_runtime: Setting[str]
    isolation: Setting[str]
    bridge: Setting[bool]
    networks: Setting[bool]
    firewall: Setting[bool]
    hosts: Items[str]
    verified: Setting[bool]
    authorized: Items[str]
    insecure_registries: Items[str]
