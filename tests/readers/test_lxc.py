"""LXC: what each key comes to, what includes and clears it, and what nobody can know."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.boundary.facts import Facts
from gate.boundary.level import boundary
from gate.model.errors import UnrenderedError
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.model.profile import PlatformProfile
from gate.model.reader import Reading
from gate.model.source import Source
from gate.model.workload import Container, Workload
from gate.pipeline.files import Files
from gate.readers.lxc import READER
from tests.verbs import NoFiles, check, rules, write_all

COMMON = "lxc.include = /usr/share/lxc/config/common.conf\n"
USERNS = COMMON + "lxc.include = /usr/share/lxc/config/userns.conf\n"
MAPPED = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"
ROOT = "lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs\nlxc.net.0.type = veth\n"
PRIVATE = USERNS + MAPPED + ROOT
HOST = COMMON + ROOT


def read(text: str, path: str = "web/config") -> Reading:
    """Read a configuration that stands alone."""
    return READER.read(Source(path, text.encode()), NoFiles())


def workload(text: str) -> Workload:
    """Return the one container of a configuration, which LXC would take."""
    reading = read(text)
    (subject,) = reading.subjects
    assert reading.problems == ()
    assert isinstance(subject, Workload)
    return subject


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


def mounts(text: str) -> list[str | None]:
    """Return the sources of what is mounted, None for what is none of the host's or cannot be known."""
    members = container(text).exposure.mounts.members
    return [known(member.value.source) if isinstance(member, Stated) else None for member in members]


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("lxc.uts.name = a\n", True),
        ("  lxc.utsname=a", True),
        ("# comment\n[section]\nlxc.net.0.type = veth\n", True),
        ("lxc.lxcpath = /srv/lxc\nlxc.bdev.zfs.root = tank\n", False),
        ("lxc.apparmor.profile: unconfined\nlxc.mount.entry: /a b none bind,create=dir\n", False),
        ("server { listen 80; location / { root /srv; } }\n", False),
        ("text about lxc.cap.drop = sys_admin\n", False),
        ("lxcfs.mount = /var\n", False),
        ("", False),
        ("\0\xff lxc. = 1", False),
    ],
)
def test_it_claims_what_sets_a_key_of_a_container(text: str, claimed: bool) -> None:
    assert READER.claims(Source("any.conf", text.encode("latin-1"))) is claimed


def test_a_part_for_others_to_include_is_no_container() -> None:
    reading = read("lxc.mount.entry = /a b none bind 0 0\nlxc.cap.drop = mknod\n", "common.conf.d/50-a.conf")
    assert reading.subjects == ()
    assert len(reading.skipped) == 1


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [
        (PRIVATE + "lxc.uts.name = shop\n", "a/config", "shop"),
        (PRIVATE, "var/lib/lxc/shop/config", "shop"),
        (PRIVATE, "config", "config"),
        (PRIVATE, "lxc/shop.conf", "shop"),
        (PRIVATE + "lxc.uts.name = {{ name }}\n", "lxc/shop.conf", "shop"),
    ],
)
def test_a_container_is_named(text: str, path: str, name: str) -> None:
    (subject,) = read(text, path).subjects
    assert (subject.name, subject.id) == (name, f"{path}#Container/{name}")


