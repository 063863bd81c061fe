"""How the files of a Compose project become one: merging, extending, including, variables and paths."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.evidence import Stated, Unknown
from gate.model.source import Source
from gate.model.workload import Container, Workload
from gate.readers.compose import READER
from tests.verbs import NoFiles

SOCKET = "/var/run/docker.sock"


class Tree(NoFiles):
    """Files in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        """Take their texts by path."""
        self.files = {path: Source(path, text.encode()) for path, text in files.items()}

    def open(self, path: str) -> Any:
        """Return one of them."""
        return self.files.get(path)


def read(text: str, **others: str) -> Any:
    """Read a project; `__` in the names of other files is a dot, `_in_` a slash."""
    names = {name.replace("__", ".").replace("_in_", "/"): text for name, text in others.items()}
    tree = Tree({"compose.yaml": text, **names})
    return READER.read(tree.files["compose.yaml"], tree)


def workload(reading: Any, name: str = "web") -> Workload:
    """The workload of a name."""
    (found,) = (one for one in reading.subjects if isinstance(one, Workload) and one.name == name)
    return found


def container(text: str, name: str = "web", **others: str) -> Container:
    """The container of a service."""
    member = workload(read(text, **others), name).containers.members[0]
    assert isinstance(member, Stated)
    return member.value


def mounts(found: Container) -> dict[str, Any]:
    """The sources of a container's mounts by their targets; None for those that are not the host's."""
    values = [member.value for member in found.exposure.mounts.members if isinstance(member, Stated)]
    return {one.target: getattr(one.source, "value", None) for one in values}


def words(items: Any) -> list[str]:
    """The members of a list, a question mark for those that are not known."""
    return [getattr(member, "value", "?") for member in items.members]


def test_a_later_mount_takes_the_place_of_an_earlier_one() -> None:
    found = container(
        f"services: {{web: {{image: x, volumes: ['{SOCKET}:/s', '/etc:/e/']}}}}",
        compose__override__yaml="services: {web: {volumes: ['./s:/s', {type: bind, source: /srv, target: /e}]}}",
    )
    assert mounts(found) == {"/s": "s", "/e": "/srv"}


def test_a_mount_that_is_not_known_takes_the_place_of_a_known_one() -> None:
    found = container(
        f"services: {{web: {{image: x, volumes: ['{SOCKET}:/s']}}}}",
        compose__override__yaml="services: {web: {volumes: ['${DATA}:/s:ro']}}",
    )
    (member,) = found.exposure.mounts.members
    assert isinstance(member, Stated)
    assert isinstance(member.value.source, Unknown)
    assert member.value.read_only == Stated(True, member.at)


def test_null_takes_nothing_away() -> None:
    found = container(
        "services: {web: {image: x, privileged: true, cap_add: [ALL]}}",
        compose__override__yaml="services: {web: {privileged: , cap_add: ~}}",
    )
    assert getattr(found.privilege.privileged, "value", None) is True
    assert words(found.privilege.capabilities_added) == ["ALL"]


def test_long_and_short_forms_merge() -> None:
    reading = read(
        "services: {web: {build: app, sysctls: ['a=1'], networks: [inner]}}\nnetworks: {inner: , h: {external: true}}",
        compose__override__yaml="services: {web: {build: {target: t}, sysctls: {b: 2}, networks: {inner: {}}}}",
    )
    found = workload(reading)
    assert [(one.name, one.part) for one in found.references] == [("app/Dockerfile", "t")]
    member = found.containers.members[0]
    assert isinstance(member, Stated)
    assert words(member.value.exposure.sysctls) == ["a", "b"]


def test_reset_in_the_only_file_takes_its_value_away() -> None:
    found = container("services: {web: {image: x, privileged: !reset true, cap_add: [!reset ALL, CHOWN]}}")
    assert getattr(found.privilege.privileged, "value", None) is False
    assert words(found.privilege.capabilities_added) == ["CHOWN"]


def test_reset_reaches_what_is_extended() -> None:
    found = container(
        "services:\n  base: {image: x, privileged: true, cap_add: [ALL]}\n"
        "  web: {extends: base, privileged: !reset null, cap_add: !override [CHOWN]}\n"
    )
    assert getattr(found.privilege.privileged, "value", None) is False
    assert words(found.privilege.capabilities_added) == ["CHOWN"]


