"""Makes apps and pods of Marathon, with what decides how isolated they are, valid ones and damaged ones."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

PARAMETERS = (
    ("privileged", "true"),
    ("cap-add", "SYS_ADMIN"),
    ("cap-drop", "ALL"),
    ("volume", "/etc:/x:ro"),
    ("pid", "host"),
    ("security-opt", "no-new-privileges"),
    ("user", "1000"),
    ("label", "a=b"),
)
_PATHS = ("/", "/var/run/docker.sock", "/etc", "data", "./data")
_DAMAGE: tuple[Any, ...] = (7, True, "other", [], {}, ["x"], {"x": 1})


def app(chance: Random) -> dict[str, Any]:
    """Return an app."""
    found: dict[str, Any] = {"id": "/web", "cmd": "sleep 1", "cpus": 1}
    if chance.random() < 0.8:
        found["container"] = _container(chance)
    network = chance.random()
    if network < 0.5:
        found["networks"] = [_network(chance) for _ in range(chance.choice((0, 1, 1, 2)))]
    elif network < 0.65:
        found["ipAddress"] = chance.choice(({}, {"networkName": "mine"}))
    _shared(chance, found)
    if chance.random() < 0.3:
        found["mem"] = chance.choice((16, 512.5))
    if chance.random() < 0.2:
        found["gpus"] = chance.choice((0, 1))
    return found


def _shared(chance: Random, found: dict[str, Any]) -> None:
    if chance.random() < 0.4:
        found["user"] = chance.choice(("root", "nobody", "1000"))
    if chance.random() < 0.2:
        found["labels"] = {"a": "b"}


def _container(chance: Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if chance.random() < 0.8:
        found["type"] = _cased(chance, chance.choice(("DOCKER", "MESOS")))
    docker: dict[str, Any] = {"image": chance.choice(("nginx", "registry.example/web:1"))}
    if chance.random() < 0.3:
        docker["privileged"] = chance.random() < 0.5
    if chance.random() < 0.3:
        docker["network"] = _cased(chance, chance.choice(("BRIDGE", "HOST", "NONE", "USER")))
    if chance.random() < 0.4:
        docker["parameters"] = [_parameter(chance) for _ in range(chance.randint(0, 3))]
    if found.get("type", "").upper() != "MESOS" or chance.random() < 0.6:
        found["docker"] = docker
    if chance.random() < 0.4:
        found["volumes"] = [_volume(chance) for _ in range(chance.randint(0, 3))]
    if chance.random() < 0.4:
        found["linuxInfo"] = _linux(chance)
    return found


def _parameter(chance: Random) -> dict[str, str]:
    key, value = chance.choice(PARAMETERS)
    return {"key": key, "value": value}


def _volume(chance: Random) -> dict[str, Any]:
    mode = _cased(chance, chance.choice(("RO", "RW")))
    kinds: tuple[dict[str, Any], ...] = (
        {"hostPath": chance.choice(_PATHS), "mode": mode},
        {"hostPath": chance.choice(_PATHS), "mode": mode},
        {"persistent": {"size": 10}, "mode": mode},
        {"external": {"name": "a", "provider": "dvdi", "options": {}}, "mode": mode},
        {"secret": "token"},
    )
    return {"containerPath": "/x", **chance.choice(kinds)}


def _linux(chance: Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if chance.random() < 0.6:
        found["seccomp"] = chance.choice(
            (
                {"unconfined": True},
                {"unconfined": False},
                {},
                {"profileName": "default"},
                {"profileName": "default", "unconfined": False},
            )
        )
    if chance.random() < 0.6:
        found["ipcInfo"] = {"mode": _cased(chance, chance.choice(("PRIVATE", "SHARE_PARENT")))}
    return found


def _network(chance: Random) -> dict[str, Any]:
    if chance.random() < 0.2:
        return {"name": "mine"}
    return {"mode": _cased(chance, chance.choice(("container", "container/bridge", "host")))}


def _cased(chance: Random, word: str) -> str:
    return chance.choice((word, word, word.lower(), word.upper(), word.capitalize()))


def pod(chance: Random) -> dict[str, Any]:
    """Return a pod."""
    volumes: list[dict[str, Any]] = chance.sample(
        [{"name": "a", "host": chance.choice(_PATHS)}, {"name": "b"}, {"name": "c", "persistent": {"size": 1}}],
        chance.randint(0, 3),
    )
    found: dict[str, Any] = {"id": "/pod", "containers": [_member(chance, volumes, name) for name in ("one", "two")]}
    if volumes:
        found["volumes"] = volumes
    if chance.random() < 0.6:
        found["networks"] = [_network(chance) for _ in range(chance.choice((0, 1, 1, 2)))]
    if chance.random() < 0.3:
        found["linuxInfo"] = _linux(chance)
    _shared(chance, found)
    return found


def _member(chance: Random, volumes: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "resources": {"cpus": 1, "mem": 32}}
    if chance.random() < 0.7:
        found["image"] = {"kind": _cased(chance, "DOCKER"), "id": "nginx"}
    if volumes and chance.random() < 0.8:
        mount: dict[str, Any] = {"name": chance.choice(volumes)["name"], "mountPath": "/x"}
        if chance.random() < 0.5:
            mount["readOnly"] = chance.random() < 0.5
        found["volumeMounts"] = [mount]
    if chance.random() < 0.3:
        found["linuxInfo"] = _linux(chance)
    if chance.random() < 0.3:
        found["user"] = "nobody"
    return found


def damaged(chance: Random, document: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """Return a document with a value of another kind at a path, where it has something there."""
    found = copy.deepcopy(document)
    here: Any = found
    for name in path[:-1]:
        here = here.get(name) if isinstance(here, dict) else None
        here = here[0] if isinstance(here, list) and here else here
    if isinstance(here, dict) and path[-1] in here:
        here[path[-1]] = chance.choice(_DAMAGE)
    return found