# Levels.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PRIVATE, (2, 2, "u")),
        (HOST, (1, 1, "")),
        (ROOT, (0, 0, "")),
        (HOST + "lxc.apparmor.profile = unconfined\n", (0, 0, "")),
        (HOST + "lxc.apparmor.profile = unchanged\n", (0, 0, "")),
        (HOST + "lxc.cap.drop =\n", (0, 0, "")),
        (HOST + "lxc.seccomp.profile =\n", (0, 0, "")),
        (HOST + "lxc.apparmor.allow_nesting = 1\n", (0, 0, "")),
        (HOST + "lxc.include = /usr/share/lxc/config/nesting.conf\n", (0, 0, "")),
        (HOST + "lxc.mount.auto = proc:rw\n", (0, 0, "")),
        (HOST + "lxc.mount.auto = sys:rw\n", (0, 0, "")),
        (HOST + "lxc.mount.auto = cgroup-full:rw\n", (0, 0, "")),
        (HOST + "lxc.cgroup2.devices.allow = a\n", (0, 0, "")),
        (HOST + "lxc.net.0.type = none\n", (1, 1, "")),
        (PRIVATE + "lxc.apparmor.profile = unconfined\n", (1, 1, "u")),
        (PRIVATE + "lxc.apparmor.allow_nesting = 1\n", (1, 1, "u")),
        (PRIVATE + "lxc.seccomp.profile =\n", (1, 1, "u")),
        (PRIVATE + "lxc.mount.auto = proc:rw\n", (2, 2, "u")),
        (PRIVATE + "lxc.mount.auto = cgroup-full:rw\n", (1, 1, "u")),
        (PRIVATE + "lxc.mount.entry = /srv/data data none bind 0 0\n", (1, 1, "u")),
        (PRIVATE + "lxc.mount.entry = /etc etc none bind 0 0\n", (0, 0, "u")),
        (PRIVATE + "lxc.mount.entry = /var/lib/incus/unix.socket s none bind 0 0\n", (0, 0, "u")),
        (PRIVATE + "lxc.mount.entry = /dev/dri dev/dri none bind 0 0\n", (1, 1, "u")),
        (PRIVATE + "lxc.mount.entry = /dev/sda dev/sda none bind 0 0\n", (0, 0, "u")),
        (PRIVATE + "lxc.cgroup2.devices.allow = a\n", (2, 2, "u")),
        (PRIVATE + "lxc.rootfs.path = /\n", (0, 0, "u")),
        (PRIVATE + "lxc.no_new_privs = 1\nlxc.cap.keep = none\n", (2, 2, "u")),
        (PRIVATE + "lxc.idmap = u 70000 0 1\n", (0, 0, "")),
        (HOST + "lxc.idmap = u 0 0 65536\n", (1, 1, "")),
    ],
)
def test_what_a_container_is_worth(text: str, expected: tuple[int, int, str]) -> None:
    assert level(text) == expected


def test_an_allow_list_of_system_calls_makes_a_hardened_container_possible(tmp_path: Path) -> None:
    text = PRIVATE + "lxc.no_new_privs = 1\nlxc.cap.keep = none\nlxc.seccomp.profile = tight.seccomp\n"
    write_all(tmp_path, {"web/config": text, "web/tight.seccomp": "2\nallowlist\nread\nwrite\n"})
    files = Files(str(tmp_path))
    source = files.open("web/config")
    assert source is not None
    (subject,) = READER.read(source, files).subjects
    assert isinstance(subject, Workload)
    found = boundary(subject, Facts(subject, PlatformProfile()), PlatformProfile())
    assert (found.worst, found.modifiers) == (3, ("u",))


# What `lxc-create` starts from.


def test_what_lxc_create_starts_from_has_what_its_templates_put_before_it() -> None:
    network = "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n"
    assert level(network) == (1, 1, "")
    assert level(network + MAPPED) == (2, 2, "u")
    assert level(network + "lxc.apparmor.allow_nesting = 1\n") == (0, 0, "")
    assert isinstance(container(network).confinement.seccomp, Defaulted)


def test_a_named_container_without_a_root_may_have_the_hosts() -> None:
    text = COMMON + MAPPED + "lxc.uts.name = app\n"
    (mount,) = container(text).exposure.mounts.members
    assert isinstance(mount, Stated)
    assert isinstance(mount.value.source, Unknown)
    assert level(text)[:2] == (0, 2)


# Keys, one after the other.