@pytest.mark.parametrize("override", ["compose.override.yml", "docker-compose.override.yaml"])
def test_an_override_of_another_spelling_is_merged(override: str) -> None:
    tree = Tree({"compose.yaml": "services: {web: {image: x}}", override: "services: {web: {pid: host}}"})
    for named in tree.files.values():
        found = workload(READER.read(named, tree))
        assert found.id == "compose.yaml#services/web"
        assert getattr(found.namespaces.pid, "value", "") == "host"


def test_a_file_that_compose_passes_over_has_no_override() -> None:
    tree = Tree(
        {
            "docker-compose.yml": "services: {web: {image: x}}",
            "compose.yaml": "services: {other: {image: x}}",
            "compose.override.yaml": "services: {web: {image: x, pid: host}}",
        }
    )
    found = workload(READER.read(tree.files["docker-compose.yml"], tree))
    assert getattr(found.namespaces.pid, "value", "") == "private"


def test_the_files_that_the_environment_lists_are_one_project() -> None:
    tree = Tree(
        {
            "base.yml": "services: {web: {image: x}}",
            "more/prod.yml": "services: {web: {pid: host, volumes: ['./p:/p']}}",
            "compose.yaml": "services: {web: {image: y}}",
            "compose.override.yaml": "services: {web: {ipc: host}}",
            ".env": "COMPOSE_FILE=base.yml:more/prod.yml",
        }
    )
    found = workload(READER.read(tree.files["base.yml"], tree))
    assert getattr(found.namespaces.pid, "value", "") == "host"
    other = workload(READER.read(tree.files["compose.yaml"], tree))
    assert (other.id, getattr(other.namespaces.ipc, "value", "")) == ("compose.yaml#services/web", "private")


def test_what_overrides_the_base_is_not_inherited() -> None:
    found = container(
        "services: {base: {image: x}, web: {extends: base}}",
        compose__override__yaml="services: {base: {privileged: true}}",
    )
    assert getattr(found.privilege.privileged, "value", None) is False


def test_paths_of_an_extended_file_start_in_its_folder() -> None:
    reading = read(
        "services: {web: {extends: {file: common/base.yaml, service: base}, volumes: ['./w:/w']}}",
        common_in_base__yaml="services: {base: {volumes: ['./b:/b', '../c:/c'], build: ctx}}",
    )
    found = workload(reading)
    member = found.containers.members[0]
    assert isinstance(member, Stated)
    assert mounts(member.value) == {"/b": "common/b", "/c": "c", "/w": "w"}
    assert found.references[0].name == "common/ctx/Dockerfile"


def test_an_extended_file_takes_the_variables_of_the_project() -> None:
    tree = {"compose.yaml": "services: {web: {extends: {file: sub/base.yaml, service: base}}}"}
    tree |= {
        "sub/base.yaml": "services: {base: {image: '${A}', user: '${B:-5}'}}",
        ".env": "A=outer",
        "sub/.env": "B=0",
    }
    member = workload(READER.read(Tree(tree).files["compose.yaml"], Tree(tree))).containers.members[0]
    assert isinstance(member, Stated)
    assert getattr(member.value.image, "value", "") == "outer"
    assert getattr(member.value.privilege.user, "value", None).uid == 5  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "services",
    [
        "{web: {image: x, extends: web}}",
        "{web: {image: x, extends: a}, a: {extends: b}, b: {extends: a}}",
        "{web: {image: x, extends: '${UNSET}'}}",
        "{web: {image: x, extends: {file: '${UNSET}', service: a}}}",
        "{web: {image: x, extends: a}, a: {extends: {file: absent.yaml, service: b}}}",
    ],
)
def test_what_is_extended_and_cannot_be_found_leaves_everything_open(services: str) -> None:
    found = container(f"services: {services}")
    assert isinstance(found.privilege.privileged, Unknown)
    assert not found.exposure.mounts.complete


def test_an_include_is_part_of_the_project() -> None:
    text = (
        "include: [parts/db.yaml]\nservices:\n  web: {image: x, volumes: ['data:/d'], network_mode: 'service:db'}\n"
        "  heir: {extends: db}\n"
    )
    part = (
        "services: {db: {image: y, network_mode: host, volumes: ['./d:/d'], cap_add: [ALL]}}\n"
        "volumes: {data: {driver_opts: {type: none, o: bind, device: /etc}}}\n"
    )
    reading = read(text, parts_in_db__yaml=part)
    assert {one.id for one in reading.subjects} == {
        "compose.yaml#services/web",
        "compose.yaml#services/heir",
        "parts/db.yaml#services/db",
    }
    assert mounts(container(text, parts_in_db__yaml=part)) == {"/d": "/etc"}
    assert getattr(workload(reading).namespaces.network, "value", "") == "host"
    assert mounts(container(text, "heir", parts_in_db__yaml=part)) == {"/d": "parts/d"}


