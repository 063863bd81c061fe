"""Incus and LXD: profiles under instances, what keys and devices come to, machines, and what cannot be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.boundary.facts import Facts
from gate.boundary.level import boundary
from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown, known
from gate.model.profile import PlatformProfile
from gate.model.reader import Reading
from gate.model.source import Source
from gate.model.workload import Container, Workload
from gate.pipeline.reading import candidates_for, load
from gate.readers.incus import READER
from tests.verbs import NoFiles, check, rules, write_all

ROOT = "devices:\n  root: {type: disk, path: /, pool: default}\n"


def read(text: str, path: str = "web.yaml") -> Reading:
    """Read a file that stands alone."""
    return READER.read(Source(path, text.encode()), NoFiles())


def workload(text: str) -> Workload:
    """Return the one instance or profile of a file without problems."""
    reading = read(text)
    (subject,) = reading.subjects
    assert reading.problems == ()
    assert isinstance(subject, Workload)
    return subject


def keys(**values: str) -> str:
    """Return a profile with keys; `__` in a name is a dot."""
    lines = [f"  {name.replace('__', '.')}: {value}" for name, value in values.items()]
    return "name: web\nconfig:\n  boot.autostart: true\n" + "".join(f"{line}\n" for line in lines) + ROOT


def device(**values: str) -> str:
    """Return a profile with a device; `_` in a name is a hyphen or a dot where it is one."""
    inner = ", ".join(f"{name.replace('_', '.')}: {value}" for name, value in values.items())
    return f"name: web\nconfig: {{}}\n{ROOT}  thing: {{{inner}}}\n"


def container(text: str) -> Container:
    """Return the container itself."""
    (member,) = workload(text).containers.members
    assert isinstance(member, Stated)
    return member.value


def level(text: str) -> tuple[int, int, str]:
    """Return the worst and the best level, and the modifiers."""
    subject = workload(text)
    found = boundary(subject, Facts(subject, PlatformProfile()), PlatformProfile())
    return found.worst, found.best, "".join(found.modifiers)


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        (keys(), True),
        ("config: {}\n" + ROOT, True),
        ("config:\n  security.nesting: 'true'\n", True),
        ("profiles:\n- name: a\n  devices: {root: {type: disk, path: /, pool: p}}\n", True),
        ("name: a\nprofiles: [default]\nconfig: {limits.cpu: '2'}\ndevices: {}\n", True),
        ("expanded_config: {security.privileged: 'true'}\nexpanded_devices: {}\n", True),
        ('{"config": {"limits.cpu": "2"}, "devices": {}}', True),
        ("config:\n  core.https_address: '[::]:8443'\nprofiles: []\n", False),
        ("config: {}\ndevices: {}\n", False),
        ("config:\n  port: 80\ndevices:\n  eth0: {type: bridge}\n", False),
        ("profiles:\n- name: prod\n  config: {debug: false}\n", False),
        ("services:\n  web: {image: web}\ndevices:\n  a: {type: disk}\n", False),
        ("apiVersion: v1\nkind: ConfigMap\nconfig: {limits.cpu: '2'}\n", False),
        ("jobs: {}\nconfig: {security.x: 1}\n", False),
        ("a: {config: {security.nesting: true}}\n", False),
        ("config: [\n", False),
        ("", False),
    ],
)
def test_it_claims_what_gives_an_instance_keys_or_devices(text: str, claimed: bool) -> None:
    assert READER.claims(Source("a.yaml", text.encode())) is claimed


@pytest.mark.parametrize("text", [keys(), "services: {web: {image: a}}\n", "apiVersion: v1\nkind: Pod\n", ROOT])
def test_one_reader_at_most_claims_a_file(text: str) -> None:
    source = Source("compose.yaml", text.encode())
    assert sum(load(name).claims(source) for name in candidates_for("compose.yaml")) <= 1


# Levels.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (keys(), (2, 2, "u")),
        (keys(security__privileged="true"), (1, 1, "")),
        (keys(security__privileged="yes"), (1, 1, "")),
        (keys(security__privileged="no"), (2, 2, "u")),
        (keys(security__privileged="true", security__nesting="true"), (0, 0, "")),
        (keys(security__privileged="true", raw__lxc="lxc.apparmor.profile=unconfined"), (0, 0, "")),
        (keys(security__idmap__base='"0"'), (2, 2, "u")),
        (keys(security__idmap__base='"0"', security__idmap__isolated="true"), (1, 1, "")),
        (keys(security__idmap__base="-1"), (1, 2, "")),
        (keys(security__selinux__domain="unconfined_t"), (1, 1, "u")),
        (keys(security__privileged="true", raw__lxc="lxc.cap.drop="), (0, 0, "")),
        (keys(security__privileged="true", raw__lxc="LXC.Cap.Drop="), (1, 1, "")),
        (keys(security__privileged="true", security__syscalls__deny_default="false"), (0, 0, "")),
        (keys(raw__lxc="lxc.apparmor.profile=unconfined"), (1, 1, "u")),
        (keys(security__nesting="true"), (1, 1, "u")),
        (keys(security__syscalls__deny_default="false"), (1, 1, "u")),
        (keys(security__syscalls__blacklist_default="false"), (1, 1, "u")),
        (keys(security__syscalls__intercept__mount="true"), (1, 1, "u")),
        (keys(security__syscalls__intercept__sysinfo="true"), (2, 2, "u")),
        (keys(linux__kernel_modules="overlay"), (1, 1, "u")),
        (keys(security__bpffs__delegate_cmds="prog_load"), (1, 1, "u")),
        (keys(raw__idmap="both 1000 1000"), (2, 2, "u")),
        (keys(raw__idmap="uid 0 0"), (1, 1, "")),
        (keys(nvidia__runtime="true"), (1, 1, "u")),
        (keys(raw__apparmor="'mount,'"), (1, 2, "u")),
        (keys(raw__apparmor="'deny mount,'"), (2, 2, "u")),
        (keys(security__privileged="'perhaps'"), (1, 2, "")),
        (device(type="disk", source="/", path="/host"), (0, 0, "u")),
        (device(type="disk", source="/srv/a", path="/a"), (1, 1, "u")),
        (device(type="disk", source="vol", pool="default", path="/a"), (2, 2, "u")),
        (device(type="disk", source="'cephfs:fs/a'", path="/a"), (2, 2, "u")),
        (device(type="unix-block", source="/dev/sda"), (0, 0, "u")),
        (device(type="unix-char", path="/dev/kvm"), (1, 1, "u")),
        (device(type="disk", source="/dev/null", path="/x"), (2, 2, "u")),
        (device(type="gpu"), (1, 1, "u")),
        (device(type="usb", vendorid="046d"), (1, 1, "u")),
        (device(type="nic", nictype="bridged", parent="br0"), (2, 2, "u")),
        (device(type="nic", nictype="macvlan", parent="eth0"), (2, 2, "u")),
        (device(type="nic", nictype="physical", parent="eth1"), (1, 1, "u")),
        (device(type="tpm", path="/dev/tpm0"), (2, 2, "u")),
        (device(type="proxy", listen="'tcp:0.0.0.0:80'", connect="'tcp:127.0.0.1:80'"), (2, 2, "u")),
        (device(type="proxy", bind="instance", listen="'unix:/s'", connect="'unix:/run/docker.sock'"), (0, 0, "u")),
        (device(type="warp", path="/x"), (0, 2, "u")),
    ],
)
def test_what_an_instance_is_worth(text: str, expected: tuple[int, int, str]) -> None:
    assert level(text) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", (6, 6, "")),
        ("  security.privileged: 'true'\n  security.nesting: 'true'\n", (6, 6, "")),
        ("  security.sev: 'true'\n", (6, 6, "cc")),
        ("  raw.qemu: -device vfio-pci,host=1\n", (5, 5, "~")),
        ("devices:\n  d: {type: disk, source: /srv/a, path: /a}\n", (5, 5, "~")),
        ("devices:\n  d: {type: disk, source: /etc, path: /a}\n", (0, 0, "")),
        ("devices:\n  d: {type: disk, source: /srv/install.iso}\n", (6, 6, "")),
        ("devices:\n  d: {type: disk, source: /dev/sdb}\n", (5, 5, "~")),
        ("devices:\n  d: {type: pci, address: '0000:01:00.0'}\n", (5, 5, "~")),
        ("devices:\n  d: {type: disk, source: 'cloud-init:config'}\n", (6, 6, "")),
    ],
)
def test_what_a_virtual_machine_is_worth(lines: str, expected: tuple[int, int, str]) -> None:
    assert level("name: vm\ntype: virtual-machine\nconfig:\n  limits.cpu: '2'\n" + lines) == expected


def test_a_virtual_machine_is_proven_and_has_no_namespaces_of_a_container() -> None:
    subject = workload("name: vm\ntype: virtual-machine\nconfig: {limits.cpu: '2'}\n")
    found = boundary(subject, Facts(subject, PlatformProfile()), PlatformProfile())
    assert (found.grade, found.kind) == ("proven", "vm")
    assert isinstance(subject.namespaces.user, Inapplicable)
    (member,) = subject.containers.members
    assert isinstance(member, Stated)
    assert member.value.resources.memory_limit == Defaulted("1GiB", subject.at)


def test_a_profile_for_machines_may_be_given_to_a_container() -> None:
    worst, best, _ = level(keys(security__secureboot="'false'"))
    assert (worst, best) == (2, 6)


def test_an_unknown_type_may_be_either() -> None:
    assert level("name: a\ntype: zone\nprofiles: []\nconfig: {limits.cpu: '2'}\n")[:2] == (2, 6)


# Profiles.


def instance(**more: str) -> str:
    """Return an instance of two profiles."""
    lines = "".join(f"  {name.replace('__', '.')}: {value}\n" for name, value in more.items())
    return "name: web\narchitecture: x86_64\nprofiles: [default, extra]\nconfig:\n  limits.cpu: '2'\n" + lines


def judged(tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str]) -> dict[str, object]:
    """Return the level and the rules that fail of the instance."""
    subject = check(capsys, write_all(tmp_path, files)).subject("Instance/web")
    return {"level": subject["boundary"]["level"], "rules": rules(subject)}


def test_an_instance_has_what_its_profiles_give_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "web.yaml": instance(),
        "extra.yaml": "name: extra\nconfig: {security.privileged: 'true'}\ndevices: {d: {type: gpu}}\n",
    }
    found = judged(tmp_path, capsys, files)
    assert found["level"] == "L1"
    assert {"ISO007", "ISO013"} <= found["rules"]  # type: ignore[operator]


def test_the_instance_has_the_last_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "web.yaml": instance(security__privileged="'false'") + "devices:\n  d: {type: none}\n",
        "extra.yaml": "name: extra\nconfig: {security.privileged: 'true'}\ndevices: {d: {type: gpu}}\n",
    }
    assert judged(tmp_path, capsys, files)["level"] == "L2"


def test_profiles_apply_in_their_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profiles = (
        "profiles:\n"
        "- {name: extra, config: {security.nesting: 'false'}, devices: {r: {type: disk, path: /, pool: p}}}\n"
        "- {name: default, config: {security.nesting: 'true'}, devices: {}}\n"
    )
    assert judged(tmp_path, capsys, {"web.yaml": instance(), "preseed.yaml": profiles})["level"] == "L2"


def test_a_device_replaces_one_of_its_name_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "web.yaml": instance() + "devices:\n  d: {type: disk, path: /d, pool: p, source: v}\n",
        "extra.yaml": "name: extra\nconfig: {limits.cpu: '1'}\ndevices: {d: {type: disk, source: /etc, path: /d}}\n",
    }
    assert judged(tmp_path, capsys, files)["level"] == "L2"


def test_a_profile_that_is_not_in_sight_may_set_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = check(capsys, write_all(tmp_path, {"web.yaml": instance()})).subject("Instance/web")
    assert (subject["boundary"]["worst"], subject["boundary"]["best"]) == ("L0", "L3")
    assert {"ISO001", "ISO010"} <= rules(subject, "undecided")


def test_the_default_profile_is_taken_for_the_one_that_comes_with_it() -> None:
    assert level(instance().replace(", extra", "")) == (2, 2, "u")


def test_expanded_keys_count_instead_of_profiles() -> None:
    text = instance() + "expanded_config: {security.privileged: 'true'}\nexpanded_devices: {}\n"
    assert level(text) == (1, 1, "")


def test_every_profile_of_a_preseed_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "networks: []\nprofiles:\n- {name: default, devices: {r: {type: disk, path: /, pool: p}}}\n- {name: extra}\n"
    report = check(capsys, write_all(tmp_path, {"preseed.yaml": text})).report
    assert [one["id"] for one in report["subjects"]] == [
        "preseed.yaml#Profile/default",
        "preseed.yaml#Profile/extra",
    ]


def test_two_of_one_name_are_two_subjects() -> None:
    text = keys() + "---\n" + keys()
    assert [subject.id for subject in read(text).subjects] == ["web.yaml#Profile/web", "web.yaml#Profile/web@2"]


def test_a_profile_without_a_name_has_its_files() -> None:
    (subject,) = read("config: {limits.cpu: '2'}\n", "profiles/docker.yaml").subjects
    assert subject.name == "docker"


# Keys.


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (keys(), "deny-list"),
        (keys(security__syscalls__deny="reboot"), "deny-list"),
        (keys(security__syscalls__allow="read"), "custom"),
        (keys(security__syscalls__whitelist="read"), "custom"),
        (keys(raw__seccomp='"2\\nallowlist\\nread\\n"'), "custom"),
        (keys(raw__seccomp='"2\\ndenylist\\nreboot\\n"'), "deny-list"),
        (keys(security__syscalls__deny_default="false"), "unconfined"),
    ],
)
def test_which_filter_of_system_calls(text: str, kind: str) -> None:
    profile = known(container(text).confinement.seccomp)
    assert profile is not None
    assert profile.kind == kind


def test_sysctls() -> None:
    exposure = container(keys(linux__sysctl__net__core__somaxconn="'512'")).exposure
    assert [known(name) for name in exposure.sysctls.members] == ["net.core.somaxconn"]


def test_limits() -> None:
    resources = container(keys(limits__memory="2GiB", limits__processes="'500'")).resources
    assert (known(resources.memory_limit), known(resources.pids_limit)) == ("2GiB", "500")


def test_an_application_container_has_the_user_of_its_own() -> None:
    user = known(container(keys(oci__uid="'1000'")).privilege.user)
    assert user is not None
    assert user.uid == 1000


def test_keys_state_the_sensitivity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = instance(user__boundary_gate="x").replace("user.boundary_gate: x", "user.boundary-gate.class: restricted")
    answer = check(capsys, write_all(tmp_path, {"web.yaml": text.replace(", extra", "")}))
    assert answer.subject("Instance/web")["sensitivity"]["class"] == "restricted"


def test_every_line_of_raw_lxc_has_its_own_place() -> None:
    text = "name: web\nconfig:\n  raw.lxc: |\n    # more\n    lxc.apparmor.profile = unconfined\n    lxc.cap.drop =\n"
    one = container(text + "  security.privileged: 'true'\n")
    at = one.confinement.apparmor.at
    assert (at.line, at.column, at.end_column) == (5, 5, 38)
    quoted = "name: web\nconfig:\n  raw.lxc: 'lxc.apparmor.profile=unconfined'\n"
    at = container(quoted).confinement.apparmor.at
    assert (at.line, at.column, at.end_column) == (3, 13, 44)


@pytest.mark.parametrize(
    "line", ["lxc.no.such = 1", "lxc.cap.drop", "lxc.no_new_privs = yes", "lxc.net.0.type = brige"]
)
def test_what_raw_lxc_may_not_say_is_a_problem(line: str) -> None:
    reading = read(f"name: web\nconfig:\n  raw.lxc: |-\n    {line}\n")
    (problem,) = reading.problems
    assert problem.at.line == 4
    assert len(reading.subjects) == 1


def test_what_raw_lxc_includes_is_not_in_sight() -> None:
    assert level(keys(raw__lxc="lxc.include = /etc/more.conf"))[:2] == (0, 3)


@pytest.mark.parametrize(
    "text",
    [
        "name: web\nconfig: {security.privileged: '{{ p }}'}\n",
        "name: web\nconfig: {security.privileged: [1]}\ndevices: {r: {type: disk, path: /, pool: p}}\n",
        "name: web\nconfig: 7\ndevices: {r: {type: disk, path: /, pool: p}}\nprofiles: [default]\n",
    ],
)
def test_what_is_not_what_it_should_be_never_passes(text: str) -> None:
    source = Source("web.yaml", text.encode())
    if READER.claims(source):
        (subject,) = read(text).subjects
        assert isinstance(subject, Workload)
        found = boundary(subject, Facts(subject, PlatformProfile()), PlatformProfile())
        assert found.worst <= 1


def test_a_device_that_is_no_mapping_may_be_any() -> None:
    exposure = container("name: web\nconfig: {limits.cpu: '1'}\ndevices: {d: x, r: {type: nic}}\n").exposure
    assert isinstance(exposure.mounts.members[0], Unknown)
    assert isinstance(exposure.devices.members[0], Unknown)


# Terraform.

MODULE = """
variable "privileged" {
  default = true
}

