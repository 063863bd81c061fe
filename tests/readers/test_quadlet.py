"""Podman quadlets: their keys, drop-ins, pods and manifests, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.evidence import Defaulted, Deferred, Stated, Unknown, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.quadlet import READER, drop_in_folders
from tests.readers.commands import container, written
from tests.verbs import check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.reader import Reading


class Tree:
    """Files at hand."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: Source(path, text.encode()) for path, text in files.items()}

    def open(self, path: str) -> Source | None:
        return self.files.get(path)

    def stream(self, path: str) -> None:
        """Find nothing."""

    def list(self, folder: str) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if path.rpartition("/")[0] == folder))


def reading(files: dict[str, str], path: str = "web.container") -> Reading:
    tree = Tree(files)
    source = tree.files[path]
    assert READER.claims(source)
    return READER.read(source, tree)


def unit(lines: str, path: str = "web.container", **others: str) -> Workload:
    named = {name.replace("__", "."): text for name, text in others.items()}
    (found,) = reading({path: f"[Container]\nImage=web:1\n{lines}\n", **named}, path).subjects
    assert isinstance(found, Workload)
    return found


def words(lines: str, field: str) -> list[object]:
    one = container(unit(lines))
    for facet in (one.privilege, one.exposure):
        if hasattr(facet, field):
            return [known(member) for member in getattr(facet, field).members]
    raise AssertionError(field)


def mounts(workload: Workload) -> list[str]:
    found = []
    for member in container(workload).exposure.mounts.members:
        assert isinstance(member, Stated)
        source = known(member.value.source)
        found.append(f"{member.value.kind} {source or '?'}")
    return found


def test_an_ordinary_unit() -> None:
    workload = unit("")
    assert (workload.id, workload.kind, workload.platform) == ("web.container#Container/web", "Container", "podman")
    one = container(workload)
    assert known(one.image) == "web:1"
    assert known(one.privilege.no_new_privileges) is False
    assert one.privilege.user == Deferred("image.user", workload.at)
    assert workload.namespaces.user == Deferred("podman.rootless", workload.at)


def test_the_name_that_a_unit_gives_its_container() -> None:
    assert unit("ContainerName=shop").name == "shop"
    assert unit("ContainerName=%p-%i", "a@.container").name == "a"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("AddCapability=SYS_ADMIN cap_net_admin", ["SYS_ADMIN", "NET_ADMIN"]),
        ("AddCapability=SYS_ADMIN\nAddCapability=", []),
        ("AddCapability=SYS_ADMIN\nAddCapability=\nAddCapability=CHOWN", ["CHOWN"]),
        ('PodmanArgs=--cap-add "ALL"', ["ALL"]),
        ("AddCapability=CHOWN \\\n# a comment\n  KILL", ["CHOWN", "KILL"]),
    ],
)
def test_lists_add_up_until_an_empty_one(lines: str, expected: list[str]) -> None:
    assert words(lines, "capabilities_added") == expected


def test_arguments_can_smuggle_any_flag() -> None:
    text = "PodmanArgs=--privileged --pid=host -v /:/host"
    workload = unit(text)
    assert known(container(workload).privilege.privileged) is True
    assert known(workload.namespaces.pid) == "host"
    assert mounts(workload) == ["bind /"]
    at = container(workload).privilege.privileged.at
    assert written(f"[Container]\nImage=web:1\n{text}\n", at) == "--privileged"


@pytest.mark.parametrize("lines", ["GlobalArgs=--runtime runsc", "PodmanArgs=--runtime=runsc"])
def test_a_runtime_is_asked_for_in_arguments(lines: str) -> None:
    runtime = unit(lines).sandbox.runtime
    assert isinstance(runtime, Stated)
    assert runtime.value.name == "runsc"


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ("SeccompProfile=unconfined", "seccomp", "unconfined"),
        ("SeccompProfile=/etc/x.json", "seccomp", "custom"),
        ("AppArmor=unconfined", "apparmor", "unconfined"),
    ],
)
def test_a_profile(lines: str, field: str, value: str) -> None:
    found = getattr(container(unit(lines)).confinement, field)
    assert isinstance(found, Stated)
    assert found.value.kind == value


@pytest.mark.parametrize("lines", ["SecurityLabelDisable=true", "SecurityLabelType=spc_t"])
def test_a_label(lines: str) -> None:
    found = container(unit(lines)).confinement.selinux
    assert isinstance(found, Stated)
    assert found.value.disabled or found.value.type == "spc_t"