def test_an_include_takes_its_paths_and_variables_from_where_it_is_told() -> None:
    text = "include: [{path: [a/one.yaml, b/two.yaml], project_directory: base, env_file: envs/x.env}]\n"
    found = container(
        text,
        "one",
        a_in_one__yaml="services: {one: {image: '${A}', volumes: ['./v:/v']}}",
        b_in_two__yaml="services: {one: {volumes: ['./w:/w'], cap_add: ['${B}']}}",
        envs_in_x__env="A=image\n",
        base_in___env="B=ALL\n",
    )
    assert getattr(found.image, "value", "") == "image"
    assert mounts(found) == {"/v": "base/v", "/w": "base/w"}
    assert words(found.privilege.capabilities_added) == ["?"]


def test_an_included_service_that_the_project_changes_is_the_projects() -> None:
    reading = read(
        "include: [parts/db.yaml]\nservices: {web: {image: x}}\n",
        __env="RAISED=true\n",
        parts_in_db__yaml="services: {db: {image: x, privileged: '${RAISED:-false}'}}",
    )
    assert {one.id for one in reading.subjects} == {"compose.yaml#services/web", "compose.yaml#services/db"}


@pytest.mark.parametrize(
    ("include", "cause"),
    [
        ("[absent.yaml]", "absent.yaml is not in sight"),
        ("['${UNSET}.yaml']", "cannot be known"),
        ("[a.yaml]", "lead back to compose.yaml"),
        ("5", "cannot be known"),
    ],
)
def test_an_include_that_cannot_be_followed_is_a_problem(include: str, cause: str) -> None:
    reading = read(
        f"include: {include}\nservices: {{web: {{image: x}}}}\n",
        a__yaml="include: [compose.yaml]\nservices: {a: {image: x}}\n",
    )
    assert any(cause in problem.cause for problem in reading.problems)
    assert workload(reading).name == "web"


def test_files_without_end_are_given_up() -> None:
    files = {f"p{index}.yaml": f"include: [p{index + 1}.yaml, p{index + 2}.yaml]\n" for index in range(400)}
    tree = Tree({"compose.yaml": "include: [p0.yaml]\nservices: {web: {image: x}}\n", **files})
    reading = READER.read(tree.files["compose.yaml"], tree)
    assert any("more than one project" in problem.cause for problem in reading.problems)


def test_copies_without_measure_are_given_up() -> None:
    volumes = ", ".join(f"/a{index}:/t{index}" for index in range(1000))
    services = "".join(f"  s{index}: {{extends: base}}\n" for index in range(300))
    reading = read(f"services:\n  base: {{image: x, volumes: [{volumes}]}}\n{services}")
    last = workload(reading, "s299").containers.members[0]
    assert isinstance(last, Stated)
    assert "beyond all measure" in last.value.exposure.mounts.open_because


@pytest.mark.parametrize(
    ("networks", "joined", "mode"),
    [
        ("{n: {external: {name: host}}}", "[n]", "host"),
        ("{n: {external: 'true', name: host}}", "[n]", "host"),
        ("{n: {external: false, name: host}}", "[n]", "private"),
        ("{n: {name: host}}", "[n]", "private"),
        ("{host: {external: true}}", "{host: }", "host"),
        ("{default: {external: true, name: host}}", "", "host"),
        ("{default: {external: true, name: host}}", "[]", "host"),
        ("{default: {external: true, name: host}, n: }", "[n]", "private"),
        ("{n: {external: true, name: '${UNSET}'}}", "[n]", "?"),
        ("{n: {external: true, name: host}}", "['${UNSET}']", "?"),
    ],
)
def test_a_network_that_may_be_the_hosts(networks: str, joined: str, mode: str) -> None:
    found = workload(read(f"services: {{web: {{image: x, networks: {joined}}}}}\nnetworks: {networks}\n"))
    assert getattr(found.namespaces.network, "value", "?") == mode


def test_an_empty_user_is_the_images() -> None:
    found = container("services: {web: {image: x, user: ''}}")
    assert getattr(found.privilege.user, "to", "") == "image.user"


def test_a_context_that_is_not_known_leads_nowhere() -> None:
    assert workload(read("services: {web: {build: '${CONTEXT}'}}")).references == ()
    absolute = workload(read("services: {web: {build: /srv/app}}")).references
    assert [one.name for one in absolute] == ["/srv/app/Dockerfile"]


