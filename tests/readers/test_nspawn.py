"""What systemd-nspawn makes of settings files, units and commands; `tests/conformance/nspawn` asks the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.model.evidence import Stated, Unknown, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.pipeline.files import Files
from gate.readers.nspawn import READER
from tests.verbs import check, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.reader import Reading
    from gate.model.workload import Container

COMMAND = "systemd-nspawn -b -U -n -D /srv/web"
PRIVATE = "[Exec]\nPrivateUsers=pick\n[Network]\nPrivate=yes\n"
FILE = "etc/systemd/nspawn/web.nspawn"
UNITS = "etc/systemd/system"


def reading(folder: Path, files: dict[str, str], path: str = "") -> Reading:
    """Read the first of some files, or the one that is named."""
    write_all(folder, files)
    path = path or next(iter(files))
    return READER.read(Source(path, (folder / path).read_bytes()), Files(str(folder)))


def only(folder: Path, files: dict[str, str], path: str = "") -> Workload:
    """Read a file with one container."""
    (subject,) = reading(folder, files, path).subjects
    assert isinstance(subject, Workload)
    return subject


def script(folder: Path, *lines: str) -> Workload:
    """Read a script that starts one container."""
    return only(folder, {"run.sh": "".join(f"{line}\n" for line in lines)})


def inside(workload: Workload) -> Container:
    (member,) = workload.containers.members
    assert isinstance(member, Stated)
    return member.value


def stated(items: Any) -> list[Any]:
    return [one.value for one in items.members if isinstance(one, Stated)]


def ignored(workload: Workload) -> list[str]:
    return [one.key for one in workload.ignored]


@pytest.mark.parametrize(
    ("flags", "users"),
    [
        ("", "host"),
        ("-U", "remapped"),
        ("--private-users=pick", "remapped"),
        ("--private-users=no", "host"),
        ("--private-users=identity", "host"),
        ("--private-users=0", "host"),
        ("--private-users=1", "remapped"),
        ("--private-users=65536:65536", "remapped"),
        ("--private-users=0:65536", "host"),
        ("-U --private-users=no", "host"),
        ("--private-users=no -U", "remapped"),
        ("--private-users=off", "host"),
    ],
)
def test_whose_users_a_command_has(flags: str, users: str, tmp_path: Path) -> None:
    assert known(script(tmp_path, f"systemd-nspawn {flags} -n -D /srv/web").namespaces.user) == users


@pytest.mark.parametrize(
    ("value", "users"),
    [("pick", "remapped"), ("0", "host"), ("no", "host"), ("1", None), ("yes", None), ("524288:65536", "remapped")],
)
def test_whose_users_a_file_has(value: str, users: str | None, tmp_path: Path) -> None:
    text = PRIVATE.replace("pick", value)
    setting = only(tmp_path, {"web.nspawn": text}).namespaces.user
    assert known(setting) == users
    assert isinstance(setting, Unknown) is (users is None)


@pytest.mark.parametrize("key", ["PrivateUsersChown=yes", "PrivateUsersOwnership=map"])
def test_who_says_whose_the_files_are_and_no_more_has_no_users_of_its_own(key: str, tmp_path: Path) -> None:
    files = {FILE: f"[Files]\n{key}\n", f"{UNITS}/systemd-nspawn@web.service.d/a.conf": "[Unit]\nAfter=a.service\n"}
    assert known(only(tmp_path, files).namespaces.user) == "host"


def test_what_a_file_leaves_out_is_known_once_the_template_starts_it(tmp_path: Path) -> None:
    alone = only(tmp_path, {FILE: "[Exec]\nBoot=yes\n"})
    assert isinstance(alone.namespaces.user, Unknown)
    assert isinstance(alone.namespaces.network, Unknown)
    started = only(
        tmp_path,
        {FILE: "[Exec]\nBoot=yes\n", f"{UNITS}/systemd-nspawn@web.service.d/a.conf": "[Service]\nMemoryMax=1G\n"},
    )
    assert known(started.namespaces.user) == "remapped"
    assert known(started.namespaces.network) == "private"
    assert known(inside(started).resources.memory_limit) == "1G"


def test_a_unit_of_its_own_counts_before_the_template(tmp_path: Path) -> None:
    unit = "[Service]\nExecStart=systemd-nspawn --keep-unit --boot --settings=override --machine=%i\n"
    files = {FILE: "[Exec]\nBoot=yes\n", f"{UNITS}/systemd-nspawn@web.service": unit}
    assert known(only(tmp_path, files).namespaces.user) == "host"
    assert known(only(tmp_path, files).namespaces.network) == "host"


def test_a_drop_in_replaces_the_command_of_the_template(tmp_path: Path) -> None:
    drop_in = "[Service]\nExecStart=\nExecStart=systemd-nspawn --keep-unit -b --machine=%i\n"
    one = only(tmp_path, {f"{UNITS}/systemd-nspawn@web.service.d/a.conf": drop_in})
    assert one.name == "web"
    assert known(one.namespaces.user) == "host"


def test_a_drop_in_leads_to_the_container_of_the_settings_file(tmp_path: Path) -> None:
    files = {f"{UNITS}/systemd-nspawn@web.service.d/a.conf": "[Service]\nTasksMax=10\n", FILE: "[Exec]\nBoot=yes\n"}
    assert only(tmp_path, files).id == f"{FILE}#nspawn/web"


@pytest.mark.parametrize(
    ("settings", "users"), [("", "remapped"), ("--settings=override", "host"), ("--settings=no", "remapped")]
)
def test_whether_a_settings_file_counts_before_the_command(settings: str, users: str, tmp_path: Path) -> None:
    files = {"run.sh": f"systemd-nspawn -b -U -n {settings} -M web\n", FILE: "[Exec]\nPrivateUsers=no\n"}
    assert known(only(tmp_path, files).namespaces.user) == users


def test_a_file_beside_an_image_gives_nothing_away(tmp_path: Path) -> None:
    text = (
        "[Exec]\nPrivateUsers=no\nCapability=CAP_SYS_MODULE\nDropCapability=CAP_MKNOD\nNoNewPrivileges=yes\n"
        "[Files]\nBind=/etc\nReadOnly=yes\n[Network]\nPrivate=no\n"
    )
    drop_in = {"srv/systemd-nspawn@web.service.d/a.conf": "[Service]\n"}
    one = only(tmp_path, {"var/lib/machines/web.nspawn": text, **drop_in})
    box = inside(one)
    assert known(one.namespaces.user) is None
    assert stated(box.privilege.capabilities_added) == []
    assert stated(box.privilege.capabilities_dropped) == ["MKNOD"]
    assert known(box.privilege.no_new_privileges) is True
    assert known(box.resources.read_only_root) is True
    assert box.exposure.mounts.members == ()


def test_a_trusted_command_takes_all_of_a_file_beside_an_image(tmp_path: Path) -> None:
    files = {
        "run.sh": "systemd-nspawn -b -n --settings=trusted -D var/lib/machines/web\n",
        "var/lib/machines/web.nspawn": "[Exec]\nPrivateUsers=pick\n[Files]\nBind=/etc\n",
    }
    one = only(tmp_path, files)
    assert known(one.namespaces.user) == "remapped"
    assert len(inside(one).exposure.mounts.members) == 1


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("[Network]\nVirtualEthernet=no\n", "host"),
        ("[Network]\nPrivate=no\n", "host"),
        ("[Network]\nPrivate=no\nZone=a\n", "private"),
        ("[Network]\nPrivate=yes\n", "private"),
        ("[Network]\nPrivate=yes\nPrivate=\n", "private"),
        ("[Network]\nPrivate=nope\n", "private"),
        ("[Exec]\nBoot=yes\n", "private"),
    ],
)
def test_which_network_a_file_leaves_of_the_templates(text: str, network: str, tmp_path: Path) -> None:
    files = {FILE: text, f"{UNITS}/systemd-nspawn@web.service.d/a.conf": "[Service]\n"}
    assert known(only(tmp_path, files).namespaces.network) == network


@pytest.mark.parametrize(
    ("flags", "added", "dropped"),
    [
        ("--capability=CAP_SYS_MODULE,CAP_SYS_ADMIN", ["SYS_MODULE"], []),
        ("--capability=all", ["ALL"], []),
        ("--capability=all --drop-capability=CAP_BPF", ["ALL"], ["BPF"]),
        ("--drop-capability=all --capability=all", [], ["ALL"]),
        ("--drop-capability=all", [], ["ALL"]),
        ("--drop-capability=cap_net_raw", [], ["NET_RAW"]),
        ("--drop-cap=all", [], ["ALL"]),
        ("--drop-capability=12", [], ["NET_ADMIN"]),
    ],
)
def test_which_capabilities_a_command_keeps(flags: str, added: list[str], dropped: list[str], tmp_path: Path) -> None:
    privilege = inside(script(tmp_path, f"{COMMAND} {flags}")).privilege
    assert stated(privilege.capabilities_added) == added
    assert stated(privilege.capabilities_dropped) == dropped


def test_a_capability_without_its_prefix_is_refused_of_a_command_and_passed_over_in_a_file(tmp_path: Path) -> None:
    one = script(tmp_path, f"{COMMAND} --drop-capability=SYS_ADMIN")
    assert [key.key for key in one.refused] == ["--drop-capability"]
    one = only(tmp_path, {"web.nspawn": f"{PRIVATE}[Exec]\nDropCapability=SYS_ADMIN CAP_MKNOD\n"})
    assert ignored(one) == ["DropCapability="]
    assert stated(inside(one).privilege.capabilities_dropped) == ["MKNOD"]


@pytest.mark.parametrize(
    ("flags", "privileged"),
    [
        ("-n", True),
        ("-n --private-users=identity", True),
        ("-n -U", False),
        ("-n --drop-capability=CAP_SYS_ADMIN", True),
        ("-n --drop-capability=all", False),
        ("-n --drop-capability=CAP_SYS_ADMIN,CAP_DAC_READ_SEARCH", False),
        ("-n --drop-capability=CAP_SYS_ADMIN,CAP_DAC_READ_SEARCH --keep-unit", True),
        ("-n --drop-capability=$CAPS", None),
        ("-n --private-users=$USERS", None),
    ],
)
def test_root_of_the_host_is_held_by_what_it_lacks_alone(flags: str, privileged: bool | None, tmp_path: Path) -> None:
    assert known(inside(script(tmp_path, f"systemd-nspawn {flags} -D /srv/web")).privilege.privileged) is privileged


@pytest.mark.parametrize(
    ("flag", "kind", "source", "read_only"),
    [
        ("--bind=/srv:/data", "bind", "/srv", False),
        ("--bind-ro=/srv", "bind", "/srv", True),
        ("--bind=./conf:/etc/web", "bind", "./conf", False),
        ("--bind=+/srv:/data", "volume", None, False),
        ("--bind=:/data", "volume", None, False),
        ("--tmpfs=/data", "tmpfs", None, False),
        (r"--bind='/a\:b:/data'", "bind", "/a:b", False),
        ("--bind-user=alice", "bind", "/home/alice", False),
    ],
)
def test_what_a_mount_comes_to(flag: str, kind: str, source: str | None, read_only: bool, tmp_path: Path) -> None:
    (mount,) = stated(inside(script(tmp_path, f"{COMMAND} {flag}")).exposure.mounts)
    assert (mount.kind, known(mount.source), known(mount.read_only)) == (kind, source, read_only)


def test_an_overlay_reads_its_layers_and_writes_the_last(tmp_path: Path) -> None:
    mounts = stated(inside(script(tmp_path, f"{COMMAND} --overlay=/a:/b:/c:/d")).exposure.mounts)
    assert [(known(one.source), known(one.read_only), one.target) for one in mounts] == [
        ("/a", True, "/d"),
        ("/b", True, "/d"),
        ("/c", False, "/d"),
    ]


@pytest.mark.parametrize(("flags", "found"), [("-D /", 1), ("-xD /", 0), ("-D /srv/web", 0), ("--template=/ -M a", 0)])
def test_the_hosts_own_root_is_what_a_command_may_start_in(flags: str, found: int, tmp_path: Path) -> None:
    one = script(tmp_path, f"systemd-nspawn -b -U -n {flags}")
    assert len(inside(one).exposure.mounts.members) == found


def test_devices_are_what_is_bound_of_dev(tmp_path: Path) -> None:
    box = inside(script(tmp_path, f"{COMMAND} --bind=/dev/kvm --bind=/dev/null --network-interface=eth1"))
    assert [one.path for one in stated(box.exposure.devices)] == ["/dev/kvm", "the network interface eth1"]
    assert box.exposure.mounts.members == ()


@pytest.mark.parametrize(
    ("before", "namespace"),
    [
        ("SYSTEMD_NSPAWN_SHARE_NS_IPC=1", "ipc"),
        ("SYSTEMD_NSPAWN_SHARE_NS_PID=yes", "pid"),
        ("SYSTEMD_NSPAWN_SHARE_SYSTEM=1", "uts"),
        ("sudo SYSTEMD_NSPAWN_SHARE_NS_UTS=1", "uts"),
        ("env SYSTEMD_NSPAWN_USE_CGNS=0", "cgroup"),
    ],
)
def test_a_variable_shares_a_namespace(before: str, namespace: str, tmp_path: Path) -> None:
    one = script(tmp_path, f"{before} {COMMAND}")
    assert known(getattr(one.namespaces, namespace)) == "host"
    assert known(getattr(script(tmp_path, COMMAND).namespaces, namespace)) == "private"


def test_variables_are_exported_by_the_script_and_set_by_the_unit(tmp_path: Path) -> None:
    one = script(tmp_path, "export SYSTEMD_SECCOMP=0", COMMAND)
    assert known(inside(one).confinement.seccomp).kind == "unconfined"  # type: ignore[union-attr]
    unit = f"[Service]\nEnvironment=SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes\nExecStart={COMMAND}\n"
    assert known(inside(only(tmp_path, {"web.service": unit})).confinement.proc_mount) == "rw"


def test_a_script_that_is_taken_in_sets_no_variable_that_nobody_has_seen(tmp_path: Path) -> None:
    one = script(tmp_path, ". ./functions.sh", COMMAND)
    assert known(one.namespaces.ipc) == "private"
    one = script(tmp_path, "export SYSTEMD_SECCOMP=1", ". ./functions.sh", COMMAND)
    assert isinstance(inside(one).confinement.seccomp, Unknown)


def test_a_command_that_another_program_runs_counts(tmp_path: Path) -> None:
    assert (
        script(tmp_path, f"systemd-run -u web --property=Type=notify -p DeviceAllow=char-pts {COMMAND}").name == "web"
    )


def test_a_variable_that_cannot_be_known_is_unknown(tmp_path: Path) -> None:
    one = script(tmp_path, 'SYSTEMD_SECCOMP="$FILTER" ' + COMMAND)
    assert isinstance(inside(one).confinement.seccomp, Unknown)


@pytest.mark.parametrize(
    ("value", "kind"), [("~@mount", "custom"), ("@keyring bpf", "custom"), ("@known", "unconfined")]
)
def test_what_the_filter_is(value: str, kind: str, tmp_path: Path) -> None:
    profile = known(inside(script(tmp_path, f'{COMMAND} --system-call-filter="{value}"')).confinement.seccomp)
    assert profile is not None
    assert profile.kind == kind


@pytest.mark.parametrize(
    ("flags", "read_only"),
    [("", False), ("--read-only", True), ("--volatile=state", True), ("--volatile", False), ("--volatile=no", False)],
)
def test_whether_the_root_is_only_read(flags: str, read_only: bool, tmp_path: Path) -> None:
    assert known(inside(script(tmp_path, f"{COMMAND} {flags}")).resources.read_only_root) is read_only


def test_a_flag_that_is_not_known_leaves_the_rest_open(tmp_path: Path) -> None:
    one = script(tmp_path, f"{COMMAND} --new-flag web")
    assert not inside(one).exposure.mounts.complete
    assert isinstance(inside(one).privilege.no_new_privileges, Unknown)


def test_words_behind_the_command_are_no_flags(tmp_path: Path) -> None:
    one = script(tmp_path, "systemd-nspawn -U -n -D /srv/web /bin/sh --bind=/etc --private-users=no")
    assert inside(one).exposure.mounts.members == ()
    assert known(one.namespaces.user) == "remapped"


def test_a_bundle_says_the_rest_itself(tmp_path: Path) -> None:
    one = script(tmp_path, "systemd-nspawn -U -n --oci-bundle=/srv/web")
    assert isinstance(inside(one).privilege.no_new_privileges, Unknown)


@pytest.mark.parametrize(
    ("flags", "key"),
    [
        ("-b -a -U -n", "--as-pid2"),
        ("-b --bind-user=alice -n", "--bind-user"),
        ("-b -U --port=80", "--port"),
        ("-b -U --network-zone=a --network-bridge=br0", "--network-zone"),
        ("-b -U -n --private-users=-1", "--private-users"),
        ("-b -U -n --no-new-privileges=maybe", "--no-new-privileges"),
    ],
)
def test_what_does_not_start(flags: str, key: str, tmp_path: Path) -> None:
    assert [one.key for one in script(tmp_path, f"systemd-nspawn {flags} -D /srv/web").refused] == [key]


def test_a_section_that_does_not_end_is_an_error(tmp_path: Path) -> None:
    read = reading(tmp_path, {"web.nspawn": "[Exec\nPrivateUsers=no\n[Network]\nPrivate=yes\n"})
    assert read.subjects == ()
    (problem,) = read.problems
    assert problem.at.line == 1
    assert "refuses the file" in problem.cause


def test_a_template_is_not_rendered(tmp_path: Path) -> None:
    read = reading(tmp_path, {"web.nspawn": "[Exec]\nPrivateUsers={{ users }}\n"})
    assert read.subjects == ()
    assert [one.cause for one in read.problems] == ["is a template that nobody has rendered"]


def test_a_command_that_starts_nothing_is_none(tmp_path: Path) -> None:
    assert not READER.claims(Source("run.sh", b"systemd-nspawn --version\necho systemd-nspawn -D /\n"))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", f"run:\n\tsudo {COMMAND}\n"),
        (".gitlab-ci.yml", f"test:\n  script:\n  - {COMMAND}\n"),
        ("web.service", f"[Service]\nExecStart=/usr/bin/{COMMAND}\n"),
        ("web.service.d/a.conf", f"[Service]\nExecStart=/usr/bin/{COMMAND}\n"),
    ],
)
def test_where_commands_stand(path: str, text: str, tmp_path: Path) -> None:
    assert READER.claims(Source(path, text.encode()))
    one = only(tmp_path, {path: text})
    assert (one.name, known(one.namespaces.user)) == ("web", "remapped")


def test_a_script_with_containers_of_two_kinds_is_read_by_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"run.sh": f"docker run --privileged web\n{COMMAND}\n{COMMAND}\n"})
    assert sorted(one["id"] for one in check(capsys, tmp_path).report["subjects"]) == [
        "run.sh#Container/web",
        "run.sh#nspawn/web",
        "run.sh#nspawn/web:2",
    ]


def test_a_mark_of_the_byte_order_is_passed_over(tmp_path: Path) -> None:
    text = "[Exec]\nPrivateUsers=no\n"
    assert READER.claims(Source(FILE, f"\ufeff{text}".encode()))
    marked, plain = (only(tmp_path, {FILE: one}).namespaces.user for one in (f"\ufeff{text}", text))
    assert known(marked) == known(plain) is not None


def test_a_drop_in_may_name_the_program_on_a_later_line(tmp_path: Path) -> None:
    path = "web.service.d/start.conf"
    text = "[Service]\nExecStart=\nExecStart= \\\n  -/usr/bin/systemd-nspawn -D /srv/web --bind=/\n"
    assert READER.claims(Source(path, text.encode()))
    assert only(tmp_path, {path: text}).name == "web"