@pytest.mark.parametrize("lines", ["Unmask=ALL", "Unmask=/proc/kcore:/sys/firmware", "SecurityLabelNested=yes"])
def test_what_unmasks(lines: str) -> None:
    assert known(container(unit(lines)).confinement.proc_mount) == "unmasked"


@pytest.mark.parametrize(("text", "value"), [("true", True), ("Yes", True), ("1", True), ("on", True), ("no", False)])
def test_a_switch(text: str, value: bool) -> None:
    one = container(unit(f"NoNewPrivileges={text}\nReadOnly={text}"))
    assert known(one.privilege.no_new_privileges) is value
    assert known(one.resources.read_only_root) is value


def test_a_user_and_a_group() -> None:
    found = container(unit("User=1000\nGroup=2000")).privilege.user
    assert isinstance(found, Stated)
    assert (found.value.text, found.value.uid) == ("1000:2000", 1000)


@pytest.mark.parametrize(
    ("lines", "others", "expected"),
    [
        ("Volume=/etc:/x:ro", {}, ["bind /etc"]),
        ("Volume=./data:/x", {}, ["bind ./etc/data"]),
        ("Volume=../data:/x", {}, ["bind ./data"]),
        ("Volume=data:/x", {}, ["volume ?"]),
        ("Volume=%h/x:/x", {}, ["bind ~/x"]),
        ("Volume=%t/podman/podman.sock:/x", {}, ["bind /run/user/0/podman/podman.sock"]),
        ("Volume=%i:/x", {}, ["bind ?"]),
        ("Mount=type=bind,src=./a,dst=/x", {}, ["bind ./etc/a"]),
        ("Volume=v.volume:/x", {"etc/v.volume": "[Volume]\n"}, ["volume ?"]),
        ("Volume=v.volume:/x", {"etc/v.volume": "[Volume]\nDevice=/etc\nType=none\nOptions=bind\n"}, ["bind /etc"]),
        ("Volume=v.volume:/x", {"etc/v.volume": "[Volume]\nPodmanArgs=-o o=bind -o device=/srv\n"}, ["bind /srv"]),
        ("Volume=v.volume:/x", {}, ["bind ?"]),
        ("Tmpfs=/run", {}, ["tmpfs ?"]),
    ],
)
def test_a_mount(lines: str, others: dict[str, str], expected: list[str]) -> None:
    (found,) = reading({"etc/w.container": f"[Container]\nImage=i\n{lines}\n", **others}, "etc/w.container").subjects
    assert isinstance(found, Workload)
    assert mounts(found) == expected


@pytest.mark.parametrize(
    ("lines", "network"),
    [
        ("Network=host", "host"),
        ("Network=my.network", "private"),
        ("Network=db.container", "container:systemd-db"),
        ("Network=host\nNetwork=", "private"),
    ],
)
def test_a_network(lines: str, network: str) -> None:
    assert known(unit(lines).namespaces.network) == network


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("etc/containers/systemd/web.container", "host"),
        ("usr/share/containers/systemd/web.container", "host"),
        ("etc/containers/systemd/users/web.container", "remapped"),
        ("home/.config/containers/systemd/web.container", "remapped"),
    ],
)
def test_the_folder_decides_who_runs_it(path: str, mode: str) -> None:
    workload = unit("UserNS=host", path)
    assert workload.namespaces.user == Defaulted(mode, workload.namespaces.user.at)


def test_a_user_namespace_of_its_own_needs_no_folder() -> None:
    assert known(unit("UserNS=auto").namespaces.user) == "remapped"
    assert known(unit("UIDMap=0:100000:65536").namespaces.user) == "remapped"


def test_a_pod_decides_for_its_containers() -> None:
    pod = "[Pod]\nNetwork=host\nVolume=/srv:/srv\nUserNS=auto\n"
    workload = unit("Pod=p.pod", p__pod=pod)
    assert known(workload.namespaces.network) == "host"
    assert known(workload.namespaces.user) == "remapped"
    assert mounts(workload) == ["bind /srv"]


def test_a_pod_that_is_not_in_sight_may_be_anything() -> None:
    assert isinstance(unit("Pod=p.pod").namespaces.network, Unknown)


