"""What keeps networks apart on Podman, ECS, Marathon, LXC and Incus: each spelling, and what is not known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gate.linking.link import Links
from gate.model.evidence import known
from gate.model.profile import PlatformProfile
from gate.model.workload import Workload
from gate.pipeline.files import Files
from gate.pipeline.reading import Ledger
from tests.verbs import write_all

if TYPE_CHECKING:
    from pathlib import Path

    #: Ingress and egress: closed, open, or not known.
    Closed = tuple[bool | None, bool | None]

OPEN, SHUT, UNKNOWN = (False, False), (True, True), (None, None)


def segments(folder: Path, files: dict[str, str], name: str = "web") -> Closed:
    ledger = Ledger(Files(str(write_all(folder, files))))
    ledger.take("", named=False)
    (workload,) = {one.id: one for one in ledger.subjects if isinstance(one, Workload) and one.name == name}.values()
    found = Links(ledger.subjects, ledger.definitions, PlatformProfile()).link(workload).segments
    assert found is not None
    return known(found.ingress), known(found.egress)


UNIT = "[Container]\nImage=registry.example/web:1\n"


@pytest.mark.parametrize(
    ("network", "unit", "closed"),
    [
        ("", "", OPEN),
        ("none", "", SHUT),
        ("host", "", OPEN),
        ("pasta", "", (True, False)),
        ("elsewhere", "", UNKNOWN),
        ("own.network", "", UNKNOWN),
        ("own.network", "[Network]\n", OPEN),
        ("own.network", "[Network]\nInternal=true\n", SHUT),
        ("own.network", "[Network]\nInternal=false\n", OPEN),
        ("own.network", "[Network]\nOptions=isolate=strict\n", (True, False)),
        ("own.network", "[Network]\nOptions=isolate=true\n", (None, False)),
        ("own.network", "[Network]\nDriver=macvlan\nInternal=true\n", OPEN),
        ("own.network", "[Network]\nDriver=weave\n", UNKNOWN),
        ("own.network", "[Network]\nInternal=true\nPodmanArgs=--internal=false\n", UNKNOWN),
    ],
)
def test_quadlets(tmp_path: Path, network: str, unit: str, closed: Closed) -> None:
    files = {"web.container": UNIT + (f"Network={network}\n" if network else "")}
    assert segments(tmp_path, files | ({"own.network": unit} if unit else {})) == closed


def test_quadlets_without_root_have_networks_of_their_own(tmp_path: Path) -> None:
    assert segments(tmp_path, {"home/.config/containers/systemd/web.container": UNIT}) == (True, False)
    assert segments(tmp_path / "other", {"etc/containers/systemd/web.container": UNIT}) == OPEN


def test_a_container_is_on_the_network_of_its_pod(tmp_path: Path) -> None:
    files = {"web.container": f"{UNIT}Pod=shop.pod\n", "shop.pod": "[Pod]\nNetwork=none\n"}
    assert segments(tmp_path, files) == SHUT


APP = {"id": "/web", "instances": 1, "container": {"type": "DOCKER", "docker": {"image": "web"}}}


@pytest.mark.parametrize(
    ("more", "closed"),
    [
        ({}, OPEN),
        ({"networks": [{"mode": "host"}]}, OPEN),
        ({"networks": [{"mode": "container/bridge"}]}, OPEN),
        ({"networks": [{"mode": "container", "name": "a"}]}, UNKNOWN),
        ({"networks": [{"name": "a"}, {"mode": "container/bridge"}]}, OPEN),
        ({"networks": [{"mode": "{{mode}}"}]}, UNKNOWN),
        ({"ipAddress": {"networkName": "a"}}, UNKNOWN),
    ],
)
def test_apps_of_marathon(tmp_path: Path, more: dict[str, Any], closed: Closed) -> None:
    assert segments(tmp_path, {"app.json": json.dumps({**APP, **more})}) == closed


@pytest.mark.parametrize(
    ("docker", "closed"),
    [
        ({"network": "BRIDGE"}, OPEN),
        ({"network": "HOST"}, OPEN),
        ({"network": "NONE"}, SHUT),
        ({"network": "USER"}, UNKNOWN),
        ({"network": "NONE", "parameters": [{"key": "network", "value": "a"}]}, UNKNOWN),
    ],
)
def test_old_apps_of_marathon(tmp_path: Path, docker: dict[str, Any], closed: Closed) -> None:
    app = {**APP, "container": {"type": "DOCKER", "docker": {"image": "web", **docker}}}
    assert segments(tmp_path, {"app.json": json.dumps(app)}) == closed


LXC = "lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs\nlxc.uts.name = web\n"


@pytest.mark.parametrize(
    ("lines", "closed"),
    [
        ("", SHUT),
        ("lxc.net.0.type = empty\n", SHUT),
        ("lxc.net.0.type = none\n", OPEN),
        ("lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n", OPEN),
        ("lxc.net.0.type = veth\n", UNKNOWN),
        ("lxc.net.0.type = macvlan\nlxc.net.0.macvlan.mode = private\n", OPEN),
        ("lxc.net.0.type = phys\nlxc.net.0.link = eth1\n", UNKNOWN),
        ("lxc.net.0.type = empty\nlxc.net.1.type = veth\nlxc.net.1.link = br0\n", OPEN),
        ("lxc.net.0.type = empty\nlxc.include = /gone.conf\n", UNKNOWN),
        ("lxc.include = /gone.conf\n", UNKNOWN),
    ],
)
def test_containers_of_lxc(tmp_path: Path, lines: str, closed: Closed) -> None:
    assert segments(tmp_path, {"web/config": LXC + lines}) == closed


INCUS = "name: web\ntype: container\ndevices:\n  eth0:\n    type: nic\n"


@pytest.mark.parametrize(
    ("card", "closed"),
    [
        (("nictype: bridged", "parent: br0"), OPEN),
        (("nictype: macvlan", "parent: eth0"), OPEN),
        (("nictype: routed", "parent: eth0", "security.acls: web"), OPEN),
        (("nictype: p2p",), UNKNOWN),
        (("network: elsewhere",), UNKNOWN),
        (("nictype: bridged", "parent: br0", "security.port_isolation: true"), (None, False)),
        (("nictype: bridged", "parent: br0", "security.acls: web"), UNKNOWN),
        (
            ("nictype: bridged", "security.acls: web", "security.acls.default.egress.action: allow"),
            (None, False),
        ),
        (
            ("nictype: bridged", "security.acls: web", "security.acls.default.ingress.action: allow"),
            (False, None),
        ),
    ],
)
def test_instances_of_incus(tmp_path: Path, card: tuple[str, ...], closed: Closed) -> None:
    assert segments(tmp_path, {"web.yaml": INCUS + "".join(f"    {line}\n" for line in card)}) == closed


ALLOW, REFUSE = "action: allow", "action: drop"
PRESEED = """networks:
- {name: own, type: NETWORK}
profiles:
- name: web
  devices:
    eth0: {type: nic, network: own CARD}