resource "incus_profile" "base" {
  name = "base"
  config = {
    "security.nesting" = true
  }
}

resource "incus_instance" "web" {
  name     = "web"
  image    = "images:debian/12"
  profiles = ["default", incus_profile.base.name]
  config = {
    "security.privileged" = var.privileged
  }
  device {
    name = "etc"
    type = "disk"
    properties = {
      source   = "/etc"
      path     = "/host"
      readonly = true
    }
  }
}

resource "lxd_instance" "vm" {
  name   = "vm"
  type   = "virtual-machine"
  limits = {
    memory = "4GiB"
  }
}

resource "lxd_container" "many" {
  for_each = toset(["a", "b"])
  name     = each.key
  profiles = [var.unknown]
}
"""


def test_the_resources_of_a_module_are_instances_and_profiles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = check(capsys, write_all(tmp_path, {"main.tf": MODULE}))
    levels = {one["id"].partition("#")[2]: one["boundary"]["worst"] for one in answer.report["subjects"]}
    assert levels == {
        "Profile/base": "L1",
        "Instance/web": "L0",
        "Instance/vm": "L6",
        "Instance/many[a]": "L0",
        "Instance/many[b]": "L0",
    }
    found = {
        finding["rule"]: finding["location"]["line"]
        for finding in answer.subject("Instance/web")["findings"]
        if finding["outcome"] == "failed"
    }
    assert (found["ISO001"], found["ISO007"], found["ISO010"], found["ISO060"]) == (9, 3, 24, 9)


def test_a_module_in_two_files_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile, _, rest = MODULE.partition('resource "incus_instance"')
    files = {"a.tf": profile, "b.tf": 'resource "incus_instance"' + rest.partition('resource "lxd_instance"')[0]}
    subject = check(capsys, write_all(tmp_path, files)).subject("b.tf#Instance/web")
    (finding,) = (one for one in subject["findings"] if one["rule"] == "ISO060")
    assert finding["location"]["path"] == "a.tf"


def test_a_broken_module_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, write_all(tmp_path, {"main.tf": 'resource "incus_instance" "web" {\n  name = \n'}))
    assert answer.status == 3
    assert answer.report["coverage"]["not_understood"]


def test_the_way_up_is_a_virtual_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = "name: web, match: {name: web}, sensitivity: internal, code_trust: untrusted"
    declared = f"version: 1\nworkloads:\n- {{{said}}}\n"
    files = {"web.yaml": instance().replace(", extra", ""), ".gate.yaml": declared}
    subject = check(capsys, write_all(tmp_path, files)).subject("Instance/web")
    assert [(one["title"], one["reaches"]) for one in subject["suggestions"]] == [("make it a virtual machine", "L6")]


@pytest.mark.parametrize(
    "thing",
    [
        {"type": "nic", "nictype": "sideways"},
        {"type": "nic"},
        {"type": "unix-char"},
        {"type": "disk", "path": "/srv"},
        {"type": "proxy", "listen": "unix:/s", "connect": "unix:/run/x.sock", "bind": "inside"},
        {"type": "proxy", "listen": "tcp:127.0.0.1:80"},
    ],
)
def test_a_device_that_incus_refuses_may_be_any(thing: dict[str, str]) -> None:
    found = container(device(**thing)).exposure
    assert any(isinstance(one, Unknown) for one in (*found.mounts.members, *found.devices.members))


def test_what_a_profile_says_stays_under_an_empty_value(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    profile = "name: extra\nconfig: {security.privileged: 'true'}\ndevices: {}\n"
    files = {"extra.yaml": profile, "web.yaml": instance(security__privileged="''")}
    assert judged(tmp_path, capsys, files)["level"] == "L1"


@pytest.mark.parametrize(
    ("limit", "read"), [("1GiB", "1GiB"), ("-1", ""), ("a lot", None), ("0", None), ("50%", "50%")]
)
def test_a_limit_is_one_that_incus_takes(limit: str, read: str | None) -> None:
    key = "limits__processes" if limit == "-1" else "limits__memory"
    found = container(keys(**{key: f"'{limit}'"})).resources
    assert known(found.pids_limit if limit == "-1" else found.memory_limit) == read