def test_a_pod_is_judged_by_its_containers() -> None:
    files = {
        "p.pod": "[Pod]\nNetwork=host\n",
        "a.container": "[Container]\nImage=a\nPod=p.pod\n",
        "b.container": "[Container]\nImage=b\n",
    }
    found = reading(files, "p.pod").subjects
    assert [one.name for one in found] == ["a"]
    assert [one.reason for one in reading({"p.pod": "[Pod]\n"}, "p.pod").skipped] == [
        "is a pod that no container of its folder joins"
    ]


def test_drop_ins_are_laid_over_the_unit() -> None:
    files = {
        "web-a.container": "[Container]\nImage=i\nUser=1000\n",
        "web-a.container.d/10.conf": "[Container]\nUser=0\nPodmanArgs=--privileged\n",
        "web-.container.d/10.conf": "[Container]\nUser=2\n",
        "web-.container.d/20.conf": "[Container]\nNetwork=host\n",
        "container.d/05.conf": "[Container]\nUser=3\n",
    }
    for path in files:
        (found,) = reading(files, path).subjects
        assert isinstance(found, Workload)
        assert found.id == "web-a.container#Container/web-a"
        user = container(found).privilege.user
        assert isinstance(user, Stated)
        assert user.value.uid == 0
        assert known(container(found).privilege.privileged) is True
        assert known(found.namespaces.network) == "host"


def test_where_a_drop_in_says_it_there_it_is_found() -> None:
    text = "[Container]\nPodmanArgs=--privileged\n"
    files = {"w.container": "[Container]\nImage=i\n", "w.container.d/x.conf": text}
    (found,) = reading(files, "w.container").subjects
    assert isinstance(found, Workload)
    at = container(found).privilege.privileged.at
    assert (at.path, written(text, at)) == ("w.container.d/x.conf", "--privileged")


def test_a_drop_in_for_a_unit_elsewhere_says_what_it_says() -> None:
    (found,) = reading({"w.container.d/x.conf": "[Container]\nNetwork=host\n"}, "w.container.d/x.conf").subjects
    assert isinstance(found, Workload)
    assert found.id == "w.container#Container/w"
    assert known(found.namespaces.network) == "host"
    assert isinstance(container(found).privilege.privileged, Unknown)


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("a.container", ["a.container.d", "container.d"]),
        ("a-b-c.pod", ["a-b-c.pod.d", "a-b-.pod.d", "a-.pod.d", "pod.d"]),
        ("a-b@.container", ["a-b@.container.d", "a-@.container.d", "a-.container.d", "container.d"]),
        ("a@x.container", ["a@x.container.d", "a@.container.d", "container.d"]),
    ],
)
def test_where_drop_ins_are_looked_for(name: str, folders: list[str]) -> None:
    assert drop_in_folders(name) == folders


@pytest.mark.parametrize(
    "lines",
    [
        "Privileged=true",
        "addcapability=SYS_ADMIN",
        "ContainersConfModule=/etc/x.conf",
        "PodmanArgs=--novel x",
        "PodmanArgs=$ARGS",
        "Group=1000",
        "neither a key nor a section",
    ],
)
def test_what_cannot_be_read_leaves_everything_open(lines: str) -> None:
    assert isinstance(container(unit(lines)).privilege.privileged, Unknown)


@pytest.mark.parametrize(
    ("image", "others", "expected"),
    [
        ("x.image", {"x.image": "[Image]\nImage=web:2\n"}, "web:2"),
        ("x.build", {"x.build": "[Build]\nImageTag=localhost/web\n"}, "localhost/web"),
        ("x.image", {}, None),
        ("web:%i", {}, None),
        ("web:${T}", {}, None),
    ],
)
def test_the_image_that_another_unit_names(image: str, others: dict[str, str], expected: str | None) -> None:
    (found,) = reading({"web.container": f"[Container]\nImage={image}\n", **others}).subjects
    assert isinstance(found, Workload)
    assert known(container(found).image) == expected


def test_an_image_built_on_the_hosts_network() -> None:
    (found,) = reading({"web.container": "[Container]\nImage=x.build\n", "x.build": "[Build]\nNetwork=host\n"}).subjects
    assert isinstance(found, Workload)
    assert known(found.build.host_network) is True


