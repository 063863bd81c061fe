"""Commands that start containers, in shell scripts: which count, what their words come to, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.evidence import Deferred, Stated, Unknown, known
from gate.model.reference import Reference
from gate.model.sensitivity import Statement
from gate.model.source import Source
from gate.readers.docker_run import READER
from tests.readers.commands import container, mounts, one, only, reading, workloads, written
from tests.verbs import NoFiles, check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path


def names(text: str, name: str = "run.sh") -> list[str]:
    return [workload.name for workload in workloads(text, name)]


@pytest.mark.parametrize(
    "command",
    [
        "docker run web",
        "docker create web",
        "docker container run web",
        "/usr/bin/docker run web",
        "sudo docker run web",
        "sudo -u app -E docker run web",
        'must() {\n  echo "$@"\n  if "$@"; then return; fi\n}\nmust docker run web',
        "DOCKER_BUILDKIT=1 docker run web",
        "env A=b docker run web",
        "timeout 10 docker run web",
        "exec docker run web",
        "nohup docker run web &",
        "docker --context remote -H tcp://x:2375 run web",
        "docker -l debug run web",
        "podman run web",
        "podman --log-level=debug run web",
        "nerdctl -n k8s.io run web",
        "if ! docker run web; then exit 1; fi",
        "while true; do docker run web; done",
        "for i in 1 2; do docker run web; done",
        "test -f x && docker run web || true",
        "( cd x; docker run web )",
        "start() { docker run web; }",
        "function start { docker run web; }",
        "case $1 in start) docker run web;; esac",
        "case $1 in\n  (start|go)\n    docker run web ;;\nesac",
        "id=$(docker run -d web)",
        "id=`docker run -d web`",
        'echo "started $(docker run -d web)"',
        'sh -c "docker run web"',
        "bash -lc 'docker run web'",
        'ssh -i key -p 22 me@host "docker run web"',
        "ssh host docker run web",
        'eval "docker run web"',
        'su - app -c "docker run web"',
        "sudo bash -c 'docker run web'",
        "bash <<EOF\ndocker run web\nEOF",
        "ssh host <<-'EOF'\n\tdocker run web\n\tEOF",
        "cat x | docker run -i web > y 2>&1",
        "docker run \\\n  -it \\\n  web",
        "docker run -it \\\r\n  web",
        "D=docker; $D run web",
        "$DOCKER run web",
        "${PODMAN_CMD} run web",
        "$SUDO docker run web",
        "alias web='docker run web'",
        "xargs docker run web",
        "diff <(docker run web) x",
    ],
)
def test_a_command_counts_wherever_it_would_run(command: str) -> None:
    assert names(f"#!/bin/bash\n{command}\n") == ["web"]


@pytest.mark.parametrize(
    "command",
    [
        "# docker run web",
        "true # docker run web",
        "echo docker run web",
        'echo "docker run web"',
        'printf "docker run web\\n"',
        "cat <<EOF\ndocker run web\nEOF",
        'cat > x <<"EOF"\n$(docker run web)\nEOF',
        "docker ps",
        "docker exec web docker run other",
        "docker compose run web",
        "docker-compose run web",
        "docker run --help",
        "docker run",
        "mydocker run web",
        "grep 'docker run' x",
        "MESSAGE='docker run web'",
        "docker build -t web .",
        "$RUNNER run web",
    ],
)
def test_what_is_no_command_does_not_count(command: str) -> None:
    assert names(f"#!/bin/bash\n{command}\n") == []


def test_an_engine_is_its_platform() -> None:
    text = "docker run a\npodman run b\nnerdctl run c\n"
    assert [workload.platform for workload in workloads(text)] == ["docker", "podman", "docker"]


def test_a_container_is_named_by_its_flag_else_by_its_image() -> None:
    text = (
        "docker run --name x a\ndocker run registry.example:5000/team/web:1.2\ndocker run web@sha256:0\ndocker run $I\n"
    )
    assert [workload.id for workload in workloads(text)] == [
        "run.sh#Container/x",
        "run.sh#Container/web",
        "run.sh#Container/web:2",
        "run.sh#Container/container",
    ]


def test_a_flag_stands_where_it_is_written() -> None:
    text = "#!/bin/sh\nsudo docker run \\\n  --privileged --pid=host \\\n  -v /:/host:ro web\n"
    workload = only(text)
    found = container(workload)
    assert written(text, workload.at) == text[text.index("docker") : -1]
    assert written(text, found.privilege.privileged.at) == "--privileged"
    assert written(text, workload.namespaces.pid.at) == "--pid=host"
    assert written(text, found.exposure.mounts.members[0].at) == "-v /:/host:ro"
    assert written(text, found.image.at) == "web"


def test_a_flag_from_a_variable_stands_where_it_is_set() -> None:
    text = 'OPTS="--rm --privileged"\ndocker run $OPTS web\n'
    setting = one(text).privilege.privileged
    assert isinstance(setting, Stated)
    assert written(text, setting.at) == "--privileged"
    assert [written(text, at) for at in setting.via] == ["$OPTS"]


@pytest.mark.parametrize(
    "text",
    [
        "I=web:1; docker run $I",
        'I="web:1"; docker run "$I"',
        "I=web; docker run ${I}:1",
        "docker run ${I:-web:1}",
        "T=1; docker run ${I:-web:$T}",
        "export I=web:1; docker run $I",
        "readonly I='web:1'; docker run $I",
        "I=other; I=web:1; docker run $I",
        "I=we; I+=b:1; docker run $I",
        "a=(-it web:1); docker run ${a[@]}",
        'a=(-e "A=b c"); a+=(web:1); docker run "${a[@]}"',
        "I=web:1\nif x; then docker run $I; fi",
        "f() {\n  local I=web:1\n  docker run $I\n}",
        "I=${1:-web:1}; docker run $I",
        "I=; docker run ${I:-web:1}",
    ],
)
def test_a_constant_is_known(text: str) -> None:
    assert known(one(text).image) == "web:1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("docker run $IMAGE", "the variable IMAGE is not set here"),
        ("docker run ${IMAGE}", "the variable IMAGE is not set here"),
        ("docker run web:$T", "the variable T is not set here"),
        ("docker run ${IMAGE:?}", "the variable IMAGE is not set here"),
        ("I=$(cat x); docker run web:$I", "it is what a command writes"),
        ("if x; then IMAGE=web; fi; docker run $IMAGE", "the variable IMAGE is set under a condition"),
        ("x && IMAGE=web; docker run $IMAGE", "the variable IMAGE is set under a condition"),
        ("f() { IMAGE=web; }; f; docker run $IMAGE", "the variable IMAGE is set under a condition"),
        ("for IMAGE in a b; do docker run $IMAGE; done", "the variable IMAGE is set by a loop"),
        ("IMAGE=a; f() { docker run $IMAGE; }; IMAGE=b; f", "the variable IMAGE is set again elsewhere"),
        ("IMAGE=a; while x; do docker run $IMAGE; IMAGE=b; done", "the variable IMAGE is set again elsewhere"),
        ("read IMAGE; docker run $IMAGE", "the variable IMAGE is read when the script runs"),
        ("IMAGE=a; . ./x; docker run $IMAGE", "the script runs another one before, which may set it"),
        ("IMAGE=a; eval $x; docker run $IMAGE", "the script evaluates a text before, which may set it"),
        ("docker run web:${#x}", "it is computed"),
        ("docker run web:$((1 + 1))", "it is computed"),
    ],
)
def test_anything_else_is_unknown_where_it_stands(text: str, reason: str) -> None:
    image = one(text).image
    assert isinstance(image, Unknown)
    assert image.reason == reason
    assert written(text, image.at)[:1] in ("$", "w")


@pytest.mark.parametrize(
    "words", ["$OPTS", "${OPTS}", '"$@"', "$*", "$1", '"${a[@]}"', "${V:+-v}", "$(opts)", "`opts`"]
)
def test_a_word_that_may_be_flags_leaves_everything_open(words: str) -> None:
    workload = only(f"docker run {words} --net host web")
    found = container(workload)
    assert isinstance(found.privilege.privileged, Unknown)
    assert not found.exposure.mounts.complete
    assert known(workload.namespaces.network) == "host"
    assert isinstance(workload.namespaces.pid, Unknown)
    assert known(found.image) == "web"


@pytest.mark.parametrize("words", ['"$OPT"', "$IMAGE", "${MY_IMG}", "$REGISTRY/web", "web:$TAG", '"$(image)"'])
def test_one_word_leaves_nothing_open(words: str) -> None:
    found = one(f"docker run -it {words} --privileged")
    assert isinstance(found.image, Unknown)
    assert known(found.privilege.privileged) is False
    assert found.exposure.mounts.complete


def test_what_follows_an_unknown_flag_is_unknown() -> None:
    found = one("docker run --novel value --privileged web")
    assert isinstance(found.privilege.privileged, Unknown)
    assert isinstance(found.image, Unknown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker run -v $(pwd):/x w", ["bind ."]),
        ("docker run -v `pwd`/data:/x w", ["bind ./data"]),
        ('docker run -v "$PWD/data":/x w', ["bind ./data"]),
        ("docker run -v ${PWD}:/x w", ["bind ."]),
        ("docker run -v $HOME/.ssh:/x w", ["bind ~/.ssh"]),
        ("docker run -v ~/.ssh:/x w", ["bind ~/.ssh"]),
        ("cd build; docker run -v $PWD:/x w", ["bind ./build"]),
        ("cd /etc && docker run -v $(pwd):/x w", ["bind /etc"]),
        ("cd $X; docker run -v $(pwd):/x w", ["bind ?"]),
        ("D=$(cd $(dirname $0) && pwd); docker run -v $D:/x w", ["bind ."]),
        ('D=$(dirname "${BASH_SOURCE[0]}"); docker run -v "$D/..":/x w', ["bind ./.."]),
        ("docker run -v $DATA:/x w", ["bind ?"]),
        ("docker run -v $DATA/sub:/x w", ["bind ?"]),
        ("docker run -v /srv/$APP:/x w", ["bind ?"]),
        ("docker run -v data:/x w", ["volume ?"]),
        ("docker run -v /:/host -v data:/y w", ["bind /", "volume ?"]),
        ("docker volume create --opt type=none -o o=bind -o device=/etc data\ndocker run -v data:/x w", ["bind /etc"]),
        ("docker volume create --name data -o o=bind -o device=$D\ndocker run --mount src=data,dst=/x w", ["bind ?"]),
        ("podman run --rootfs /srv/root sh", ["bind /srv/root"]),
    ],
)
def test_a_mount_of_the_host(text: str, expected: list[str]) -> None:
    assert mounts(text) == expected


def test_a_script_in_a_folder_knows_where_it_is() -> None:
    text = 'D="$(cd "$(dirname "$0")/.." && pwd)"\ndocker run -v "$D:/x" w\n'
    assert mounts(text, "scripts/run.sh") == ["bind ./scripts/.."]


def test_whoever_runs_the_script_is_not_known() -> None:
    user = one("docker run -u $(id -u):$(id -g) web").privilege.user
    assert isinstance(user, Unknown)
    assert user.reason == "it is whoever runs the script"


def test_the_image_that_the_script_builds_comes_from_its_recipe() -> None:
    text = "docker build -t shop/web -f docker/web.Dockerfile .\ndocker run shop/web:latest\n"
    workload = workloads(text)[0]
    assert [(one.kind, one.name) for one in workload.references] == [
        ("build", "docker/web.Dockerfile"),
        ("image", "shop/web:latest"),
    ]
    assert container(workload).privilege.user == Deferred("image.user", workload.at)


def test_an_image_elsewhere_is_only_named() -> None:
    workload = only("docker build -t web https://example.com/x.git\ndocker run web\n")
    assert [type(one) for one in workload.references] == [Reference]


def test_labels_state_the_sensitivity() -> None:
    workload = only("docker run --label gate.class=restricted -l gate.regulated=pci,phi -l other=x web")
    assert [(one.axis, one.value) for one in workload.statements] == [
        ("class", "restricted"),
        ("regulated", "pci"),
        ("regulated", "phi"),
    ]
    assert all(isinstance(one, Statement) for one in workload.statements)


@pytest.mark.parametrize(
    ("text", "entitled", "network"),
    [
        ("docker buildx build --allow security.insecure -t web .", ["security.insecure"], False),
        ("docker build --allow=network.host --network=host -t web .", ["network.host"], True),
        ("docker buildx bake --allow security.insecure web", ["security.insecure"], False),
        ("docker build --network host -t web:1 .", [], True),
        (
            "docker buildx create --buildkitd-flags '--allow-insecure-entitlement security.insecure'",
            ["security.insecure"],
            False,
        ),
    ],
)
def test_a_build_with_special_rights_counts(text: str, entitled: list[str], network: bool) -> None:
    workload = only(text)
    assert workload.kind == "Build"
    assert [known(member) for member in workload.build.entitlements.members] == entitled
    assert known(workload.build.host_network) is network


def test_a_flag_without_its_value_is_refused() -> None:
    (refused,) = only("docker run $OPTS --name").refused
    assert refused.key == "--name"


@pytest.mark.parametrize("data", [b"docker run \0 web", b"\x7fELF docker run", b"docker run " + b"\xff\xfe web"])
def test_odd_bytes_are_no_reason_to_stop(data: bytes) -> None:
    source = Source("run.sh", data)
    READER.claims(source)
    READER.read(source, NoFiles())


@pytest.mark.parametrize(
    "text",
    [
        "docker run " + "'" * 60_001,
        'docker run "$(' * 3_000,
        "docker run $(" * 5_000,
        "docker run " + "-v /:/x " * 20_000 + "web",
        "docker run " + "${A:-" * 10_000,
        "A=x\n" + "A=$A$A$A$A\n" * 200 + "docker run $A web",
        "docker run web\n" * 30_000,
        "x=(" * 50_000 + "docker run web",
        "cat <<A\n" * 5_000 + "docker run web",
        "if x; then " * 20_000 + "docker run web",
        "docker run " + "\\\n" * 100_000 + "web",
        "((" * 100_000 + "docker run web",
    ],
)
def test_a_hostile_script_is_bounded(text: str) -> None:
    found = READER.read(Source("run.sh", f"#!/bin/sh\n{text}\n".encode()), NoFiles())
    assert len(found.subjects) <= 300


def test_too_many_containers_are_a_problem_and_no_pass() -> None:
    found = reading("docker run web\n" * 400)
    assert [problem.cause for problem in found.problems] == ["starts more than 300 containers"]
    assert found.subjects == ()


def test_a_script_that_is_too_long_is_a_problem() -> None:
    found = reading("docker run web\n" + "#" * (1024 * 1024))
    assert [problem.remedy for problem in found.problems] == ["split the file"]


PIECES = st.sampled_from(
    [
        *(
            "docker run ",
            "podman run ",
            "-v /:/x ",
            "--privileged ",
            "$X ",
            "${X:-",
            "}",
            "$(",
            ")",
            "`",
            "'",
            '"',
            "\\",
        ),
        *(
            "if x; then ",
            "fi\n",
            "f() {",
            "}\n",
            "case $x in ",
            "a) ",
            ";; ",
            "esac ",
            "X=",
            "a=(",
            ") ",
            "<<E\n",
            "E\n",
        ),
        *(
            "cd ",
            "for X in ",
            "done ",
            "do ",
            "&& ",
            "| ",
            "web ",
            "sh -c ",
            "((",
            "))",
            ". x; ",
            "eval ",
            "+=",
            "\t",
            "\n",
        ),
    ]
)


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=500, deadline=None)
def test_whatever_is_written_is_read_or_not(pieces: list[str]) -> None:
    source = Source("run.sh", "".join(pieces).encode())
    for workload in READER.read(source, NoFiles()).subjects:
        assert 0 <= workload.at.start <= workload.at.end <= len(source.text)


def test_it_is_judged_like_the_same_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(
        tmp_path,
        {
            "run.sh": "#!/bin/sh\ndocker run --privileged --pid host -v /var/run/docker.sock:/s --net host web:1\n",
            "compose.yaml": "services:\n  web:\n    image: web:1\n    privileged: true\n    pid: host\n"
            "    network_mode: host\n    volumes: ['/var/run/docker.sock:/s']\n",
        },
    )
    found = check(capsys, tmp_path)
    ours, theirs = found.subject("run.sh#Container/web"), found.subject("services/web")
    assert ours["boundary"]["level"] == theirs["boundary"]["level"] == "L0"
    assert rules(ours) == rules(theirs)
    assert rules(ours, "undecided") == rules(theirs, "undecided")


@pytest.mark.parametrize(("name", "text"), [("start", "#!/bin/sh\n"), ("bin/start", "#!/usr/bin/env bash\n")])
def test_a_script_without_an_ending_is_known_by_its_first_line(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(
        tmp_path, {name: f"{text}docker run --privileged web\n", "LICENSE": "docker run web\n", "blob": "\x7fELF"}
    )
    found = check(capsys, tmp_path)
    assert [subject["id"] for subject in found.report["subjects"]] == [f"{name}#Container/web"]
    assert found.report["coverage"]["not_understood"] == []
