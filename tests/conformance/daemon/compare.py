# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate reads of engines' configurations with what dockerd validates and decodes.

What dockerd refuses starts no engine. Where it does not know an option, the gate has to say so, unless earlier versions
did; that dockerd refuses more, such as a mirror that is no address, is no concern of the gate's.
"""

from __future__ import annotations

import random
from typing import Any

from gate.dialects.docker_daemon import ENABLE_ICC, KEYS
from gate.model.daemon import Daemon
from gate.model.evidence import Stated, known
from gate.model.source import Source
from gate.readers.docker_daemon import READER
from tests.conformance.daemon.generate import configuration
from tests.conformance.daemon.oracle import ask, modules
from tests.verbs import NoFiles

SHOWN = 15

_UNKNOWN_OPTION = "don't match any configuration option"


def main(arguments: list[str]) -> int:
    """Compare the options, and random configurations."""
    options = dict(argument.lstrip("-").split("=") for argument in arguments if "=" in argument)
    chance = random.Random(int(options.get("seed", "1")))
    texts = [configuration(chance) for _ in range(int(options.get("count", "4000")))]
    print(modules())
    wrong = [*_options(), *_configurations(texts)]
    for line in wrong if "--all" in arguments else wrong[:SHOWN]:
        print(line)
    print(f"{len(wrong)} disagreements")
    return 1 if wrong else 0


def _options() -> list[str]:
    (told,) = ask([""])
    return [f"{name}: dockerd has it, and the gate does not" for name in told["options"] if name not in KEYS]


def _configurations(texts: list[str]) -> list[str]:
    wrong: list[str] = []
    refused = facts = unknown = 0
    for text, told in zip(texts, ask(texts), strict=True):
        reading = READER.read(Source("daemon.json", text.encode()), NoFiles())
        body = reading.definitions[0].body if reading.definitions else None
        if "error" in told:
            refused += 1
            names = told["error"].partition(f"{_UNKNOWN_OPTION}: ")[2].split(", ")
            strange = _UNKNOWN_OPTION in told["error"] and not KEYS.issuperset(names)
            if strange and not reading.problems and body is not None:
                wrong.append(f"{text}\ndockerd refuses it: {told['error']}")
            continue
        if reading.problems:
            wrong.append(f"{text}\nthe gate alone refuses it: {reading.problems[0].cause}")
        if not isinstance(body, Daemon):
            continue
        mine, expected = _evidence(body), _expected(told["config"], told["flags"])
        if mine["cgroup"] == "":
            del mine["cgroup"]  # The kernel decides: the host's with version 1 of cgroups.
        facts += len(mine)
        unknown += sum(value is None for value in mine.values())
        wrong += [
            f"{text}\n{key}: {value}, dockerd: {expected[key]}"
            for key, value in mine.items()
            if value is not None and value != expected[key]
        ]
    print(f"{len(texts)} configurations, {refused} refused, {facts} facts compared, {unknown} of them unknown")
    return wrong


def _evidence(engine: Daemon) -> dict[str, Any]:
    runtimes = [member.value for member in engine.runtimes.members if isinstance(member, Stated)]
    whole = engine.runtimes.complete
    return {
        "remapped": known(engine.remapped),
        "no_new_privileges": known(engine.no_new_privileges),
        "seccomp": known(engine.seccomp) or "builtin",
        "cgroup": known(engine.cgroup),
        "runtimes": {runtime.name: known(runtime.handler) for runtime in runtimes} if whole else None,
        "arguments": {runtime.name: [flag.name for flag in runtime.arguments] for runtime in runtimes}
        if whole
        else None,
        "default_runtime": known(engine.default_runtime) or "runc",
        "isolation": known(engine.isolation),
        "bridge": known(engine.bridge),
        "networks": known(engine.networks),
        "firewall": known(engine.firewall),
        "hosts": [known(host) for host in engine.hosts.members],
        "verified": known(engine.verified),
        "authorized": [known(plugin) for plugin in engine.authorized.members],
        "insecure_registries": [known(registry) for registry in engine.insecure_registries.members],
    }


def _expected(config: dict[str, Any], flags: dict[str, bool]) -> dict[str, Any]:
    runtimes = config.get("runtimes") or {}
    options = [one.partition("=") for one in config.get("exec-opts") or ()]
    bridge = (config.get("default-network-opts") or {}).get("bridge") or {}
    verify, tls = config.get("tlsverify"), config.get("tls")
    return {
        "remapped": bool(config.get("userns-remap")) or flags["rootless"],
        "no_new_privileges": flags["no-new-privileges"],
        "seccomp": config.get("seccomp-profile") or "builtin",
        "cgroup": config.get("default-cgroupns-mode", ""),
        "runtimes": {name: _handler(one) for name, one in runtimes.items()},
        "arguments": {
            name: [word.lstrip("-").partition("=")[0] for word in one.get("runtimeArgs") or ()]
            for name, one in runtimes.items()
        },
        "default_runtime": config.get("default-runtime") or "runc",
        "isolation": next((value for name, _, value in reversed(options) if name == "isolation"), ""),
        "bridge": flags["icc"],
        "networks": bridge.get(ENABLE_ICC, "true") == "true",
        "firewall": flags["iptables"],
        "hosts": config.get("hosts") or [],
        "verified": bool(verify if verify is not None else tls),
        "authorized": config.get("authorization-plugins") or [],
        "insecure_registries": config.get("insecure-registries") or [],
    }


def _handler(runtime: dict[str, Any]) -> str | None:
    """Return what the gate calls the runtime: a shim, or a program by its name; with options it is not known."""
    if runtime.get("options"):
        return None
    shim: str = runtime.get("runtimeType") or ""
    return shim or str(runtime.get("path", "")).rpartition("/")[2]