"""


def acl(**rules: str) -> str:
    """Write an access list as `incus network acl show` does; the rules of a direction are cut at bars."""
    lists = ("\n".join([f"{name}:", *(f"- {{{one}}}" for one in text.split("|"))]) for name, text in rules.items())
    return "name: web\n" + "\n".join(lists) + "\nconfig: {}\n"


@pytest.mark.parametrize(
    ("rules", "closed"),
    [
        ({"ingress": f"{ALLOW}, source: 10.0.0.0/8", "egress": f"{ALLOW}, protocol: tcp"}, SHUT),
        ({"ingress": ALLOW, "egress": f"{ALLOW}, destination: 0.0.0.0/0"}, OPEN),
        ({"ingress": f"{ALLOW}, source: '10.0.0.0/8, ::/0'", "egress": f"{ALLOW}, source: 10.0.0.0/8"}, OPEN),
        ({"ingress": f"{ALLOW}|{REFUSE}", "egress": f"{ALLOW}|{REFUSE}, protocol: udp"}, (True, False)),
        ({"ingress": f"{ALLOW}, state: disabled", "egress": f"{ALLOW}, state: logged"}, (True, False)),
        ({"ingress": "action: allow-stateless", "egress": f"{ALLOW}, destination: '@internal'"}, (False, True)),
        (
            {
                "ingress": f"{ALLOW}|{REFUSE}, source: 0.0.0.0/0",
                "egress": f"{ALLOW}|{REFUSE}, destination: '0.0.0.0/0, ::/0'",
            },
            (False, True),
        ),
        ({"ingress": "action: accept", "egress": "action: [allow]"}, UNKNOWN),
        ({"ingress": f"{ALLOW}, state: on", "egress": f"{ALLOW}, protocol: [tcp]"}, UNKNOWN),
    ],
)
def test_access_lists_of_incus_beside_the_instance(tmp_path: Path, rules: dict[str, str], closed: Closed) -> None:
    card = "    nictype: bridged\n    security.acls: web\n"
    assert segments(tmp_path, {"a.yaml": INCUS + card, "list.yaml": acl(**rules)}) == closed


def test_of_several_access_lists_what_shuts_goes_first(tmp_path: Path) -> None:
    files = {
        "a.yaml": INCUS + "    nictype: bridged\n    security.acls: web, other\n",
        "list.yaml": acl(ingress=ALLOW, egress=ALLOW),
        "other.yaml": acl(ingress=REFUSE).replace("web", "other"),
    }
    assert segments(tmp_path, files) == (True, False)


def test_an_access_list_that_stands_twice_is_not_known(tmp_path: Path) -> None:
    card = "    nictype: bridged\n    security.acls: web\n"
    files = {"a.yaml": INCUS + card, "list.yaml": acl(ingress=ALLOW), "other.yaml": acl(ingress=REFUSE)}
    assert segments(tmp_path, files) == UNKNOWN


@pytest.mark.parametrize(
    ("network", "card", "closed"),
    [
        ("ovn", "", (True, False)),
        ("ovn, config: {security.acls: web}", "", (False, True)),
        ("ovn, config: {security.acls: web, security.acls.default.egress.action: allow}", "", OPEN),
        (
            "ovn, config: {security.acls: web, security.acls.default.egress.action: allow}",
            ", security.acls.default.egress.action: drop",
            (False, True),
        ),
        ("ovn, config: {security.acls: gone}", "", UNKNOWN),
        ("ovn, config: {security.acls: gone}", ", security.acls: web", (False, None)),
        ("bridge, config: {security.acls: web}", "", OPEN),
        ("bridge", ", security.acls: web", (False, True)),
    ],
)
def test_access_lists_of_a_network(tmp_path: Path, network: str, card: str, closed: Closed) -> None:
    text = PRESEED.replace("NETWORK", network).replace(" CARD", card)
    assert segments(tmp_path, {"a.yaml": text, "list.yaml": acl(ingress=ALLOW)}) == closed


@pytest.mark.parametrize(
    ("listed", "closed"),
    [
        ("incus_network_acl.web.name", (False, True)),
        ('"web"', (False, True)),
        ('"web,${incus_network_acl.web.name}"', UNKNOWN),
        ('"gone"', UNKNOWN),
    ],
)
def test_access_lists_of_a_module(tmp_path: Path, listed: str, closed: Closed) -> None:
    text = f"""resource "incus_network_acl" "web" {{
  name    = "web"
  ingress = [{{ action = "allow", state = "enabled" }}]
  egress  = [{{ action = "allow", destination = "10.0.0.0/8", state = "enabled" }}]
}}