@pytest.mark.parametrize(
    ("lines", "user"),
    [
        ("", "host"),
        (MAPPED, "remapped"),
        (MAPPED + "lxc.idmap =\n", "host"),
        ("lxc.id_map = u 0 100000 65536\nlxc.id_map = g 0 100000 65536\n", "remapped"),
        ("lxc.idmap = u 0 0 65536\nlxc.idmap = g 0 0 65536\n", "host"),
        ("lxc.idmap = u 0 0x186a0 65536\n", "remapped"),
        ("lxc.idmap = g 0 100000 65536\n", "host"),
        (MAPPED + "lxc.namespace.keep = user\n", "host"),
        (MAPPED + "lxc.namespace.clone = net pid\n", "host"),
        (MAPPED + "lxc.namespace.share.user = other\n", "container:other"),
    ],
)
def test_whose_root_it_is(lines: str, user: str) -> None:
    assert known(workload(HOST + lines).namespaces.user) == user


@pytest.mark.parametrize(
    ("lines", "network"),
    [
        ("", "private"),
        ("lxc.net.0.type = none\n", "host"),
        ("lxc.net.0.type = none\nlxc.net.1.type = veth\n", "private"),
        ("lxc.net.0.type = none\nlxc.net.0.type = empty\n", "private"),
        ("lxc.net.0.type = none\nlxc.net =\n", "private"),
        ("lxc.network.type = none\n", "host"),
        ("lxc.network.type = none\nlxc.network.type = veth\n", "private"),
        ("lxc.namespace.keep = net\n", "host"),
        ("lxc.namespace.keep = ipc\n", "private"),
        ("lxc.namespace.clone = ipc pid\n", "host"),
        ("lxc.namespace.clone = net\n", "private"),
        ("lxc.namespace.share.net = 1\n", "host"),
        ("lxc.namespace.share.net = /proc/1/ns/net\n", "host"),
        ("lxc.namespace.share.net = db\n", "container:db"),
        ("lxc.namespace.share.net = db\nlxc.namespace.share.net =\n", None),
    ],
)
def test_whose_network_it_is(lines: str, network: str | None) -> None:
    text = COMMON + "lxc.rootfs.path = dir:/r\n" + lines
    assert known(workload(text).namespaces.network) == (network or "private")


@pytest.mark.parametrize(
    ("lines", "added", "dropped"),
    [
        ("", [], {"MAC_ADMIN", "MAC_OVERRIDE", "SYS_TIME", "SYS_MODULE", "SYS_RAWIO"}),
        ("lxc.cap.drop = mknod\n", [], {"MAC_ADMIN", "MAC_OVERRIDE", "SYS_TIME", "SYS_MODULE", "SYS_RAWIO", "MKNOD"}),
        ("lxc.cap.drop =\n", [], set()),
        (
            "lxc.cap.drop =\nlxc.cap.drop = sys_time mac_admin\n",
            ["MAC_OVERRIDE", "SYS_MODULE", "SYS_RAWIO"],
            {"SYS_TIME", "MAC_ADMIN"},
        ),
        ("lxc.cap.drop =\nlxc.cap.keep = chown sys_admin\n", ["CHOWN", "SYS_ADMIN"], {"ALL"}),
        ("lxc.cap.drop =\nlxc.cap.keep = 21\n", ["SYS_ADMIN"], {"ALL"}),
        ("lxc.cap.drop =\nlxc.cap.keep = none\n", [], {"ALL"}),
        ("lxc.cap.drop =\nlxc.cap.keep = chown none kill\n", ["KILL"], {"ALL"}),
    ],
)
def test_which_capabilities_are_left(lines: str, added: list[str], dropped: set[str]) -> None:
    privilege = container(HOST + lines).privilege
    assert [known(one) for one in privilege.capabilities_added.members] == added
    assert {known(one) for one in privilege.capabilities_dropped.members} == dropped