def test_a_folder_of_the_host_as_the_root() -> None:
    (found,) = reading({"web.container": "[Container]\nRootfs=/srv/root:O\n"}).subjects
    assert isinstance(found, Workload)
    assert mounts(found) == ["bind /srv/root"]


def test_the_variables_of_the_service() -> None:
    assert mounts(unit("Volume=${DATA}:/x\n[Service]\nEnvironment=DATA=/srv")) == ["bind /srv"]
    assert mounts(unit("Volume=${DATA}:/x")) == ["bind ?"]


MANIFEST = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n"


def test_a_manifest_is_judged_where_it_stands() -> None:
    found = reading({"k/a.kube": "[Kube]\nYaml=../a.yaml\n", "a.yaml": MANIFEST}, "k/a.kube")
    assert found.subjects == ()
    assert [one.reason for one in found.skipped] == ["starts the pods of ../a.yaml, which is judged as a manifest"]


@pytest.mark.parametrize("lines", ["Network=host", "PodmanArgs=--network host"])
def test_what_a_unit_adds_to_its_manifest(lines: str) -> None:
    (found,) = reading({"a.kube": f"[Kube]\nYaml=a.yaml\n{lines}\n", "a.yaml": MANIFEST}, "a.kube").subjects
    assert isinstance(found, Workload)
    assert (found.id, known(found.namespaces.network)) == ("a.kube#Kube/a", "host")


@pytest.mark.parametrize("lines", ["Yaml=b.yaml", "Yaml=/etc/a.yaml", ""])
def test_a_manifest_that_is_not_there_is_no_pass(lines: str) -> None:
    (problem,) = reading({"a.kube": f"[Kube]\n{lines}\n"}, "a.kube").problems
    assert problem.remedy


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.pod", "=head1 NAME\n\n[Container]\n"),
        ("x.container", "{}"),
        ("x.conf", "[Container]\n"),
        ("x.container", "[Kube]\n"),
        ("x.kube", "apiVersion: v1\n"),
    ],
)
def test_what_is_no_quadlet_is_not_claimed(path: str, text: str) -> None:
    assert not READER.claims(Source(path, text.encode()))


def test_a_unit_that_is_too_large_is_a_problem() -> None:
    assert reading({"web.container": "[Container]\n" + "#" * 300_000}).problems


PIECES = st.sampled_from(
    [
        *(
            "[Container]\n",
            "[Pod]\n",
            "[Service]\n",
            "Image=web\n",
            "Volume=",
            "Mount=",
            "Network=",
            "PodmanArgs=",
            "\n",
        ),
        *(
            "--privileged ",
            "type=bind,src=",
            "/etc:/x",
            "x.volume:/y",
            "x.network",
            '"',
            "'",
            "\\",
            "\\\n",
            "%h",
            "%",
            "$X",
        ),
        *("${X}", "Environment=X=", "Pod=web.pod\n", "Pod=p.pod\n", "User=", "0", "=", "#", "UIDMap=0:0:1\n", "\\x41"),
    ]
)


@given(st.lists(PIECES, max_size=25))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_is_read(pieces: list[str]) -> None:
    text = "[Container]\n" + "".join(pieces)
    for subject in reading({"web.container": text, "p.pod": "".join(pieces)}).subjects:
        assert subject.at.path == "web.container"


def test_it_is_judged_like_the_same_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(
        tmp_path,
        {
            "web.container": "[Container]\nImage=web:1\nAddCapability=SYS_ADMIN\nNetwork=host\nVolume=/etc:/x\n",
            "run.sh": "podman run --cap-add SYS_ADMIN --network host -v /etc:/x web:1\n",
        },
    )
    found = check(capsys, tmp_path)
    ours, theirs = found.subject("web.container#Container/web"), found.subject("run.sh#Container/web")
    assert ours["boundary"]["level"] == theirs["boundary"]["level"] == "L0"
    assert rules(ours) == rules(theirs)


@pytest.mark.parametrize(("said", "modifiers"), [("true", ["u"]), ("false", [])])
def test_the_declaration_says_whether_podman_is_rootless(
    said: str, modifiers: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(
        tmp_path,
        {
            "web.container": "[Container]\nImage=web:1\n",
            ".gate.yaml": f"version: 1\nplatform: {{podman: {{rootless: {said}}}}}\n",
        },
    )
    assert check(capsys, tmp_path).subject("/web")["boundary"]["modifiers"] == modifiers