resource "incus_network" "own" {{
  name   = "own"
  type   = "ovn"
  config = {{ "security.acls" = {listed} }}
}}

resource "incus_instance" "web" {{
  name  = "web"
  image = "images:debian/13"
  device {{
    name       = "eth0"
    type       = "nic"
    properties = {{ network = incus_network.own.name }}
  }}
}}
"""
    assert segments(tmp_path, {"main.tf": text}) == closed


def test_an_instance_without_a_card_may_get_one_of_a_profile(tmp_path: Path) -> None:
    text = "name: web\ntype: container\nconfig: {limits.memory: 1GiB}\n"
    assert segments(tmp_path, {"web.yaml": text}) == UNKNOWN


@pytest.mark.parametrize(
    ("network", "closed"), [('type = "ovn"', (True, False)), ('type = "bridge"', OPEN), ("", OPEN)]
)
def test_instances_of_a_module(tmp_path: Path, network: str, closed: Closed) -> None:
    text = f"""resource "incus_network" "own" {{
  name = "own"
  {network}
}}

resource "incus_instance" "web" {{
  name  = "web"
  image = "images:debian/13"
  device {{
    name       = "eth0"
    type       = "nic"
    properties = {{ network = incus_network.own.name }}
  }}
}}
"""
    assert segments(tmp_path, {"main.tf": text}) == closed


def raw(**more: object) -> dict[str, str]:
    task = {"family": "web", "containerDefinitions": [{"name": "web", "image": "web"}], **more}
    return {"task.json": json.dumps(task)}


@pytest.mark.parametrize(
    ("more", "closed"),
    [
        ({"requiresCompatibilities": ["EC2"]}, OPEN),
        ({"networkMode": "host"}, OPEN),
        ({"networkMode": "none"}, SHUT),
        ({"networkMode": "awsvpc"}, UNKNOWN),
        ({}, OPEN),
        ({"requiresCompatibilities": ["FARGATE"]}, UNKNOWN),
    ],
)
def test_tasks_by_themselves(tmp_path: Path, more: dict[str, object], closed: Closed) -> None:
    assert segments(tmp_path, raw(**more)) == closed


MODULE = """resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web" }])
}
resource "aws_ecs_service" "web" {
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets = ["subnet-1"]
    GROUPS
  }
}
resource "aws_security_group" "web" {
  RULES
}
"""
ALL_OUT = 'egress {\n    protocol = "-1"\n    cidr_blocks = ["0.0.0.0/0"]\n  }\n'
SOME_IN = 'ingress {\n    protocol = "tcp"\n    from_port = 443\n    cidr_blocks = ["0.0.0.0/0"]\n  }\n'
ALL_IN = SOME_IN.replace("tcp", "-1").replace("0.0.0.0/0", "::/0").replace("cidr", "ipv6_cidr")
OWN = "security_groups = [aws_security_group.web.id]"
RULE = """resource "aws_vpc_security_group_ingress_rule" "more" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
"""


@pytest.mark.parametrize(
    ("groups", "rules", "more", "closed"),
    [
        (OWN, "", "", SHUT),
        (OWN, SOME_IN, "", SHUT),
        (OWN, SOME_IN + ALL_OUT, "", (True, False)),
        (OWN, ALL_IN, "", (False, True)),
        (OWN, SOME_IN, RULE, (False, True)),
        (OWN, SOME_IN.replace('"tcp"', "var.gone"), "", (None, True)),
        (OWN, ALL_IN.replace('["::/0"]', "var.gone"), "", (None, True)),
        (OWN, ALL_IN.replace("::/0", "fd00::/8"), "", SHUT),
        ("", "", "", OPEN),
        ("security_groups = var.groups", "", "", UNKNOWN),
        ('security_groups = ["sg-1"]', "", "", UNKNOWN),
        ('security_groups = ["sg-1", aws_security_group.web.id]', ALL_OUT, "", (None, False)),
        ("security_groups = [module.web.id]", "", "", UNKNOWN),
    ],
)
def test_security_groups_of_a_module(tmp_path: Path, groups: str, rules: str, more: str, closed: Closed) -> None:
    assert segments(tmp_path, {"main.tf": MODULE.replace("GROUPS", groups).replace("RULES", rules) + more}) == closed


def test_a_task_that_two_services_start_is_as_open_as_either(tmp_path: Path) -> None:
    service = MODULE[MODULE.index('resource "aws_ecs_service"') : MODULE.index('resource "aws_security')]
    second = service.replace('"web" {', '"two" {').replace("GROUPS", "")
    text = MODULE.replace("GROUPS", OWN).replace("RULES", "") + second
    assert segments(tmp_path, {"main.tf": text}) == OPEN


TEMPLATE = """Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      NetworkMode: awsvpc
      ContainerDefinitions: [{Name: web, Image: web}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      NetworkConfiguration: {AwsvpcConfiguration: {SecurityGroups: [!GetAtt Group.GroupId]}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      RULES
"""


@pytest.mark.parametrize(
    ("rules", "closed"),
    [
        ("", (True, False)),
        ("SecurityGroupEgress: [{IpProtocol: tcp, CidrIp: 0.0.0.0/0}]", SHUT),
        ("SecurityGroupIngress: [{IpProtocol: -1, CidrIp: 0.0.0.0/0}]", OPEN),
        ("SecurityGroupIngress: [{IpProtocol: -1, CidrIp: 10.0.0.0/8}]", (True, False)),
        ("SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: !ImportValue net}]", (None, False)),
    ],
)
def test_security_groups_of_a_template(tmp_path: Path, rules: str, closed: Closed) -> None:
    assert segments(tmp_path, {"stack.yaml": TEMPLATE.replace("RULES", rules)}) == closed


CALLED = "security_groups = [module.sg.security_group_id]"
NAMED_IN = 'ingress_rules = ["https-443-tcp"]\n  ingress_cidr_blocks = ["0.0.0.0/0"]\n'
WRITTEN_IN = 'ingress_with_cidr_blocks = [{ from_port = 0, protocol = "-1", cidr_blocks = "10.0.0.0/8,0.0.0.0/0" }]\n'


@pytest.mark.parametrize(
    ("source", "given", "closed"),
    [
        ("", "", SHUT),
        ("", NAMED_IN, SHUT),
        ("", NAMED_IN.replace("https-443-tcp", "all-all"), (False, True)),
        ("", 'ingress_rules = ["all-all"]\n  ingress_cidr_blocks = ["10.0.0.0/8"]\n', SHUT),
        ("", 'ingress_rules = ["all-all"]\n', SHUT),
        ("", 'egress_rules = ["all-all"]\n', (True, False)),
        ("", 'egress_rules = ["all-all"]\n  egress_cidr_blocks = []\n', (True, False)),
        ("", 'egress_rules = ["all-all"]\n  egress_cidr_blocks = []\n  egress_ipv6_cidr_blocks = []\n', SHUT),
        ("", WRITTEN_IN, (False, True)),
        ("", WRITTEN_IN.replace(",0.0.0.0/0", ""), SHUT),
        ("", 'ingress_with_cidr_blocks = [{ rule = "all-all", cidr_blocks = "0.0.0.0/0" }]\n', (False, True)),
        ("", 'ingress_with_ipv6_cidr_blocks = [{ rule = "all-all", ipv6_cidr_blocks = "::/0" }]\n', (False, True)),
        ("", "ingress_rules = var.gone\n", (None, True)),
        ("", 'ingress_rules = ["all-all"]\n  ingress_cidr_blocks = var.gone\n', (None, True)),
        ("", 'security_group_id = "sg-1"\n', UNKNOWN),
        ("//modules/http-80", NAMED_IN, (True, False)),
        ("//modules/http-80", "auto_egress_rules = []\n", SHUT),
    ],
)
def test_groups_that_the_registry_module_makes(tmp_path: Path, source: str, given: str, closed: Closed) -> None:
    call = f'module "sg" {{\n  source = "terraform-aws-modules/security-group/aws{source}"\n  {given}}}\n'
    assert segments(tmp_path, {"main.tf": MODULE.replace("GROUPS", CALLED).replace("RULES", "") + call}) == closed


def test_a_rule_beside_the_call_counts(tmp_path: Path) -> None:
    call = 'module "sg" {\n  source = "terraform-aws-modules/security-group/aws"\n}\n'
    rule = RULE.replace("aws_security_group.web.id", "module.sg.security_group_id")
    text = MODULE.replace("GROUPS", CALLED).replace("RULES", "") + call + rule
    assert segments(tmp_path, {"main.tf": text}) == (False, True)


SERVICE = """module "web" {
  source                = "terraform-aws-modules/ecs/aws//modules/service"
  name                  = "web"
  container_definitions = { web = { image = "web" } }
  GIVEN
}
"""
SERVED_OUT = 'security_group_egress_rules = { all = { ip_protocol = "-1", cidr_ipv4 = "0.0.0.0/0" } }'
SERVED_IN = 'security_group_ingress_rules = { web = { from_port = 80, cidr_ipv4 = "0.0.0.0/0" } }\n'
OLD = 'security_group_rules = { out = { type = "egress", protocol = "-1", cidr_blocks = ["0.0.0.0/0"] } }'


@pytest.mark.parametrize(
    ("given", "closed"),
    [
        ("", SHUT),
        (SERVED_IN, SHUT),
        (SERVED_IN + SERVED_OUT, (True, False)),
        (OLD, (True, False)),
        (OLD.replace('"egress"', "var.gone"), UNKNOWN),
        ("create_security_group = var.gone", UNKNOWN),
        ("security_group_egress_rules = var.gone", (True, None)),
        ("create_security_group = false", OPEN),
        ('create_security_group = false\n  security_group_ids = ["sg-1"]', UNKNOWN),
        ("security_group_ids = var.gone", UNKNOWN),
        ('network_mode = "bridge"', OPEN),
    ],
)
def test_the_group_of_a_service_that_the_registry_module_starts(tmp_path: Path, given: str, closed: Closed) -> None:
    assert segments(tmp_path, {"main.tf": SERVICE.replace("GIVEN", given)}) == closed