def test_in_a_namespace_of_its_own_only_dropping_all_counts() -> None:
    some = container(PRIVATE + "lxc.cap.keep = chown sys_admin\n").privilege
    assert (some.capabilities_added.members, some.capabilities_dropped.members) == ((), ())
    none = container(PRIVATE + "lxc.cap.keep = net_bind_service\n").privilege
    assert [known(one) for one in none.capabilities_dropped.members] == ["ALL"]


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("/srv/a srv/a none bind 0 0", ["/srv/a"]),
        ("/srv/my\\040data data none rbind,create=dir 0 0", ["/srv/my data"]),
        ("srv/a a none bind", ["/srv/a"]),
        ("dev/null proc/kcore none bind,relative 0 0", []),
        ("tmpfs run tmpfs nodev 0 0", [None]),
        ("proc dev/.lxc/proc proc create=dir,optional 0 0", [None]),
        ("/sys/fs/fuse/connections sys/fs/fuse/connections none bind,optional 0 0", []),
        ("/var/lib/lxcfs/proc/cpuinfo proc/cpuinfo none bind 0 0", []),
        ("/dev/null dev/null none bind,create=file 0 0", []),
        ("/dev/pts dev/pts none bind 0 0", ["/dev/pts"]),
        ("debugfs sys/kernel/debug debugfs rw 0 0", ["/sys/kernel/debug"]),
        ("/dev/sdb1 data ext4 defaults 0 0", ["/dev/sdb1"]),
        ("server:/export data nfs defaults 0 0", [None]),
        ("overlay m overlay lowerdir=/a:/b,upperdir=/c,workdir=/d 0 0", ["/a", "/b", "/c"]),
    ],
)
def test_what_is_mounted(line: str, sources: list[str | None]) -> None:
    assert mounts(PRIVATE + f"lxc.mount.entry = {line}\n") == sources


def test_a_mount_says_whether_it_is_read_only_and_shared() -> None:
    members = container(PRIVATE + "lxc.mount.entry = /a a none bind,ro,rshared 0 0\n").exposure.mounts.members
    (mount,) = (one.value for one in members if isinstance(one, Stated))
    assert (known(mount.read_only), known(mount.propagation), mount.target) == (True, "rshared", "/a")


@pytest.mark.parametrize(
    ("lines", "rules_", "devices"),
    [
        ("", [], []),
        ("lxc.cgroup2.devices.allow = c 10:200 rwm\n", [], ["/dev/net/tun"]),
        ("lxc.cgroup2.devices.allow = c 226:128 rw\n", [], ["/dev/dri"]),
        ("lxc.cgroup2.devices.allow = c 188:* rwm\n", [], ["the character device 188:*"]),
        ("lxc.cgroup.devices.allow = c 1:1 r\n", [], ["/dev/mem"]),
        ("lxc.cgroup2.devices.allow = b 8:0 rwm\n", ["b 8:0 rwm"], []),
        ("lxc.cgroup2.devices.allow = b *:* m\nlxc.cgroup2.devices.allow = c *:* m\n", [], []),
        ("lxc.cgroup.devices.allow = a\n", ["a *:* rwm"], []),
        ("lxc.cgroup2.devices.allow = b 8:0 rwm\nlxc.cgroup2.devices.deny = b 8:0 rwm\n", [], []),
        ("lxc.cgroup2.devices.allow = b 8:0 rwm\nlxc.cgroup2.devices.deny = a\n", [], []),
        ("lxc.cgroup2.devices.allow = b 8:0 rwm\nlxc.cgroup2.devices.allow =\n", [], []),
        ("lxc.mount.entry = /dev/kvm dev/kvm none bind 0 0\n", [], ["/dev/kvm"]),
        ("lxc.net.0.type = phys\nlxc.net.0.link = eth1\n", [], ["the network interface eth1"]),
    ],
)
def test_which_devices_may_be_opened(lines: str, rules_: list[str], devices: list[str]) -> None:
    exposure = container(HOST + lines).exposure
    assert [known(rule) for rule in exposure.device_rules.members] == rules_
    assert [one.value.path for one in exposure.devices.members if isinstance(one, Stated)] == devices