def test_a_read_only_volume_that_binds_a_path_stays_read_only() -> None:
    found = container(
        "services: {web: {image: x, volumes: ['vol:/v:ro']}}\nvolumes: {vol: {driver_opts: {o: bind, device: /etc}}}"
    )
    (member,) = found.exposure.mounts.members
    assert isinstance(member, Stated)
    assert getattr(member.value.read_only, "value", None) is True


def test_secrets_stand_where_the_engine_puts_them() -> None:
    found = container(
        "services: {web: {image: x, secrets: [a, {source: b, target: /b}], configs: [c]}}\n"
        "secrets: {a: {file: ./a}, b: {file: /etc/b}}\nconfigs: {c: {file: ../c}}\n"
    )
    assert mounts(found) == {"/run/secrets/a": "a", "/b": "/etc/b", "/c": "../c"}


def test_a_container_before_the_service_counts_as_the_services() -> None:
    text = (
        "services:\n  web:\n    image: x\n    cap_add: [CHOWN]\n"
        "    pre_start: [{command: a, privileged: true, pid: host, volumes: ['/etc:/e']}]\n"
    )
    found = workload(read(text))
    roles = {member.value.role: member.value for member in found.containers.members if isinstance(member, Stated)}
    assert roles.keys() == {"main", "init"}
    assert getattr(roles["init"].privilege.privileged, "value", None) is True
    assert words(roles["init"].privilege.capabilities_added) == ["CHOWN"]
    assert mounts(roles["init"]) == {"/e": "/etc"}
    assert getattr(found.namespaces.pid, "value", "") == "host"


def test_a_container_before_the_service_weakens_its_sandbox() -> None:
    found = workload(read("services: {web: {image: x, runtime: runsc, pre_start: [{command: a, runtime: runc}]}}"))
    assert isinstance(found.sandbox.runtime, Unknown)


def test_more_hooks_than_are_looked_at_leave_the_service_open() -> None:
    hooks = ", ".join(["{command: a}"] * 11)
    assert isinstance(
        container(f"services: {{web: {{image: x, post_start: [{hooks}]}}}}").privilege.privileged, Unknown
    )


def test_jobs_are_judged() -> None:
    reading = read("jobs: {once: {image: x, privileged: true, triggers: {manual: true}}}")
    found = workload(reading, "once")
    assert (found.id, found.kind) == ("compose.yaml#jobs/once", "Job")
    assert not reading.problems


def test_a_resource_inside_a_config_does_not_hide_the_project() -> None:
    text = "services: {web: {image: x}}\nconfigs:\n  c:\n    content: |\n      apiVersion: v1\n      kind: Pod\n"
    assert READER.claims(Source("docker-compose.yml", text.encode()))
    assert not READER.claims(Source("compose.yaml", b"apiVersion: v1\nkind: List\nitems: []\n# services\n"))


def test_an_environment_file_that_compose_refuses_is_a_problem() -> None:
    reading = read("services: {web: {image: '${A}'}}", __env="A=x\nB C=d\n")
    assert [problem.at.path for problem in reading.problems] == [".env"]


def test_documents_merge_like_files() -> None:
    found = container(
        "services: {web: {image: x, privileged: true}}\n---\nservices: {web: {privileged: !reset null}}\n"
    )
    assert getattr(found.privilege.privileged, "value", None) is False


def test_too_many_documents_are_a_problem() -> None:
    reading = read("\n---\n".join(f"services: {{s{index}: {{image: x}}}}" for index in range(101)))
    assert any("documents" in problem.cause for problem in reading.problems)


KEYS = st.sampled_from(
    ["services", "jobs", "include", "web", "db", "extends", "file", "service", "volumes", "networks"]
)
MORE = st.sampled_from(["build", "context", "pre_start", "external", "name", "sysctls", "driver_opts", "path", "x"])
LEAVES = st.sampled_from(
    ["web", "a.yaml", "./a:/b", "${X}", "host", "!reset x", "!override [a]", "[]", "{}", "~", "a:b:c"]
)
TEXTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.dictionaries(KEYS | MORE, inner, max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        ),
    ),
    max_leaves=20,
)


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_no_project_breaks_the_reader(services: str, override: str, other: str) -> None:
    files = {
        "compose.yaml": f"include: {other}\nservices: {services}\nnetworks: {other}\nvolumes: {other}\n",
        "compose.override.yaml": f"services: {override}\nsecrets: {services}\n",
        "a.yaml": f"services: {other}\n",
    }
    tree = Tree(files)
    for source in tree.files.values():
        READER.claims(source)
        READER.read(source, tree)
