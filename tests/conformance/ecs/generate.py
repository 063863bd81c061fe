"""Makes task definitions at random, and spells each in CloudFormation and Terraform, with values in roundabout ways."""

from __future__ import annotations

import json
import random
from typing import Any

NAMES = ("web", "log", "agent")
CAPABILITIES = ("SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "ALL", "NET_BIND_SERVICE")
PATHS = ("/", "/etc", "/var/run/docker.sock", "/srv/data", "/proc")


class Generator:
    """Makes task definitions; `unset` are the names of variables that have no value."""

    def __init__(self, chance: random.Random) -> None:
        """Take the source of chance."""
        self.chance = chance

    def _some(self, *fields: tuple[str, Any]) -> dict[str, Any]:
        return {name: make() for name, make in fields if self.chance.random() < 0.35}

    def _one(self, *values: Any) -> Any:
        return self.chance.choice(values)

    def task(self) -> dict[str, Any]:
        """Make a task definition of the API."""
        volumes = [self._volume(f"v{number}") for number in range(self.chance.randint(0, 3))]
        count = self.chance.randint(1, 3)
        return {
            "family": "web",
            "containerDefinitions": [self._container(NAMES[n], volumes, NAMES[:count]) for n in range(count)],
            **({"volumes": volumes} if volumes else {}),
            **self._some(
                ("networkMode", lambda: self._one("host", "bridge", "awsvpc", "none")),
                ("pidMode", lambda: self._one("host", "task")),
                ("ipcMode", lambda: self._one("host", "task", "none")),
                ("memory", lambda: self._one("512", "1GB")),
                ("requiresCompatibilities", lambda: self._one(["FARGATE"], ["EC2"], ["EC2", "FARGATE"], [])),
                ("runtimePlatform", lambda: {"operatingSystemFamily": self._one("LINUX", "WINDOWS_SERVER_2022_CORE")}),
            ),
        }

    def _volume(self, name: str) -> dict[str, Any]:
        options = {"type": self._one("none", "nfs", "tmpfs"), "o": self._one("bind", "bind,ro"), "device": "/etc"}
        return {
            "name": name,
            **self._one(
                {},
                {"host": {"sourcePath": self._one(*PATHS)}},
                {"dockerVolumeConfiguration": {"driver": self._one("local", "rexray/ebs"), "driverOpts": options}},
            ),
        }

    def _container(self, name: str, volumes: list[dict[str, Any]], names: tuple[str, ...]) -> dict[str, Any]:
        points = [
            {
                "sourceVolume": volume["name"],
                "containerPath": f"/{volume['name']}",
                **self._some(("readOnly", self._flag)),
            }
            for volume in volumes
            if self._flag()
        ]
        return {
            "name": name,
            "image": self._one("web:1", "registry.example/log:2"),
            **({"mountPoints": points} if points else {}),
            **self._some(
                ("privileged", self._flag),
                ("user", lambda: self._one("0", "root", "1000:1000", "app")),
                ("readonlyRootFilesystem", self._flag),
                ("memory", lambda: self.chance.randint(64, 512)),
                (
                    "dockerSecurityOptions",
                    lambda: [self._one("no-new-privileges", "apparmor:unconfined", "label:disable")],
                ),
                ("volumesFrom", lambda: [{"sourceContainer": self._one(*names), "readOnly": self._flag()}]),
                ("systemControls", lambda: [{"namespace": "net.core.somaxconn", "value": "1024"}]),
                ("resourceRequirements", lambda: [{"type": "GPU", "value": "1"}]),
                ("ulimits", lambda: [{"name": "nproc", "softLimit": 10, "hardLimit": 20}]),
                ("linuxParameters", self._linux),
                ("environment", lambda: [{"name": "A", "value": 'a "quoted" ${word} \\ and %{more}'}]),
            ),
        }

    def _linux(self) -> dict[str, Any]:
        return self._some(
            ("capabilities", lambda: self._some(("add", self._capabilities), ("drop", self._capabilities))),
            ("devices", lambda: [{"hostPath": self._one("/dev/sda", "/dev/fuse"), "permissions": ["read", "mknod"]}]),
            ("tmpfs", lambda: [{"containerPath": "/run", "size": 64}]),
            ("initProcessEnabled", self._flag),
        )

    def _capabilities(self) -> list[str]:
        return self.chance.sample(CAPABILITIES, self.chance.randint(0, 2))

    def _flag(self) -> bool:
        return self.chance.random() < 0.5


class Terraform:
    """Spells a task definition as a module: what it needs beside the resource collects in `files` and `rest`."""

    def __init__(self, chance: random.Random, unset: float) -> None:
        """Take the source of chance, and how often a variable has no value."""
        self.chance = chance
        self.unset = unset
        self.files: dict[str, str] = {}
        self.rest: list[str] = []
        self._count = 0

    def module(self, task: dict[str, Any]) -> dict[str, str]:
        """Return the files of the module."""
        lines = ['resource "aws_ecs_task_definition" "web" {']
        for name, value in task.items():
            if name == "runtimePlatform":
                family = self.literal(value["operatingSystemFamily"])
                lines.append(f"  runtime_platform {{\n    operating_system_family = {family}\n  }}")
            elif name == "volumes":
                lines += map(self._volume, value)
            elif name == "containerDefinitions":
                lines.append(f"  container_definitions = {self._containers(value)}")
            else:
                lines.append(f"  {_snake(name)} = {self.value(value)}")
        return {"main.tf": "\n".join([*lines, "}", ""]), "rest.tf": "\n".join([*self.rest, ""]), **self.files}

    def _volume(self, volume: dict[str, Any]) -> str:
        name = f"name = {self.value(volume['name'])}"
        path = volume.get("host", {}).get("sourcePath")
        if path is not None and self.chance.random() < 0.4:
            content = "content {\n      name = volume.value.name\n      host_path = volume.value.path\n    }"
            over = self.literal([{"name": volume["name"], "path": path}])
            return f'  dynamic "volume" {{\n    for_each = {over}\n    {content}\n  }}'
        docker = volume.get("dockerVolumeConfiguration")
        inner = [name]
        if path is not None:
            inner.append(f"host_path = {self.value(path)}")
        if docker is not None:
            lines = f"driver = {self.literal(docker['driver'])}\n driver_opts = {self.value(docker['driverOpts'])}"
            inner.append(f"docker_volume_configuration {{\n{lines}\n    }}")
        return "  volume {\n    " + "\n    ".join(inner) + "\n  }"

    def _containers(self, containers: list[dict[str, Any]]) -> str:
        way = self.chance.randrange(6)
        text = json.dumps(containers, indent=2)
        if way == 0:
            return f"<<{self.chance.choice(['', '-'])}EOF\n{self._filled(text)}\nEOF"
        if way == 1:
            self.files["c.json"] = text
            return self.chance.choice(['file("${path.module}/c.json")', 'file("c.json")'])
        if way == 2:
            self.files["c.tftpl"] = _escaped(text).replace('"web:1"', '"${image}"')
            return f'templatefile("c.tftpl", {{ image = {self.value("web:1")} }})'
        if way == 3:
            return f"jsonencode([for c in {self.literal(containers)} : c])"
        if way == 4:
            cut = self.chance.randint(0, len(containers))
            return f"jsonencode(concat({self.value(containers[:cut])}, {self.value(containers[cut:])}))"
        return f"jsonencode({self.value(containers)})"

    def _filled(self, text: str) -> str:
        """Put values of a JSON text into interpolations here and there."""
        text = _escaped(text)
        if self.chance.random() < 0.5:
            text = text.replace('"web:1"', f'"${{{self.value("web:1")}}}"', 1)
        if self.chance.random() < 0.5:
            text = text.replace('"privileged": true', f'"privileged": ${{{self.value(True)}}}', 1)
        if self.chance.random() < 0.3:
            text = text.replace('["read", "mknod"]', f"${{jsonencode({self.value(['read', 'mknod'])})}}")
        return text

    def value(self, value: Any) -> str:
        """Spell a value, perhaps in a roundabout way."""
        way = self.chance.randrange(9)
        if self.chance.random() < self.unset:
            return f"var.{self._unset()}"
        if way == 0:
            return f"var.{self._named('variable', value)}"
        if way == 1:
            return f"local.{self._named('local', value)}"
        if way == 2:
            condition = self.chance.choice(["true", '"a" == "a"', "!false", "1 < 2", 'contains(["a"], "a")'])
            return f"{condition} ? {self.literal(value)} : {self.literal(value)}"
        if way == 3 and isinstance(value, dict) and value:
            name = next(iter(value))
            rest = {key: one for key, one in value.items() if key != name}
            return f"merge({self.value({name: value[name]})}, {self.literal(rest)})"
        if way == 4 and isinstance(value, str):
            return f'join("", [{self.literal(value[:2])}, {self.literal(value[2:])}])'
        if way == 5 and isinstance(value, str) and "$" not in value and "%" not in value and '"' not in value:
            return f'"${{{self.literal(value[:1])}}}{value[1:]}"'
        return self.literal(value)

    def _unset(self) -> str:
        self._count += 1
        self.rest.append(f'variable "unset{self._count}" {{}}')
        return f"unset{self._count}"

    def literal(self, value: Any) -> str:
        """Spell a value as an expression whose parts may be roundabout."""
        if isinstance(value, dict):
            inner = ", ".join(f"{self._key(key)} = {self.value(one)}" for key, one in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        if isinstance(value, list):
            return f"[{', '.join(map(self.value, value))}]"
        return _escaped(json.dumps(value))

    def _key(self, key: str) -> str:
        return self.chance.choice([key, f'"{key}"'])

    def _named(self, kind: str, value: Any) -> str:
        self._count += 1
        name = f"n{self._count}"
        if kind == "variable":
            self.rest.append(f'variable "{name}" {{\n  default = {_constant(value)}\n}}')
        else:
            self.rest.append(f"locals {{\n  {name} = {self.literal(value)}\n}}")
        return name


class Json(Terraform):
    """Spells a task definition as a module in JSON, where every expression is a text."""

    def __init__(self, chance: random.Random, unset: float) -> None:
        """Take the source of chance, and how often a variable has no value."""
        super().__init__(chance, unset)
        self.variables: dict[str, Any] = {}
        self.locals: dict[str, Any] = {}

    def module(self, task: dict[str, Any]) -> dict[str, str]:
        """Return the files of the module."""
        body: dict[str, Any] = {"//": {"metadata": "${nothing}"}}
        for name, value in task.items():
            if name == "runtimePlatform":
                inner = {"operating_system_family": self.property(value["operatingSystemFamily"])}
                body["runtime_platform"] = self._blocks([inner])
            elif name == "volumes":
                body |= self._volumes(value)
            elif name == "containerDefinitions":
                body["container_definitions"] = self._text(value)
            else:
                body[_snake(name)] = self.property(value)
        main = {"resource": self._blocks([{"aws_ecs_task_definition": self._blocks([{"web": body}])}])}
        # An object without a label is refused.
        variables = {"variable": self.variables} if self.variables else {}
        rest = {**variables, "locals": self._blocks([self.locals])}
        written = {"main.tf.json": main if self.chance.random() < 0.7 else [main], "rest.tf.json": rest}
        return {**{name: json.dumps(one) for name, one in written.items()}, **self.files}

    def _blocks(self, blocks: list[Any]) -> Any:
        return blocks[0] if len(blocks) == 1 and self.chance.random() < 0.6 else blocks

    def property(self, value: Any) -> Any:
        """Spell a value as JSON, or as an expression in a text."""
        if self.chance.random() < 0.4:
            return f"${{{self.value(value)}}}"
        if isinstance(value, dict):
            return {name: self.property(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.property(one) for one in value]
        return _escaped(value) if isinstance(value, str) else value

    def _text(self, containers: list[dict[str, Any]]) -> str:
        if self.chance.random() < 0.4:
            return self._filled(json.dumps(containers, indent=2))
        found = self._containers(containers)
        return f"${{{found}}}" if not found.startswith("<<") else self._filled(json.dumps(containers))

    def _volumes(self, volumes: list[dict[str, Any]]) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        made: list[dict[str, Any]] = []
        for volume in volumes:
            path, docker = volume.get("host", {}).get("sourcePath"), volume.get("dockerVolumeConfiguration")
            if path is not None and not made and volume is volumes[-1] and self.chance.random() < 0.5:
                over = [{"name": volume["name"], "path": self.property(path)}]
                content = {"name": "${volume.value.name}", "host_path": '${volume.value["path"]}', "//": "made"}
                made.append({"for_each": over, "content": content})
                continue
            inner: dict[str, Any] = {"name": self.property(volume["name"])}
            if path is not None:
                inner["host_path"] = self.property(path)
            if docker is not None:
                options = {"driver": docker["driver"], "driver_opts": self.property(docker["driverOpts"])}
                inner["docker_volume_configuration"] = self._blocks([options])
            found.append(inner)
        dynamic = {"dynamic": {"volume": self._blocks(made)}} if made else {}
        return {**dynamic, **({"volume": self._blocks(found)} if found else {})}

    def _unset(self) -> str:
        self._count += 1
        self.variables[f"unset{self._count}"] = {}
        return f"unset{self._count}"

    def _named(self, kind: str, value: Any) -> str:
        self._count += 1
        name = f"n{self._count}"
        if kind == "variable":
            self.variables[name] = self._blocks([{"default": value}])
        else:
            self.locals[name] = self.property(value)
        return name


class CloudFormation:
    """Spells a task definition as a template in JSON."""

    def __init__(self, chance: random.Random, unset: float) -> None:
        """Take the source of chance, and how often a parameter has no default."""
        self.chance = chance
        self.unset = unset
        self.sections: dict[str, Any] = {
            "Parameters": {},
            "Conditions": {
                "Yes": {"Fn::Equals": ["a", "a"]},
                "No": {"Fn::Not": [{"Condition": "Yes"}]},
                "Also": {"Fn::And": [{"Condition": "Yes"}, {"Fn::Or": [{"Condition": "No"}, {"Condition": "Yes"}]}]},
            },
            "Mappings": {"M": {"a": {}}},
        }
        self._count = 0

    def template(self, task: dict[str, Any]) -> dict[str, Any]:
        """Return the template."""
        properties = self._value(task, of_table=False)
        return {**self.sections, "Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}}}

    def _value(self, value: Any, *, of_table: bool) -> Any:
        if isinstance(value, dict):
            inner = {
                self._key(key, of_table): self._value(one, of_table=key == "driverOpts") for key, one in value.items()
            }
        elif isinstance(value, list):
            inner = [self._value(one, of_table=False) for one in value]  # type: ignore[assignment]
        else:
            return self._scalar(value)
        way = self.chance.randrange(12)
        if way == 0:
            return {"Fn::If": [self.chance.choice(["Yes", "Also"]), inner, {"Ref": "AWS::NoValue"}]}
        return {"Fn::If": ["No", {"Ref": "AWS::NoValue"}, inner]} if way == 1 else inner

    def _key(self, key: str, of_table: bool) -> str:
        return key if of_table else key[:1].upper() + key[1:]

    def _scalar(self, value: Any) -> Any:
        text = value if isinstance(value, str) else json.dumps(value)
        self._count += 1
        name = f"P{self._count}"
        way = self.chance.randrange(10)
        if self.chance.random() < self.unset:
            self.sections["Parameters"][name] = {"Type": "String"}
            return {"Ref": name}
        if way == 0:
            self.sections["Parameters"][name] = {"Type": "String", "Default": text}
            return {"Ref": name}
        if way == 1:
            return {"Fn::Join": ["", [text[:1], text[1:]]]}
        if way == 2 and "${" not in text:
            self.sections["Parameters"][name] = {"Type": "String", "Default": text[1:]}
            return {"Fn::Sub": f"{text[:1]}${{{name}}}"} if text[1:] else text
        if way == 3:
            self.sections["Mappings"]["M"]["a"][name] = text
            return {"Fn::FindInMap": ["M", "a", name]}
        if way == 4:
            return {"Fn::Select": ["1", ["x", text]]}
        if way == 5:
            return {"Fn::If": ["Also", value, "other"]}
        return text if way == 6 else value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _escaped(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


def _constant(value: Any) -> str:
    """Spell a constant, which a default has to be."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_constant(one)}' for key, one in value.items())} }}" if value else "{}"
    return f"[{', '.join(map(_constant, value))}]" if isinstance(value, list) else _escaped(json.dumps(value))
