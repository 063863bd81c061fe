"""The files of bots and pipelines: what each of them builds or moves on, and what it leaves in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.dialects import cadence_dependabot, cadence_github, cadence_pipelines, cadence_renovate
from gate.dialects.cadence_builds import Build, of_script
from gate.dialects.cadence_patterns import by_glob, by_pattern
from gate.model.errors import InputError
from gate.model.source import Source
from gate.syntax.cron import longest
from gate.syntax.json5 import parse
from gate.syntax.tree import Mapping
from tests.verbs import NoFiles

if TYPE_CHECKING:
    from gate.model.cadence import Keeper


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("0 3 * * 1", 7),
        ("*/5 * * * *", 1),
        ("0 0 1 * *", 31),
        ("0 0 1,15 * *", 17),
        ("0 0 29 2 *", 1461),
        ("0 0 1 */3 *", 92),
        ("0 0 1 * 1", 7),
        ("30 5 * jan-jun sun,wed", 189),
        ("H H(0-7) * * 1-5", 3),
        ("H H H * *", 31),
        ("@weekly", 7),
        ("0 0 31 2 *", None),
        ("0 0 * *", None),
        ("61 0 * * *", None),
        ("0 0 5-1 * *", None),
        ("", None),
        ("* " * 200, None),
    ],
)
def test_the_longest_gap_of_a_schedule(schedule: str, days: int | None) -> None:
    assert longest(schedule) == days


def test_json5_is_read_and_json_with_it() -> None:
    root = parse(Source("a", b"// c\n{a: ['x', \"y\\u0041\",], /* d */ 'b': -1.5e3, c: {d: null, e: true,},}\n"))
    assert isinstance(root, Mapping)
    assert list(root.entries) == ["a", "b", "c"]
    assert [one.text for one in root.entries["a"].items] == ["x", "yA"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text", ["{", "{a}", "[1 2]", "'a\n'", "{a: 1} x", "[" * 70, "/* a", "nul", '"\\u12"', "[" + "1," * 60_000 + "]"]
)
def test_what_is_no_json5_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse(Source("a", text.encode()))


@pytest.mark.parametrize(
    ("script", "paths"),
    [
        ("docker build -t x .", ["Dockerfile"]),
        ("docker buildx build --platform linux/amd64 --push --tag x:y ./svc", ["svc/Dockerfile"]),
        ("docker build -f docker/pay.Dockerfile --pull .", ["docker/pay.Dockerfile"]),
        ("cd svc && sudo podman build", ["svc/Dockerfile"]),
        ('sh -c "docker build $GITHUB_WORKSPACE/api"', ["api/Dockerfile"]),
        ("/kaniko/executor --context dir://$CI_PROJECT_DIR --dockerfile a/Dockerfile", ["a/Dockerfile"]),
        ("docker build https://example.org/a.git", []),
        ("docker build $WHERE", [None]),
        ("docker compose build", [None]),
        ("docker buildx bake", [None]),
        ("docker run a build", []),
        ("make test", []),
        ("# docker build .", []),
        ("docker build ../elsewhere", [None]),
    ],
)
def test_what_a_script_builds(script: str, paths: list[str | None]) -> None:
    assert [one.path for one in of_script(script, "") if one.makes == "image"] == paths


def test_a_command_that_may_build_anything() -> None:
    assert list(of_script("make images", "")) == [Build("image", None), Build("machine", None)]
    assert list(of_script("packer build -force -var a=b machines/", "")) == [Build("machine", "machines")]


def workflow(steps: str, job: str = "") -> Source:
    head = "on:\n  push:\n  schedule:\n  - cron: '0 3 * * 1'\njobs:\n  a:\n"
    return Source(".github/workflows/a.yml", f"{head}{job}    steps:\n{steps}".encode())


def built(source: Source) -> set[tuple[str | None, bool]]:
    """What a workflow builds, and whether that is certain."""
    found = cadence_github.scheduled(source, NoFiles())
    return {(one.build.path, not one.keeper.doubt) for one in found if one.build.makes == "image"}


BUILD = "    - run: docker build .\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (workflow(BUILD), {("Dockerfile", True)}),
        (
            workflow("    - uses: docker/build-push-action@v6\n      with: {file: b/Dockerfile}\n"),
            {("b/Dockerfile", True)},
        ),
        (workflow("    - uses: docker/bake-action@v6\n"), {(None, True)}),
        (workflow(BUILD, "    if: github.event_name != 'schedule'\n"), set()),
        (
            workflow(BUILD, "    if: github.event_name == 'push' || github.event_name == 'schedule'\n"),
            {("Dockerfile", True)},
        ),
        (workflow(BUILD, "    if: github.repository == 'a/b'\n"), {("Dockerfile", False)}),
        (workflow(BUILD + "      if: ${{ github.event_name == 'push' }}\n"), set()),
        (
            workflow("    - run: docker build ${{ matrix.image }}\n", "    strategy: {matrix: {image: [x, y]}}\n"),
            {("x/Dockerfile", True), ("y/Dockerfile", True)},
        ),
        (
            workflow(
                "    - run: docker build -f ${{ matrix.it.file }} .\n",
                "    strategy: {matrix: {it: [{file: x}, {file: y}]}}\n",
            ),
            {("x", True), ("y", True)},
        ),
        (workflow("    - run: docker build ${{ inputs.x }}\n"), {(None, True)}),
        (workflow(BUILD.replace("run:", "env: {A: b}\n      run:")), {("Dockerfile", True)}),
        (workflow("    - run: docker build .\n      working-directory: svc\n"), {("svc/Dockerfile", True)}),
        (workflow("", "    uses: other/repository/.github/workflows/x.yml@main\n"), {(None, False)}),
        (Source("w.yml", b"on: push\njobs: {a: {steps: [{run: docker build .}]}}\n"), set()),
        (Source("w.yml", b"on: {schedule: [\n"), {(None, False)}),
    ],
)
def test_what_a_scheduled_workflow_builds(source: Source, expected: set[tuple[str | None, bool]]) -> None:
    assert built(source) == expected


ALWAYS = "schedules: [{cron: '0 3 * * 1', always: true}]\n"
CIRCLE = (
    "jobs: {b: {steps: [checkout, {run: docker build .}]}}\n"
    "workflows: {w: {triggers: [{schedule: {cron: '0 0 1 * *'}}], jobs: [b]}}\n"
)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            ".gitlab-ci.yml",
            ".b: {script: [docker build .]}\na: {extends: .b, rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]}\n",
            {("Dockerfile", None, False)},
        ),
        (".gitlab-ci.yml", "a: {script: docker build x, only: [schedules]}\n", {("x/Dockerfile", None, False)}),
        (".gitlab-ci.yml", "a: {script: docker build x}\n", set()),
        (
            "azure-pipelines.yml",
            "schedules: [{cron: '0 3 * * 1', always: true}]\nsteps: [{script: docker build .}]\n",
            {("Dockerfile", 7, True)},
        ),
        ("azure-pipelines.yml", "schedules: [{cron: '0 3 * * 1'}]\nsteps: [{script: docker build .}]\n", set()),
        (
            "azure-pipelines.yml",
            f"{ALWAYS}steps: [{{task: Docker@2, inputs: {{command: build, Dockerfile: a/Dockerfile}}}}]\n",
            {("a/Dockerfile", 7, True)},
        ),
        (
            ".circleci/config.yml",
            CIRCLE,
            {("Dockerfile", 31, True)},
        ),
        (
            "Jenkinsfile",
            "pipeline {\n triggers { cron('H 3 * * 1') }\n stage('a') { steps { sh 'docker build -t a .' } }\n}\n",
            {("Dockerfile", 7, True)},
        ),
        ("Jenkinsfile", "pipeline {\n // triggers { cron('H 3 * * 1') }\n sh 'docker build .'\n}\n", set()),
    ],
)
def test_what_other_pipelines_build(name: str, text: str, expected: set[tuple[str | None, int | None, bool]]) -> None:
    found = cadence_pipelines.READERS[name](Source(name, text.encode()))
    images = [one for one in found if one.build.makes == "image"]
    assert {(one.build.path, one.keeper.every, not one.keeper.doubt) for one in images} == expected


def said(found: list[Keeper]) -> str:
    """Put the keepers into a word: the first that is certain, else a doubt, else none."""
    return "kept" if any(not one.doubt for one in found) else "doubt" if found else "none"


HEAD = "version: 2\nupdates:\n- package-ecosystem: docker\n  schedule: {interval: weekly}\n"


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (HEAD + "  directory: /\n", "Dockerfile", "kept"),
        (HEAD + "  directory: /\n", "svc/Dockerfile", "none"),
        (HEAD + "  directories: ['/svc/*']\n", "svc/a/Dockerfile", "kept"),
        (HEAD + "  directories: ['**/*']\n", "a/b/c/Dockerfile", "kept"),
        (HEAD + "  directories: ['/svc']\n  exclude-paths: ['svc/Dockerfile']\n", "svc/Dockerfile", "none"),
        (HEAD + "  directory: /\n  ignore: [{dependency-name: python}]\n", "Dockerfile", "none"),
        (HEAD + "  directory: /\n  ignore: [{dependency-name: 'p*', versions: ['>3']}]\n", "Dockerfile", "doubt"),
        (HEAD + "  directory: /\n  allow: [{dependency-name: golang}]\n", "Dockerfile", "none"),
        (HEAD + "  directory: /\n  open-pull-requests-limit: 0\n", "Dockerfile", "none"),
        (HEAD.replace("docker", "npm") + "  directory: /\n", "Dockerfile", "none"),
        (HEAD.replace("2", "1") + "  directory: /\n", "Dockerfile", "doubt"),
        ("version: 2\nupdates: [\n", "Dockerfile", "doubt"),
    ],
)
def test_what_dependabot_moves_on(text: str, path: str, expected: str) -> None:
    source = Source(".github/dependabot.yml", text.encode())
    assert said(list(cadence_dependabot.keepers(source, path, "dockerfile", "python"))) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("{}", "Dockerfile", "kept"),
        ('{"extends": ["config:recommended"]}', "svc/api.Dockerfile", "kept"),
        ('{"extends": ["config:recommended"]}', "examples/Dockerfile", "none"),
        ('{"extends": ["config:recommended"], "ignorePaths": []}', "examples/Dockerfile", "kept"),
        ('{"ignorePaths": ["svc"]}', "svc/Dockerfile", "none"),
        ('{"ignorePaths": ["{a,b}/**"]}', "svc/Dockerfile", "doubt"),
        ('{"includePaths": ["deploy/**"]}', "svc/Dockerfile", "none"),
        ('{"extends": ["github>a/b"]}', "Dockerfile", "doubt"),
        ('{"extends": ["docker:disable"]}', "Dockerfile", "none"),
        ('{"enabled": false}', "Dockerfile", "none"),
        ('{"enabledManagers": ["npm"]}', "Dockerfile", "none"),
        (
            '{"enabledManagers": ["custom.regex"], "customManagers": [{"fileMatch": ["^Dockerfile$"]}]}',
            "Dockerfile",
            "doubt",
        ),
        ('{"enabledManagers": ["custom.regex"], "customManagers": [{"fileMatch": ["^a$"]}]}', "Dockerfile", "none"),
        ('{"dockerfile": {"enabled": false}}', "Dockerfile", "none"),
        ('{"ignoreDeps": ["python"]}', "Dockerfile", "none"),
        ('{"packageRules": [{"matchManagers": ["dockerfile"], "enabled": false}]}', "Dockerfile", "none"),
        ('{"packageRules": [{"matchPackageNames": ["python"], "enabled": false}]}', "Dockerfile", "none"),
        ('{"packageRules": [{"matchPackageNames": ["golang"], "enabled": false}]}', "Dockerfile", "kept"),
        ('{"packageRules": [{"matchPackageNames": ["/^py/"], "enabled": false}]}', "Dockerfile", "doubt"),
        (
            '{"packageRules": [{"matchDatasources": ["docker"], "matchUpdateTypes": ["major"], "enabled": false}]}',
            "Dockerfile",
            "kept",
        ),
        (
            '{"packageRules": [{"enabled": false}, {"matchManagers": ["dockerfile"], "enabled": true}]}',
            "Dockerfile",
            "kept",
        ),
        ('{"dependencyDashboardApproval": true}', "Dockerfile", "doubt"),
        ("{", "Dockerfile", "doubt"),
        ("[]", "Dockerfile", "none"),
    ],
)
def test_what_renovate_moves_on(text: str, path: str, expected: str) -> None:
    source = Source("renovate.json", text.encode())
    assert said(list(cadence_renovate.keepers(source, path, "dockerfile", "python"))) == expected


def test_renovate_reads_manifests_only_where_it_is_told_to() -> None:
    def asked(text: str) -> str:
        source = Source("renovate.json5", text.encode())
        return said(list(cadence_renovate.keepers(source, "k8s/pay.yaml", "kubernetes", "nginx")))

    assert asked("{}") == "none"
    assert asked("{extends: ['local>a/b']}") == "doubt"
    assert asked(r"{kubernetes: {fileMatch: ['^k8s/.+\\.ya?ml$']}}") == "kept"
    assert asked("{kubernetes: {managerFilePatterns: ['k8s/**']}}") == "kept"
    assert asked("{kubernetes: {managerFilePatterns: ['/(x+)+$/']}}") == "doubt"


def test_a_package_file_counts_with_its_key_alone() -> None:
    def asked(text: str) -> str:
        return said(
            list(cadence_renovate.keepers(Source("package.json", text.encode()), "Dockerfile", "dockerfile", "a"))
        )

    assert asked('{"name": "a"}') == "none"
    assert asked('{"renovate": {"extends": ["config:base"]}}') == "kept"


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**/vendor/**", "vendor/a", True),
        ("**/vendor/**", "a/vendor/b/c", True),
        ("a/*.yaml", "a/b.yaml", True),
        ("a/*.yaml", "a/b/c.yaml", False),
        ("!a", "b", None),
        (r"/(^|/)k8s/[^/]+\.yaml$/", "x/k8s/a.yaml", True),
        (r"/^k8s\//", "x/k8s/a.yaml", False),
        ("/(a|b)+$/", "a", None),
        ("/" + "a" * 300 + "/", "a", None),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool | None) -> None:
    assert by_pattern(pattern, path) is expected


def test_a_glob_of_many_stars_ends() -> None:
    assert by_glob("*a" * 50, "a" * 900) is None