def test_limits_and_other_keys() -> None:
    text = PRIVATE + (
        "lxc.cgroup2.memory.max = 512M\nlxc.cgroup.pids.max = 100\nlxc.rootfs.options = noatime,ro\n"
        "lxc.init.uid = 1000\nlxc.sysctl.net.core.somaxconn = 256\nlxc.no_new_privs = 1\n"
    )
    one = container(text)
    assert (known(one.resources.memory_limit), known(one.resources.pids_limit)) == ("512M", "100")
    assert known(one.resources.read_only_root) is True
    assert known(one.privilege.no_new_privileges) is True
    user = known(one.privilege.user)
    assert user is not None
    assert user.uid == 1000
    assert [known(name) for name in one.exposure.sysctls.members] == ["net.core.somaxconn"]


def test_an_unlimited_amount_is_no_limit() -> None:
    assert known(container(PRIVATE + "lxc.cgroup2.memory.max = max\n").resources.memory_limit) == ""


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("lxc.apparmor.profile = generated", "runtime-default"),
        ("lxc.aa_profile = unconfined", "unconfined"),
        ("lxc.apparmor.profile = lxc-container-default-cgns", "runtime-default"),
        ("lxc.apparmor.profile = lxc-container-default-with-mounting", "custom"),
        ("lxc.apparmor.profile = unconfined\nlxc.apparmor.profile =", "runtime-default"),
        ("lxc.apparmor.raw = deny mount,", "runtime-default"),
        ("lxc.apparmor.raw = mount,", None),
    ],
)
def test_which_profile_of_apparmor(line: str, kind: str | None) -> None:
    profile = known(container(PRIVATE + line + "\n").confinement.apparmor)
    assert (profile.kind if profile is not None else None) == kind


@pytest.mark.parametrize(
    ("context", "disabled"),
    [("system_u:system_r:container_t:s0", False), ("unconfined_u:unconfined_r:unconfined_t:s0", True), ("", False)],
)
def test_which_context_of_selinux(context: str, disabled: bool) -> None:
    options = known(container(PRIVATE + f"lxc.selinux.context = {context}\n").confinement.selinux)
    assert options is not None
    assert options.disabled is disabled


# Places.


def test_every_answer_has_the_place_of_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"web.conf": PRIVATE + "  lxc.mount.entry = /etc etc none bind 0 0  \r\n"})
    subject = check(capsys, tmp_path).subject("web.conf#Container/web")
    (finding,) = (one for one in subject["findings"] if one["rule"] == "ISO010")
    place = finding["location"]
    assert (place["line"], place["column"], place["end_column"]) == (7, 3, 43)


# Several files.


def test_an_included_file_of_the_tree_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "lxc/web/config": PRIVATE + "lxc.include = /etc/lxc/more.conf\nlxc.include = parts/\n",
        "lxc/web/more.conf": "lxc.net.0.type = none\n",
        "lxc/web/parts/a.conf": "lxc.apparmor.profile = unconfined\n",
        "lxc/web/parts/a.txt": "lxc.cap.drop = none of it is read\n",
    }
    answer = check(capsys, write_all(tmp_path, files))
    subject = answer.subject("config#Container/web")
    assert {"ISO002", "ISO033"} <= rules(subject)
    (finding,) = (one for one in subject["findings"] if one["rule"] == "ISO002")
    assert finding["location"]["path"] == "lxc/web/more.conf"


def test_an_included_file_that_is_not_in_sight_may_set_anything() -> None:
    worst, best, _ = level(PRIVATE + "lxc.include = /etc/lxc/more.conf\n")
    assert (worst, best) == (0, 3)


def test_what_is_set_behind_an_unknown_file_is_certain() -> None:
    text = PRIVATE + "lxc.include = /etc/lxc/more.conf\nlxc.net.0.type = none\nlxc.apparmor.profile = unconfined\n"
    assert known(workload(text).namespaces.network) == "host"
    profile = known(container(text).confinement.apparmor)
    assert profile is not None
    assert profile.kind == "unconfined"


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    write_all(tmp_path, {"a.conf": PRIVATE + "lxc.include = b.conf\n", "b.conf": "lxc.include = a.conf\n"})
    files = Files(str(tmp_path))
    source = files.open("a.conf")
    assert source is not None
    assert len(READER.read(source, files).subjects) == 1


