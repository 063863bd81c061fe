"""The flags of `docker run` and `podman run`, in every spelling, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.dialects.docker_container import container, namespaces, sandbox
from gate.dialects.docker_flags import Word, csv_fields, parse
from gate.dialects.docker_grammar import DOCKER, ENGINES, PODMAN
from gate.model.evidence import Deferred, Stated, Unknown
from gate.model.location import Location, whole_file
from gate.syntax.mapped_text import GAP

if TYPE_CHECKING:
    from gate.dialects.docker_flags import Flags
    from gate.dialects.docker_grammar import Grammar
    from gate.model.workload import Container

AT = whole_file("command")
IMAGE: Stated[str] = Stated("image", AT)


def flags(*words: str, grammar: Grammar = DOCKER) -> Flags:
    return parse([Word(word, AT) for word in words], grammar, AT)


def made(*words: str, grammar: Grammar = DOCKER) -> Container:
    return container(flags(*words, "image", grammar=grammar), "x", IMAGE)


@pytest.mark.parametrize(
    "words",
    [
        ["--user", "1000"],
        ["--user=1000"],
        ["-u", "1000"],
        ["-u1000"],
        ["-u=1000"],
        ["-itu", "1000"],
        ["-itu1000"],
        ["-ditPu=1000"],
        ["-u", "0", "--user", "1000"],
        ["--env", "--user=0", "-u", "1000"],
        ["-u", "1000", "--"],
    ],
)
def test_a_flag_with_a_value_is_spelled_in_many_ways(words: list[str]) -> None:
    found = flags(*words, "image", "--user", "0")
    assert [word.text for word in found.operands] == ["image", "--user", "0"]
    last = found.last("user")
    assert last is not None
    assert last.value == "1000"


@pytest.mark.parametrize(
    ("word", "value"),
    [("--privileged", True), ("--privileged=true", True), ("--privileged=T", True), ("--privileged=0", False)],
)
def test_a_boolean_takes_a_value_only_behind_an_equals_sign(word: str, value: bool) -> None:
    assert made(word).privilege.privileged == Stated(value, AT)
    assert [one.text for one in flags(word, "false").operands] == ["false"]


def test_a_boolean_that_is_none_cannot_be_known() -> None:
    assert isinstance(made("--privileged=perhaps").privilege.privileged, Unknown)


def test_flags_end_at_the_image() -> None:
    assert flags("image", "--privileged").given == {}


def test_names_are_not_abbreviated() -> None:
    found = flags("--priv", "image")
    assert found.open_because == "`--priv` is no flag of docker that is known here"


@pytest.mark.parametrize("words", [["--novel", "--privileged", "image"], ["-z", "--privileged", "image"]])
def test_behind_an_unknown_flag_nothing_is_read(words: list[str]) -> None:
    found = flags(*words)
    assert found.open_because
    assert not found.operands
    assert "privileged" not in found.given


def test_an_unknown_flag_with_a_value_of_its_own_ends_nothing() -> None:
    found = flags("--novel=1", "--privileged", "image")
    assert found.open_because
    assert "privileged" in found.given
    assert [word.text for word in found.operands] == ["image"]


def test_a_word_that_may_be_many_opens_the_flags_and_ends_nothing() -> None:
    words = [Word(GAP, AT, "the variable OPTS is not set here", (), many=True), Word("--privileged", AT), Word("i", AT)]
    found = parse(words, DOCKER, AT)
    assert found.open_because == "the variable OPTS is not set here"
    assert "privileged" in found.given
    assert [word.text for word in found.operands] == ["i"]


def test_as_a_value_an_unknown_word_is_one_word() -> None:
    words = [Word("--name", AT), Word(GAP, AT, "why", (), many=True), Word("--privileged", AT), Word("image", AT)]
    found = parse(words, DOCKER, AT)
    assert found.open_because == ""
    assert "privileged" in found.given


def test_a_flag_without_its_value_is_refused() -> None:
    assert [reason for reason, _ in flags("--user").unknown] == ["`--user` lacks its value"]


def test_a_flag_stands_where_it_and_its_value_do() -> None:
    first, second = (Location("a", 1, begin + 1, 1, end + 1, begin, end) for begin, end in ((4, 10), (11, 13)))
    (flag,) = parse([Word("--user", first), Word("10", second)], DOCKER, AT).given["user"]
    assert (flag.at.start, flag.at.end) == (4, 13)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("a,b", ["a", "b"]),
        ('"a,b",c', ["a,b", "c"]),
        ('a,"b""c"', ["a", 'b"c']),
        ("", [""]),
        ('a"b', None),
        ('"a', None),
        ('"a"b', None),
    ],
)
def test_a_record_of_fields(text: str, fields: list[str] | None) -> None:
    assert csv_fields(text) == fields


@pytest.mark.parametrize(
    ("mount", "kind", "source", "read_only"),
    [
        ("type=bind,src=/etc,dst=/x", "bind", "/etc", False),
        ("type=bind,source=/etc,target=/x,readonly", "bind", "/etc", True),
        ("type=bind,source=/etc,target=/x,ro=false", "bind", "/etc", False),
        ('"type=bind","src=/a,b",dst=/x', "bind", "/a,b", False),
        ("type=volume,dst=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc", "bind", "/etc", False),
        ("type=volume,dst=/x,volume-opt=type=nfs,volume-opt=device=:/e", "volume", "", False),
        ("src=data,dst=/x", "volume", "", False),
        ("type=tmpfs,dst=/x", "tmpfs", "", False),
        ("type=npipe,src=//./pipe/docker_engine,dst=x", "pipe", "//./pipe/docker_engine", False),
    ],
)
def test_a_mount(mount: str, kind: str, source: str, read_only: bool) -> None:
    (member,) = made("--mount", mount).exposure.mounts.members
    assert isinstance(member, Stated)
    assert member.value.kind == kind
    assert getattr(member.value.source, "value", "") == source
    assert getattr(member.value.read_only, "value", None) is read_only


@pytest.mark.parametrize("mount", ["nonsense", 'type=bind,"src=/x', "type=strange,src=/x,dst=/y", "src=/etc,dst=/x"])
def test_a_mount_that_is_none_cannot_be_known(mount: str) -> None:
    (member,) = made("--mount", mount).exposure.mounts.members
    assert isinstance(member, Unknown)


@pytest.mark.parametrize(
    ("text", "path", "access"),
    [
        ("/dev/sda", "/dev/sda", "rwm"),
        ("/dev/sda:/dev/x", "/dev/sda", "rwm"),
        ("/dev/sda:r", "/dev/sda", "r"),
        ("/dev/sda:/dev/x:rw", "/dev/sda", "rw"),
    ],
)
def test_a_device(text: str, path: str, access: str) -> None:
    (member,) = made("--device", text).exposure.devices.members
    assert isinstance(member, Stated)
    assert (member.value.path, member.value.access) == (path, access)


def test_a_device_of_an_interface_counts_as_a_gpu() -> None:
    found = made("--device", "nvidia.com/gpu=all", "--gpus", "all").exposure
    assert found.devices.members == ()
    assert [member.value for member in found.gpus.members if isinstance(member, Stated)] == [
        "gpus",
        "nvidia.com/gpu=all",
    ]


@pytest.mark.parametrize(
    ("words", "limited"),
    [(["-m", "512m"], True), (["--memory=0"], False), (["--memory", "-1"], False), ([], False), (["-m", "1.5g"], True)],
)
def test_a_limit_of_nought_is_none(words: list[str], limited: bool) -> None:
    assert bool(getattr(made(*words).resources.memory_limit, "value", None)) is limited


def test_the_socket_that_a_flag_asks_for() -> None:
    (member,) = made("--use-api-socket").exposure.mounts.members
    assert isinstance(member, Stated)
    assert member.value.kind == "engine-api"


def test_what_nobody_says_the_daemon_decides() -> None:
    assert made().privilege.no_new_privileges == Deferred("docker.no_new_privileges", AT)
    assert made().privilege.user == Deferred("image.user", AT)
    assert namespaces(flags("image")).user == Deferred("docker.userns_remap", AT)


def test_one_unknown_security_option_hides_no_other() -> None:
    words = [
        Word("--security-opt", AT),
        Word(f"seccomp={GAP}", AT, "why"),
        Word("--security-opt=apparmor=unconfined", AT),
    ]
    found = container(parse([*words, Word("image", AT)], DOCKER, AT), "x", IMAGE).confinement
    assert found.seccomp == Unknown("why", AT)
    assert isinstance(found.apparmor, Stated)


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["--pid", "host"], "pid", "host"),
        (["--net=host"], "network", "host"),
        (["--network", "name=host,alias=x"], "network", "host"),
        (["--network", "mine"], "network", "private"),
        (["--network", "container:db"], "network", "container:db"),
        (["--ipc", "shareable"], "ipc", "private"),
        (["--userns", "host"], "user", "host"),
        (["--cgroupns=host"], "cgroup", "host"),
        (["--uts", "host"], "uts", "host"),
    ],
)
def test_a_namespace(words: list[str], field: str, value: str) -> None:
    assert getattr(namespaces(flags(*words, "image")), field) == Stated(value, AT)


@pytest.mark.parametrize("words", [["--pid", "HOST"], ["--uts", "private"], ["--userns", "private"]])
def test_a_mode_that_docker_refuses_cannot_be_known(words: list[str]) -> None:
    found = namespaces(flags(*words, "image"))
    assert any(isinstance(getattr(found, field), Unknown) for field in ("pid", "uts", "user"))


def test_annotations_may_tell_a_sandbox_what_to_be() -> None:
    found = sandbox(flags("--annotation", "io.katacontainers.config.hypervisor.path=/x", "--runtime", "kata", "image"))
    assert [member.value.name for member in found.tweaks.members if isinstance(member, Stated)] == [
        "io.katacontainers.config.hypervisor.path"
    ]
    assert isinstance(found.runtime, Stated)
    assert found.runtime.value.name == "kata"


def podman(*words: str) -> Container:
    return made(*words, grammar=PODMAN)


def test_podman_takes_lists_with_commas() -> None:
    found = podman("--cap-drop=all", "--cap-add", "net_admin,CAP_SYS_TIME").privilege
    assert [getattr(one, "value", "") for one in found.capabilities_added.members] == ["NET_ADMIN", "SYS_TIME"]
    assert [getattr(one, "value", "") for one in made("--cap-add", "A,B").privilege.capabilities_added.members] == [
        "A,B"
    ]


@pytest.mark.parametrize(
    "option", ["unmask=ALL", "unmask=/proc/kcore:/sys/firmware", "systempaths=unconfined", "label=nested"]
)
def test_podman_unmasks_in_its_own_words(option: str) -> None:
    assert getattr(podman("--security-opt", option).confinement.proc_mount, "value", "") == "unmasked"


def test_podman_hides_more_or_less_of_the_cgroups() -> None:
    assert getattr(podman("--security-opt=unmask=/sys/fs/cgroup").confinement.cgroup_writable, "value", None) is True
    assert getattr(podman("--security-opt=mask=/proc/x").confinement.proc_mount, "value", "") == "default"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--userns", "auto:size=1000"], Stated("remapped", AT)),
        (["--userns=keep-id"], Stated("remapped", AT)),
        (["--userns=nomap"], Stated("remapped", AT)),
        (["--userns=host"], Deferred("podman.host", AT)),
        ([], Deferred("podman.rootless", AT)),
        (["--uidmap", "0:100000:65536"], Stated("remapped", AT)),
        (["--uidmap", "0:0:1,1:100000:65536"], Stated("host", AT)),
    ],
)
def test_podman_has_user_namespaces_of_its_own(words: list[str], expected: object) -> None:
    assert namespaces(flags(*words, "image", grammar=PODMAN)).user == expected


@pytest.mark.parametrize("words", [["--pid", "ns:/proc/1/ns/pid"], ["--network=ns:/run/netns/x"], ["--ipc", "pod"]])
def test_a_namespace_by_its_path_may_be_the_hosts(words: list[str]) -> None:
    found = namespaces(flags(*words, "image", grammar=PODMAN))
    assert any(isinstance(getattr(found, field), Unknown) for field in ("pid", "network", "ipc"))


def test_podman_defaults_to_gaining_privileges() -> None:
    assert getattr(podman().privilege.no_new_privileges, "value", None) is False


def test_what_podman_writes_over_a_folder_stays_in_the_container() -> None:
    (member,) = podman("-v", "/srv:/x:O").exposure.mounts.members
    assert isinstance(member, Stated)
    assert getattr(member.value.read_only, "value", None) is True


WORDS = st.sampled_from(
    [
        *("--privileged", "--privileged=false", "-v", "/:/x", "-itv", "--mount", "type=bind,src=/,dst=/x", "--", "-"),
        *(
            "--net",
            "host",
            "--unknown",
            "--unknown=1",
            "-z",
            "--security-opt",
            "seccomp=unconfined",
            "image",
            "--cap-add",
        ),
        *("ALL", "--user", "1000", "", "---", "--=", "-=", f"a{GAP}", GAP, "--userns", "auto", "--device", "/dev/sda"),
    ]
)


@given(st.lists(WORDS, max_size=12), st.sampled_from(sorted(ENGINES)))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_is_read(words: list[str], engine: str) -> None:
    found = parse([Word(word, AT, "why" if GAP in word else "") for word in words], ENGINES[engine][1], AT)
    container(found, "x", IMAGE)
    namespaces(found)
    sandbox(found)
