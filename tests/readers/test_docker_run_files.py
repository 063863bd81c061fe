"""Commands that start containers in makefiles, CI pipelines and services of systemd."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.evidence import Stated, Unknown, known
from gate.model.source import Source
from gate.readers.docker_run import READER
from tests.readers.commands import container, mounts, one, only, reading, workloads, written
from tests.verbs import NoFiles, check, write_all

MAKE = "Makefile"
FLOW = ".github/workflows/ci.yml"
LAB = ".gitlab-ci.yml"
UNIT = "web.service"


def flow(script: str, *, before: str = "", step: str = "") -> str:
    """A workflow with one script."""
    lines = "".join(f"        {line}\n" for line in script.splitlines())
    return f"on: push\n{before}jobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n{lines}{step}"


@pytest.mark.parametrize("name", ["Makefile", "makefile", "GNUmakefile", "Makefile.ci", "build/common.mk"])
def test_the_recipes_of_a_makefile_count(name: str) -> None:
    assert only("all:\n\t@docker run web\n", name).name == "web"


@pytest.mark.parametrize(
    "text",
    [
        "I = web:1\na:\n\tdocker run $(I)\n",
        "I := web:1 # comment\na:\n\tdocker run ${I}\n",
        "export I ?= web:1\na:\n\t-docker run $I\n",
        "T = 1\nI = web:$(T)\na:\n\tdocker run $(I)\n",
        "I = web:1\na: ; docker run $(I)\n",
        "a:\n\tI=web:1; docker run $$I\n",
        "RUN = docker run -it\na:\n\t$(RUN) web:1\n",
        "RUN = docker run \\\n  -it\na:\n\t@+$(RUN) web:1\n",
        "define run\ndocker run $(1) web:$(2)\nendef\na:\n\t$(call run,-it,1)\n",
        "DOCKER ?= docker\na:\n\t$(DOCKER) run web:1\n",
        "a:\n\tif x; then \\\n\t  docker run \\\n\t    web:1; \\\n\tfi\n",
    ],
)
def test_a_variable_of_make_is_replaced(text: str) -> None:
    assert known(one(text, MAKE).image) == "web:1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a:\n\tdocker run $(IMAGE)\n", "the variable IMAGE is not set here"),
        ("a:\n\tdocker run web:$@\n", "`$(@)` is worked out when make runs"),
        ("I = $(shell x)\na:\n\tdocker run web:$(I)\n", "`$(shell x)` is worked out when make runs"),
        ("ifdef X\nI = a\nendif\na:\n\tdocker run web:$(I)\n", "the variable I is set under a condition"),
        ("I = a\nI = b\na:\n\tdocker run web:$(I)\n", "the variable I is set in several places"),
        ("I = a\na: I = b\na:\n\tdocker run web:$(I)\n", "the variable I is set for some targets"),
        ("I != x\na:\n\tdocker run web:$(I)\n", "the variable I is what a command writes"),
        ("I = $(J)\nJ = $(I)\na:\n\tdocker run web:$(I)\n", "the variable I is not set here"),
    ],
)
def test_what_make_would_work_out_is_unknown(text: str, reason: str) -> None:
    image = one(text, MAKE).image
    assert isinstance(image, Unknown)
    assert image.reason == reason


def test_what_is_no_recipe_does_not_count() -> None:
    assert (
        workloads("# docker run web\nX = docker run web\na:\n\t# docker run web\n\techo docker run web\n", MAKE) == []
    )


def test_the_folder_of_make_is_the_projects() -> None:
    text = "a:\n\tdocker run -v $(CURDIR):/a -v $(PWD)/x:/b -v `pwd`:/c -v $(shell pwd)/y:/d -v $$HOME:/e w\n"
    assert mounts(text, MAKE) == ["bind .", "bind ./x", "bind .", "bind ./y", "bind ~"]


def test_a_flag_in_a_variable_of_make_stands_where_that_is_set() -> None:
    text = "OPTS = --rm --privileged\na:\n\tdocker run $(OPTS) web\n"
    workload = only(text, MAKE)
    assert written(text, container(workload).privilege.privileged.at) == "--privileged"
    assert written(text, workload.at) == "docker run $(OPTS) web"


def test_the_steps_of_a_workflow_count() -> None:
    text = flow("docker run \\\n  --pid=host \\\n  web")
    workload = only(text, FLOW)
    assert written(text, workload.namespaces.pid.at) == "--pid=host"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (FLOW, "on: push\njobs: {a: {steps: [{run: docker run web}]}}\n"),
        ("action.yml", "runs:\n  using: composite\n  steps:\n  - shell: bash\n    run: docker run web\n"),
        (LAB, "a:\n  script:\n  - docker run web\n"),
        (LAB, "a:\n  before_script: docker run web\n  script: [make]\n"),
        (LAB, "a:\n  after_script:\n  - docker run web\n  script: make\n"),
        (LAB, "services: ['docker:dind']\na:\n  script:\n  - - docker run web\n"),
        (".circleci/config.yml", "version: 2.1\njobs:\n  a:\n    steps:\n    - run: {command: docker run web}\n"),
        (
            ".circleci/config.yml",
            "jobs:\n  a:\n    steps:\n    - when: {steps: [{run: docker run web}]}\n    - checkout\n",
        ),
        ("azure-pipelines.yml", "steps:\n- script: docker run web\n"),
        ("azure-pipelines.yml", "stages:\n- jobs:\n  - steps:\n    - bash: docker run web\n"),
        (".travis.yml", "language: c\nscript:\n- docker run web\n"),
        ("bitbucket-pipelines.yml", "pipelines:\n  default:\n  - step:\n      script:\n      - docker run web\n"),
        (".drone.yml", "kind: pipeline\nsteps:\n- name: a\n  commands:\n  - docker run web\n"),
        (FLOW, "on: push\njobs:\n  a:\n    steps:\n    - run: >-\n        docker run\n        -it\n        web\n"),
        (FLOW, 'on: push\njobs:\n  a:\n    steps:\n    - run: "docker run \\\n        web"\n'),
        (FLOW, "on: push\njobs:\n  a:\n    steps:\n    - run: docker run\n        web\n"),
    ],
)
def test_every_service_spells_scripts_in_its_own_way(name: str, text: str) -> None:
    assert [workload.name for workload in workloads(text, name)] == ["web"]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Pod\nspec: {script: [docker run web]}\n",
        "services:\n  web:\n    image: x\n    command: docker run web\n",
        "services:\n  web:\n    image: x\n    script: [docker run web]\n",
        "- name: play\n  shell: docker run web\n",
        "on: push\njobs:\n  a:\n    steps:\n    - name: docker run web\n      uses: x\n",
        "a: {script: [make]}\nb: docker run web\n",
        "on: push\njobs:\n  a:\n    steps:\n    - run: echo docker run web\n",
        "docker run: [",
    ],
)
def test_other_files_are_not_claimed(text: str) -> None:
    assert workloads(text, "x.yml") == []


def test_what_a_workflow_fills_in_is_unknown() -> None:
    text = flow("docker run ${{ matrix.image }} --privileged")
    found = one(text, FLOW)
    assert isinstance(found.image, Unknown)
    assert found.image.reason == "`matrix.image` is filled in when the workflow runs"
    assert written(text, found.image.at) == "${{ matrix.image }}"
    assert known(found.privilege.privileged) is False


def test_what_a_workflow_fills_in_may_be_flags() -> None:
    found = one(flow("docker run ${{ matrix.options }} web"), FLOW)
    assert known(found.image) == "web"
    assert isinstance(found.privilege.privileged, Unknown)


@pytest.mark.parametrize("script", ["docker run web:${{ env.T }}", "docker run web:$T", 'docker run "web:${T}"'])
def test_a_workflow_sets_variables(script: str) -> None:
    assert known(one(flow(script, before="env:\n  T: 1\n"), FLOW).image) == "web:1"


def test_a_step_sets_variables_for_itself() -> None:
    assert known(one(flow("docker run web:$T", step="      env: {T: '2'}\n"), FLOW).image) == "web:2"


def test_the_folder_of_a_step() -> None:
    script = "docker run -v $PWD:/a -v ${{ github.workspace }}:/b w"
    assert mounts(flow(script, step="      working-directory: sub\n"), FLOW) == ["bind ./sub", "bind ."]


def test_a_script_for_another_shell_is_named_and_not_read() -> None:
    found = reading(
        flow("docker run web\ndocker run b", step="      shell: pwsh\n") + "    - run: docker run web\n", FLOW
    )
    assert len(found.subjects) == 1
    assert [one.reason for one in found.skipped] == ["is a script for pwsh, which is not read"]


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("build.ps1", "# docker run a\ndocker create --name nano microsoft/nanoserver\n", "PowerShell"),
        ("Jenkinsfile", "node { sh 'docker run --rm -v /:/host a' }\n", "Groovy"),
        ("ci/release.groovy", 'sh """\n  docker run a\n"""\n', "Groovy"),
        ("run.cmd", "docker.exe run --isolation=process a\r\n", "cmd"),
    ],
)
def test_a_script_in_another_language_is_named(
    name: str, text: str, language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (skipped,) = check(capsys, write_all(tmp_path, {name: text})).report["coverage"]["skipped"]
    assert skipped["reason"] == f"is a script for {language}, which is not read"
    assert "docker" in text.splitlines()[skipped["location"]["line"] - 1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("build.ps1", "docker build .\n# docker run a\n"),
        ("Jenkinsfile", "node {\n  // docker run a\n}\n"),
        ("run.bat", "rem docker run a\r\n"),
    ],
)
def test_a_script_that_starts_nothing_is_not_named(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(capsys, write_all(tmp_path, {name: text})).report["coverage"]["skipped"] == []


def test_the_phases_of_codebuild_run_in_one_shell() -> None:
    text = (
        "version: 0.2\nphases:\n  install:\n    commands:\n    - I=web:1\n  build:\n    commands:\n"
        "    - >\n      docker run --privileged\n      $I\n    finally:\n    - docker run done:1\n"
    )
    images = [known(container(found).image) for found in workloads(text, ".release/buildspec.yml")]
    assert images == ["web:1", "done:1"]


def test_the_lines_of_a_job_run_in_one_shell() -> None:
    text = "variables: {T: 1}\na:\n  before_script:\n  - I=web:$T\n  script:\n  - docker run $I\n"
    assert known(one(text, LAB).image) == "web:1"


def test_a_template_in_a_script_is_the_scripts_own() -> None:
    text = flow("docker inspect --format '{{.State}}' x\ndocker run web")
    assert only(text, FLOW).name == "web"


@pytest.mark.parametrize(
    "command",
    [
        "/usr/bin/docker run web",
        "-/usr/bin/docker run web",
        "/usr/bin/env docker run web",
        "/bin/sh -c 'docker run web'",
        "/bin/sh -c 'exec docker run $I'",
        "@/usr/bin/docker docker run web",
        "/bin/true ; /usr/bin/docker run web",
        "/usr/bin/docker run \\\n  # comment\n  web",
        "/usr/bin/docker run ${I}",
        "/usr/bin/docker run $I",
        '/usr/bin/docker "run" "\\x77eb"',
    ],
)
def test_the_commands_of_a_service_count(command: str) -> None:
    assert known(one(f"[Service]\nEnvironment=I=web\nExecStart={command}\n", UNIT).image) == "web"


def test_every_command_of_a_service_counts() -> None:
    text = "[Service]\nExecStartPre=-/bin/docker run a\nExecStart=/bin/docker run b\nExecStop=/bin/docker stop b\n"
    assert [workload.name for workload in workloads(text, UNIT)] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "word", "expected"),
    [
        (UNIT, "%h/x", "bind /root/x"),
        (".config/systemd/user/web.service", "%h/x", "bind ~/x"),
        (UNIT, "%t/docker.sock", "bind /run/docker.sock"),
        (UNIT, "/srv/%N", "bind /srv/web"),
        ("web@.service", "/srv/%i", "bind ?"),
        (UNIT, "/srv/100%%", "bind /srv/100%"),
        (UNIT, "${DATA}", "bind ?"),
        (UNIT, "$DATA/x", "volume ?"),
    ],
)
def test_a_specifier_is_what_it_stands_for(name: str, word: str, expected: str) -> None:
    assert mounts(f"[Service]\nExecStart=/usr/bin/docker run -v {word}:/x web\n", name) == [expected]


def test_a_file_may_set_variables_of_a_service() -> None:
    text = "[Service]\nEnvironment=OPTS=--rm\nEnvironmentFile=/etc/x\nExecStart=/usr/bin/docker run $OPTS web\n"
    assert isinstance(one(text, UNIT).privilege.privileged, Unknown)


def test_what_is_no_service_is_not_claimed() -> None:
    assert workloads("[Unit]\nDescription=docker run web\n", UNIT) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (MAKE, "A = $(A)$(A)\nB = " + "$(A)" * 1000 + "\na:\n\tdocker run $(B) web\n"),
        (
            MAKE,
            "".join(f"A{n} = $(A{n + 1})$(A{n + 1})$(A{n + 1})\n" for n in range(60)) + "a:\n\tdocker run $(A0) web\n",
        ),
        (MAKE, "a:\n\tdocker run " + "$(" * 20_000 + "web\n"),
        (MAKE, "a:\n" + "\tdocker run \\\n" * 50_000),
        (MAKE, "define x\n" * 20_000 + "docker run web"),
        (UNIT, "[Service]\nExecStart=docker run " + "\\x41" * 100_000),
        (UNIT, "[Service]\nExecStart=docker run " + "x \\\n" * 100_000),
        (FLOW, "on: push\njobs:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 150)) + "# docker run"),
        (FLOW, flow("docker run ${{ " * 20_000)),
        (LAB, "a: &a\n  script: [docker run web]\nb: {x: [*a, *a, *a]}\n" + "c: {<<: *a}\n"),
    ],
)
def test_a_hostile_file_is_bounded(name: str, text: str) -> None:
    assert len(READER.read(Source(name, text.encode()), NoFiles()).subjects) <= 300


PIECES = st.sampled_from(
    [
        *(
            "a:\n",
            "\t",
            "docker run ",
            "web ",
            "$(A) ",
            "$(",
            ")",
            "A = ",
            "A += ",
            "ifdef A\n",
            "endif\n",
            "define A\n",
        ),
        *("endef\n", "\\\n", "$$A ", "# ", "[Service]\n", "ExecStart=", "Environment=A=b\n", '"', "'", "%h", "${A}"),
        *(
            "jobs:\n",
            "  a:\n",
            "    steps:\n",
            "    - run: |\n",
            "        ",
            "${{ ",
            "}}",
            "script:\n",
            "- ",
            ": ",
            "; ",
        ),
    ]
)


@given(st.lists(PIECES, max_size=30), st.sampled_from([MAKE, FLOW, UNIT]))
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_is_read_or_not(pieces: list[str], name: str) -> None:
    source = Source(name, "".join(pieces).encode())
    for workload in READER.read(source, NoFiles()).subjects:
        assert 0 <= workload.at.start <= workload.at.end <= len(source.text)


def test_a_place_is_that_of_the_flag_even_in_a_folded_text() -> None:
    text = "on: push\njobs:\n  a:\n    steps:\n    - run: >\n        docker run\n        -v /:/host\n        web\n"
    (member,) = one(text, FLOW).exposure.mounts.members
    assert isinstance(member, Stated)
    assert written(text, member.at) == "-v /:/host"


@pytest.mark.parametrize("name", ["build.ps1", "Module.psm1"])
@pytest.mark.parametrize(
    "command", ["docker run --rm `\n -v $pwd\\out:c:\\bin web", "  & docker.exe container run web", "Podman create web"]
)
def test_what_powershell_starts_is_in_the_ledger(name: str, command: str) -> None:
    source = Source(name, f"# Part 1\n{command}\n".encode())
    assert READER.claims(source)
    read = READER.read(source, NoFiles())
    assert [(one.at.line, one.reason) for one in read.skipped] == [(2, "is a script for PowerShell, which is not read")]
    assert not read.subjects


@pytest.mark.parametrize(
    "text", ["# docker run web\n", "docker build .\n", "'docker run web'\n", "New-VM web\ndocker run web\n"]
)
def test_other_scripts_of_powershell_are_none_of_it(text: str) -> None:
    assert not READER.claims(Source("build.ps1", text.encode()))


HANDED = "#!/bin/bash\n{command} <<EOF\napiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nkind: {kind}\nEOF\n"


@pytest.mark.parametrize("kind", ["Pod", "VirtualMachine", "TaskRun"])
@pytest.mark.parametrize(
    "command", ["kubectl apply -f -", "cat", "oc create -f-", "docker run web; kubectl apply -f -"]
)
def test_a_manifest_that_a_script_hands_over_is_in_the_ledger(command: str, kind: str) -> None:
    text = HANDED.format(command=command, kind=kind) + ("kubectl apply -f x\n" if command == "cat" else "")
    source = Source("deploy", text.encode())
    assert READER.claims(source)
    (skipped,) = READER.read(source, NoFiles()).skipped
    assert skipped.at.line == 6
    assert "here-document" in skipped.reason


@pytest.mark.parametrize(
    ("command", "kind"), [("kubectl apply -f -", "Service"), ("cat", "Pod"), ("echo kubectl; true", "Namespace")]
)
def test_a_manifest_that_starts_nothing_needs_no_word(command: str, kind: str) -> None:
    assert not READER.claims(Source("deploy.sh", HANDED.format(command=command, kind=kind).encode()))