def test_a_table_of_mounts_is_read_where_it_is_in_sight(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PRIVATE + "lxc.mount = /var/lib/lxc/web/fstab\n"
    files = {"web/config": text, "web/fstab": "# a table\n/etc etc none bind 0 0\n", "db/config": text}
    answer = check(capsys, write_all(tmp_path, files))
    assert "ISO010" in rules(answer.subject("web/config#Container/web"))
    assert "ISO010" in rules(answer.subject("db/config#Container/db"), "undecided")


def test_what_a_template_is_to_fill_in_is_unknown() -> None:
    text = PRIVATE + "lxc.apparmor.profile = {{ profile }}\nlxc.mount.entry = ${DATA} data none bind 0 0\n"
    assert isinstance(container(text).confinement.apparmor, Unknown)
    assert isinstance(container(text).exposure.mounts.members[0], Unknown)


def test_what_a_build_of_lxc_makes_a_configuration_from_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "complex.conf.in": "lxc.net.0.type = none\nlxc.rootfs.path = /srv/x\n",
        "common.conf.in": "lxc.include = @LXCTEMPLATECONFIG@/common.conf.d/\nlxc.cap.drop = mac_admin\n",
        "alpine.userns.conf.in": "lxc.include = @LXCTEMPLATECONFIG@/userns.conf\n",
    }
    answer = check(capsys, write_all(tmp_path, files))
    assert answer.subject("complex.conf.in#Container/complex.conf")["boundary"]["level"] == "L0"
    skipped = {one["location"]["path"] for one in answer.report["coverage"]["skipped"]}
    assert skipped == {"alpine.userns.conf.in", "common.conf.in"}


def test_a_template_with_blocks_is_not_rendered() -> None:
    reading = read(PRIVATE + "{% if nested %}\nlxc.apparmor.allow_nesting = 1\n{% endif %}\n")
    assert reading.subjects == ()
    assert [type(problem) for problem in reading.problems] == [UnrenderedError]


# What LXC refuses.


@pytest.mark.parametrize(
    "line",
    [
        "lxc.cap.drop",
        "lxc.cap.dropp = mknod",
        "lxc.cap.drop = SYS_ADMIN",
        "lxc.cap.drop = none",
        "lxc.cap.keep = chown",
        "lxc.idmap = u 0 100000",
        "lxc.no_new_privs = yes",
        "lxc.net.0.type = bridge",
        "lxc.net.type = veth",
        "lxc.net = veth",
        "lxc.mount.auto = proc:ro",
        "lxc.mount.fstab =",
        "lxc.namespace.share.network = db",
        "lxc.namespace.keep = net\nlxc.namespace.clone = ipc",
    ],
)
def test_what_lxc_refuses_is_a_problem_with_its_place(line: str) -> None:
    reading = read(HOST + line + "\n")
    (problem,) = reading.problems
    assert "LXC refuses the file" in problem.cause
    assert problem.at.line == HOST.count("\n") + 1 + line.count("\n")
    assert problem.remedy
    assert len(reading.subjects) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"lxc.net.0.type = \xff\xfe\nlxc.rootfs.path = \x00",
        b"lxc.idmap = u " + b"9" * 5000 + b" 1 1\nlxc.net.0.type = veth",
        b"lxc.mount.entry = \nlxc.mount.entry = a\nlxc.net.0.type = veth",
        b"lxc.net.99999999999999999999.type = veth",
        b"lxc.cgroup2.devices.allow = \nlxc.cgroup2.devices.allow = c\nlxc.net.0.type = veth",
        b"lxc.mount.entry = / / none bind\n" * 20000 + b"lxc.net.0.type = veth",
    ],
)
def test_odd_bytes_are_no_traceback(data: bytes) -> None:
    source = Source("config", data)
    assert READER.claims(source)
    READER.read(source, NoFiles())
