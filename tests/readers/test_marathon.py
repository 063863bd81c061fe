"""Marathon: apps, groups and pods, their parameters, templates of them, and what the agents decide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.linking.agents import settled
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Stated, Unknown, known
from gate.model.profile import PlatformProfile
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.marathon import MAX_WORKLOADS, READER
from tests.readers.commands import container
from tests.verbs import NoFiles, check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.reader import Reading

APP = {"id": "/shop/web", "cpus": 1, "mem": 64}


def reading(text: str, name: str = "app.json") -> Reading:
    source = Source(name, text.encode())
    assert READER.claims(source)
    return READER.read(source, NoFiles())


def workloads(text: str) -> list[Workload]:
    found = reading(text)
    assert found.problems == ()
    return [one for one in found.subjects if isinstance(one, Workload)]


def app(**keys: object) -> Workload:
    (found,) = workloads(json.dumps({**APP, "cmd": "./web", **keys}))
    return found


def docker(*parameters: tuple[str, str], **keys: object) -> Workload:
    given = [{"key": key, "value": value} for key, value in parameters]
    return app(container={"type": "DOCKER", "docker": {"image": "web:1", "parameters": given, **keys}})


def pod(**keys: object) -> Workload:
    one = {"name": "web", "resources": {"cpus": 1, "mem": 64}, "image": {"kind": "DOCKER", "id": "web:1"}}
    (found,) = workloads(json.dumps({"id": "/shop", "containers": [one], **keys}))
    return found


def mounts(workload: Workload) -> list[object]:
    found: list[object] = []
    for member in container(workload).exposure.mounts.members:
        if isinstance(member, Stated):
            found.append((member.value.kind, known(member.value.source), known(member.value.read_only)))
        else:
            found.append(member)
    return found


def test_an_app_of_docker() -> None:
    workload = docker()
    assert (workload.id, workload.name, workload.kind) == ("app.json#App/shop/web", "shop/web", "App")
    assert workload.platform == "mesos"
    one = container(workload)
    assert (one.name, known(one.image)) == ("web", "web:1")
    assert known(one.privilege.privileged) is False
    assert known(one.resources.memory_limit) == "64"
    assert known(one.confinement.seccomp) is not None
    assert isinstance(one.privilege.user, Deferred)


def test_an_app_is_on_the_network_of_its_agent() -> None:
    assert isinstance(docker().namespaces.network, Defaulted)
    assert known(docker().namespaces.network) == "host"
    assert known(app().namespaces.network) == "host"


@pytest.mark.parametrize(
    ("keys", "mode"),
    [
        ({"networks": [{"mode": "container/bridge"}]}, "private"),
        ({"networks": [{"mode": "container", "name": "dcos"}]}, "private"),
        ({"networks": [{"name": "dcos"}]}, "private"),
        ({"networks": [{"mode": "host"}]}, "host"),
        ({"networks": [{"mode": "HOST"}]}, "host"),
        ({"networks": [{"mode": "hosts"}]}, None),
        ({"ipAddress": []}, None),
        ({"networks": []}, "host"),
        ({"ipAddress": {"networkName": "dcos"}}, "private"),
    ],
)
def test_networks(keys: dict[str, object], mode: str | None) -> None:
    assert known(app(container={"docker": {"image": "web:1"}}, **keys).namespaces.network) == mode


@pytest.mark.parametrize(("old", "mode"), [("HOST", "host"), ("BRIDGE", "private"), ("USER", "private")])
def test_networks_of_old(old: str, mode: str) -> None:
    assert known(docker(network=old).namespaces.network) == mode


def test_a_parameter_may_open_the_network() -> None:
    networks = [{"mode": "container/bridge"}]
    box = {"type": "DOCKER", "docker": {"image": "web:1", "parameters": [{"key": "net", "value": "host"}]}}
    assert known(app(container=box, networks=networks).namespaces.network) == "host"


def test_parameters_are_flags() -> None:
    workload = docker(
        ("cap-add", "SYS_ADMIN"),
        ("volume", "/srv:/srv:ro"),
        ("pid", "host"),
        ("security-opt", "no-new-privileges"),
        ("privileged", "true"),
        ("user", "10001"),
        ("runtime", "runsc"),
        ("memory", "1g"),
    )
    one = container(workload)
    assert [known(member) for member in one.privilege.capabilities_added.members] == ["SYS_ADMIN"]
    assert mounts(workload) == [("bind", "/srv", True)]
    assert known(workload.namespaces.pid) == "host"
    assert known(one.privilege.no_new_privileges) is True
    assert known(one.privilege.privileged) is True
    assert known(one.resources.memory_limit) == "1g"
    runtime = known(workload.sandbox.runtime)
    assert runtime is not None
    assert runtime.name == "runsc"


def test_an_unheard_of_parameter_opens_the_rest() -> None:
    workload = docker(("no-such-flag", "x"))
    one = container(workload)
    assert not one.privilege.capabilities_added.complete
    assert isinstance(one.privilege.privileged, Unknown)


def test_privileged() -> None:
    assert known(container(docker(privileged=True)).privilege.privileged) is True
    assert known(container(docker(privileged=False)).privilege.privileged) is False


def test_volumes() -> None:
    volumes = [
        {"hostPath": "/srv/data", "containerPath": "/data", "mode": "RO"},
        {"hostPath": "/srv/logs", "containerPath": "/logs", "mode": "RW"},
        {"hostPath": "{{data}}", "containerPath": "/more"},
        {"containerPath": "state", "persistent": {"size": 512}},
        {"hostPath": "below", "containerPath": "/below"},
    ]
    found = mounts(app(container={"type": "DOCKER", "docker": {"image": "web:1"}, "volumes": volumes}))
    assert found == [
        ("bind", "/srv/data", True),
        ("bind", "/srv/logs", False),
        ("bind", None, False),
        ("volume", None, False),
        ("volume", None, False),
    ]


def test_no_container_is_a_command_on_the_host() -> None:
    assert known(app().sandbox.native) == "command"
    assert isinstance(app().namespaces.pid, Inapplicable)
    assert known(app(container={"type": "MESOS"}).sandbox.native) == "command"
    assert known(app(container={"type": "MESOS", "docker": {"image": "web:1"}}).sandbox.native) == ""


def test_a_container_without_a_type_is_dockers() -> None:
    workload = app(container={"docker": {"image": "web:1", "privileged": True}})
    assert known(container(workload).privilege.privileged) is True


def test_what_an_engine_does_not_take_is_ignored() -> None:
    box = {"type": "MESOS", "docker": {"image": "web:1", "privileged": True, "parameters": []}}
    assert [one.key for one in app(container=box).ignored] == [
        "container.docker.privileged",
        "container.docker.parameters",
    ]
    assert known(container(app(container=box)).privilege.privileged) is False
    other = {"type": "DOCKER", "docker": {"image": "web:1"}, "linuxInfo": {"seccomp": {"unconfined": True}}}
    assert [one.key for one in app(container=other).ignored] == ["container.linuxInfo"]


def test_linux_info() -> None:
    info = {"seccomp": {"unconfined": True}, "ipcInfo": {"mode": "SHARE_PARENT"}}
    workload = app(container={"type": "MESOS", "docker": {"image": "web:1"}, "linuxInfo": info})
    seccomp = known(container(workload).confinement.seccomp)
    assert seccomp is not None
    assert seccomp.kind == "unconfined"
    assert known(workload.namespaces.ipc) == "host"
    named = {"seccomp": {"profileName": "strict.json"}, "ipcInfo": {"mode": "PRIVATE"}}
    workload = app(container={"type": "MESOS", "docker": {"image": "web:1"}, "linuxInfo": named})
    seccomp = known(container(workload).confinement.seccomp)
    assert seccomp is not None
    assert (seccomp.kind, seccomp.name) == ("custom", "strict.json")
    assert known(workload.namespaces.ipc) == "private"


def test_an_engine_that_there_is_not_may_be_either() -> None:
    box = {"type": "RKT", "docker": {"image": "web:1", "privileged": True}}
    assert isinstance(container(app(container=box)).privilege.privileged, Unknown)


def test_an_engine_without_an_image_may_be_any() -> None:
    assert isinstance(container(app(container={"type": "MESOS", "docker": {}})).image, Unknown)


def test_a_pod_has_no_filter_of_its_own() -> None:
    found = pod(linuxInfo={"seccomp": {"profileName": "strict.json"}, "ipcInfo": {"mode": "PRIVATE"}})
    seccomp = known(container(found).confinement.seccomp)
    assert seccomp is not None
    assert seccomp.kind == "unconfirmed"
    assert known(found.namespaces.ipc) == "private"
    assert [key.key for key in found.refused] == ["linuxInfo.seccomp"]


def test_user() -> None:
    user = known(container(app(user="root", container={"type": "MESOS", "docker": {"image": "web:1"}})).privilege.user)
    assert user is not None
    assert user.is_root


UCR = {"type": "MESOS", "docker": {"image": "web:1"}}


def test_agents_that_nobody_declared() -> None:
    one = settled(app(container=UCR), PlatformProfile())
    assert isinstance(one.namespaces.pid, Unknown)
    assert isinstance(container(one).privilege.no_new_privileges, Unknown)
    assert "platform: {mesos: {isolation" in one.namespaces.pid.reason


def test_agents_as_they_are_without_isolators() -> None:
    one = settled(app(container=UCR), PlatformProfile(mesos_isolation=("posix/cpu", "posix/mem")))
    assert (known(one.namespaces.pid), known(one.namespaces.ipc)) == ("host", "host")
    inside = container(one)
    assert [known(member) for member in inside.privilege.capabilities_added.members] == ["ALL"]
    assert known(inside.privilege.no_new_privileges) is False
    assert known(inside.resources.memory_limit) == ""
    seccomp = known(inside.confinement.seccomp)
    assert seccomp is not None
    assert seccomp.kind == "unconfined"


def test_agents_with_isolators() -> None:
    declared = ("cgroups/all", "namespaces/pid", "namespaces/ipc", "linux/capabilities", "linux/nnp", "linux/seccomp")
    one = settled(app(container=UCR), PlatformProfile(mesos_isolation=declared))
    assert (known(one.namespaces.pid), known(one.namespaces.ipc)) == ("private", "private")
    inside = container(one)
    assert inside.privilege.capabilities_added.members == ()
    assert inside.privilege.capabilities_added.complete
    assert known(inside.privilege.no_new_privileges) is True
    assert known(inside.resources.memory_limit)


def test_agents_change_nothing_for_docker() -> None:
    workload = docker()
    assert settled(workload, PlatformProfile(mesos_isolation=())) == workload


def test_groups() -> None:
    inner = {"id": "db", "apps": [{"id": "main", "cmd": "x", "cpus": 1}, {"id": "/other", "cmd": "x", "cpus": 1}]}
    group = {"id": "/shop", "groups": [inner], "apps": [{"id": "web", "cmd": "x", "cpus": 1}]}
    assert [one.name for one in workloads(json.dumps(group))] == ["shop/web", "shop/db/main", "other"]
    listed = [{"id": "a", "cmd": "x", "mem": 1}, {"id": "a", "cmd": "x", "mem": 1}]
    assert [one.id for one in workloads(json.dumps(listed))] == ["app.json#App/a", "app.json#App/a:2"]
    assert [one.name for one in workloads(json.dumps({"apps": listed[:1]}))] == ["a"]


def test_a_pod() -> None:
    workload = pod(
        volumes=[{"name": "data", "host": "/srv/data"}, {"name": "scratch"}],
        networks=[{"mode": "container"}],
        user="app",
        labels={"gate.class": "confidential"},
    )
    assert (workload.id, workload.kind) == ("app.json#Pod/shop", "Pod")
    assert known(workload.namespaces.network) == "private"
    assert [(one.axis, one.value) for one in workload.statements] == [("class", "confidential")]
    user = known(container(workload).privilege.user)
    assert user is not None
    assert user.text == "app"


def test_volumes_of_a_pod() -> None:
    one = {
        "name": "web",
        "resources": {"cpus": 1},
        "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}, {"name": "none", "mountPath": "/x"}],
    }
    text = json.dumps({"id": "/shop", "containers": [one], "volumes": [{"name": "data", "host": "/srv/data"}]})
    (workload,) = workloads(text)
    data, missing = mounts(workload)
    assert data == ("bind", "/srv/data", True)
    assert isinstance(missing, Unknown)


def test_the_worst_container_speaks_for_a_pod() -> None:
    image = {"image": {"kind": "DOCKER", "id": "web:1"}}
    both = [{"name": "a", "resources": {"cpus": 1}, **image}, {"name": "b", "resources": {"cpus": 1}}]
    (workload,) = workloads(json.dumps({"id": "/shop", "containers": both}))
    assert known(workload.sandbox.native) == "command"
    assert len(workload.containers.members) == len(both)


@pytest.mark.parametrize(
    "keys",
    [
        {"container": {"type": "{{type}}", "docker": {"image": "web:1"}}},
        {"container": {"type": "DOCKER", "docker": {"image": "{{image}}", "network": "{{network}}"}}},
        {"container": {"type": "DOCKER", "docker": {"image": "web:1", "privileged": "{{privileged}}"}}},
        {"user": "{{user}}", "container": {"type": "MESOS", "docker": {"image": "web:1"}}},
    ],
)
def test_what_a_template_fills_in_is_undecided(
    keys: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"app.json": json.dumps({**APP, **keys}, indent=1)})
    assert rules(check(capsys, tmp_path).subject("#App/shop/web"), "undecided")


def test_a_template_that_is_no_json() -> None:
    text = '{"id": "{{name}}", "cpus": {{cpus}}, "mem": 1, "cmd": "x"{{#x}}, "user": "root"{{/x}} }'
    found = reading(text, "marathon.json.mustache")
    assert found.subjects == ()
    assert [str(one.cause) for one in found.problems] == ["is a template that nobody has rendered"]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"id": "x"}',
        '{"id": "x", "instances": 1}',
        '{"id": "x", "properties": {"cpus": 1, "container": 1}}',
        '{"family": "x", "containerDefinitions": [{"name": "x", "cpus": 1}]}',
        '{"id": "x", "containers": [{"name": "x", "resources": {"cpuCoresRequest": 1, "memoryMbLimit": 2}}]}',
        '{"id": 1, "cmd": ',
        '"id"',
    ],
)
def test_other_files_are_not_marathons(text: str) -> None:
    assert not READER.claims(Source("app.json", text.encode()))


@pytest.mark.parametrize(
    "keys",
    [
        {"container": []},
        {"container": {"docker": []}},
        {"container": {"docker": {"parameters": "x"}}},
        {"container": {"docker": {"parameters": [1, None, {}, {"key": []}]}}},
        {"container": {"type": 1, "volumes": [1, {"hostPath": []}, {"hostPath": 1}]}},
        {"container": {"type": "MESOS", "linuxInfo": {"seccomp": 1, "ipcInfo": []}}},
        {"networks": [1, "x", {"mode": {}}]},
        {"networks": "host"},
        {"containers": [{"name": [], "resources": {}}, 1]},
        {"user": [], "mem": {}, "labels": [], "constraints": {"a": 1}},
    ],
)
def test_bad_input_is_never_a_pass(keys: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"app.json": json.dumps({**APP, "cmd": "x", **keys}, indent=1)})
    (subject,) = check(capsys, tmp_path).report["subjects"]
    assert rules(subject, "undecided")


def test_too_many_apps() -> None:
    found = reading(json.dumps([{"id": f"a{n}", "cmd": "x", "cpus": 1} for n in range(MAX_WORKLOADS + 2)]))
    assert len(found.subjects) == MAX_WORKLOADS
    assert len(found.problems) == 1


def test_groups_inside_groups_end() -> None:
    text = '{"id":"a","cmd":"x","cpus":1}'
    for _ in range(40):
        text = '{"id":"g","apps":[{"id":"b","cmd":"x","cpus":1}],"groups":[' + text + "]}"
    found = reading(text)
    assert found.problems
    assert "too many groups" in str(found.problems[0].cause)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "host", "DOCKER", "/srv", "{{x}}", "root"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "id apps groups pods cmd cpus mem container containers type docker image parameters key value volumes "
                "hostPath mode networks linuxInfo seccomp ipcInfo user resources name volumeMounts host labels".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_nothing_breaks_it(value: object) -> None:
    text = json.dumps({"id": "a", "cmd": "x", "cpus": 1, **(value if isinstance(value, dict) else {})})
    source = Source("app.json", text.encode())
    if READER.claims(source):
        READER.read(source, NoFiles())
