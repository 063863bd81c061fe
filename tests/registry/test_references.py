"""Images of a registry are judged as the same images in a layout are, and only where registries may be asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.packages.bolt import cache
from tests.packages.reports import trivy as report_of_trivy
from tests.packages.scanning import fake, gaps, layer, put
from tests.readers import layouts
from tests.readers.layouts import Layout, config, digest, layout
from tests.registry.facts import facts, platforms
from tests.registry.logins import log_in
from tests.verbs import NOW, check, gate, rules, write

if TYPE_CHECKING:
    from tests.registry.serving import Handler, Serving

ROOT = Path(__file__).resolve().parents[2]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: "IMAGE"}
"""


@pytest.mark.parametrize("files", [layout(name="shop/web:1"), platforms()], ids=["image", "index"])
def test_a_tag_is_read_as_the_same_layout_is(
    files: layouts.Files, registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = registry.push(files)
    put(repository / "layout", files)
    place = f"{registry.host}/shop/web:1"
    fetched = check(capsys, "--image", place, "--online")
    read = check(capsys, "--image", "layout")
    assert facts(fetched.report, place, place) == facts(read.report, "layout", "shop/web:1")
    assert len(fetched.report["subjects"]) == (2 if "platform" in str(files) else 1)
    assert gaps(fetched.report) == []
    assert fetched.report["fetched"] == [{"reference": place, "digest": found, "pinned": False}]
    assert read.report["fetched"] == []


def test_a_digest(registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert repository.exists()
    found = registry.push(layout())
    for place in (f"{registry.host}/shop/web@{found}", f"{registry.host}/shop/web:gone@{found}"):
        answer = check(capsys, "--image", place, "--online")
        assert gaps(answer.report) == []
        assert answer.report["fetched"] == [{"reference": place, "digest": found, "pinned": True}]
    assert not [path for path in registry.paths if "gone" in path]


def test_the_text_says_what_a_tag_led_to(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.exists()
    found = registry.push(layout())
    said = gate(capsys, "check", "--image", f"{registry.host}/shop/web:1", "--online").out
    assert f"fetched {registry.host}/shop/web:1: {found}" in said
    assert "once it is moved" in said
    said = gate(capsys, "check", "--image", f"{registry.host}/shop/web@{found}", "--online").out
    assert "fetched" in said
    assert "once it is moved" not in said


def test_nothing_is_asked_that_need_not_be(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tag once, every other document and layer once by its digest, whoever shares it, and nothing else."""
    assert repository.exists()
    registry.push(platforms())
    for name in ("shop/web:1", "shop/web:1"):
        check(capsys, "--image", f"{registry.host}/{name}", "--image", f"{registry.host}/{name}", "--online")
    paths = registry.paths[: len(registry.paths) // 2]
    assert paths == registry.paths[len(paths) :]
    assert len(set(paths)) == len(paths)
    assert sum("sha256:" not in path for path in paths) == 1
    # The index, three manifests, two configurations, two layers and a statement; not the attestation's configuration.
    assert len(paths) == 9


def test_a_tag_that_moves_meanwhile(registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert repository.exists()
    before = registry.push(layout({"User": "1000"}))
    after: list[str] = []

    def moving(handler: Handler) -> bool:
        if registry.seen[-1].path.endswith("/manifests/1"):
            handler._serve()
            after.append(registry.push(layout({"User": "0"})))
            return True
        return False

    registry.first.append(moving)
    answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
    assert [one["digest"] for one in answer.report["fetched"]] == [before]
    assert after != [before]
    assert gaps(answer.report) == []
    registry.first.clear()
    answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
    assert [one["digest"] for one in answer.report["fetched"]] == after


def test_workloads_run_as_the_user_of_a_fetched_image(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = f"{registry.host}/shop/web:1"
    write(repository, pod__yaml=POD.replace("IMAGE", place))
    for user, outcome in (("0", "failed"), ("1000", "passed")):
        registry.push(layout({"User": user}))
        answer = check(capsys, "pod.yaml", "--image", place, "--online")
        assert answer.report["stage"] == "deploy"
        assert ("ISO027" in rules(answer.subject("Pod/web"))) == (outcome == "failed")
    assert "ISO027" not in rules(check(capsys, "pod.yaml").subject("Pod/web"))


def test_a_declaration_speaks_of_images_by_their_references(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.push(layout())
    workload = f"{{name: web, paths: ['{registry.host}/shop/**'], sensitivity: restricted}}"
    write(repository, **{".gate.yaml": f"version: 1\nworkloads:\n- {workload}\n"})
    answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
    (subject,) = answer.report["subjects"]
    assert subject["sensitivity"]["class"] == "restricted"


def test_a_layer_that_only_its_publisher_has(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be left out of a layout, so neither a registry nor anybody else is asked for it."""
    assert repository.exists()
    made = Layout()
    manifest = made.manifest()
    (foreign,) = manifest["layers"]
    foreign["mediaType"] = "application/vnd.oci.image.layer.nondistributable.v1.tar"
    foreign["urls"] = [f"http://{registry.host}/published"]
    made.add(manifest)
    registry.push(made.files())
    answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
    assert gaps(answer.report) == []
    assert len(answer.report["subjects"]) == 1
    assert len(registry.seen) == 2


def test_what_cannot_be_had_leaves_everything_else_judged(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.push(layout())
    put(repository, {"web.tar": layouts.packed(layout())})
    images = [f"{registry.host}/shop/web:1", f"{registry.host}/shop/web:2", "./web.tar"]
    answer = check(capsys, *(word for one in images for word in ("--image", one)), "--online")
    assert answer.status == 3
    assert len(answer.report["subjects"]) == 2
    assert gaps(answer.report) == [f"cannot be fetched: there is no such image in {registry.host}"]
    assert [one["reference"] for one in answer.report["fetched"]] == images[:1]


def test_one_platform_that_cannot_be_had_leaves_the_others(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.exists()
    registry.push(platforms())
    del registry.blobs[f"sha256:{digest(layer('3.5.1-2'))}"]
    answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
    assert answer.status == 3
    assert len(answer.report["subjects"]) == 1
    assert gaps(answer.report) == [f"cannot be fetched: a blob of the image is missing in {registry.host}"]


# --------------------------------------------------------------------------------------------- what has to be asked for


def test_nothing_is_asked_unless_it_may_be(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.exists()
    registry.push(layout())
    for more in ((), ("--offline",)):
        answer = check(capsys, "--image", f"{registry.host}/shop/web:1", *more)
        assert (answer.status, answer.out) == (2, "")
        assert "registries are not asked" in answer.err
        assert "--online" in answer.err
    assert registry.seen == []


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("--online", "--offline", "--image", "x"), "contradict"),
        (("--online", "--against", "main", "--image", "x"), "--against"),
        (("--online", "--image", "not/An image"), "there is no file or folder not/An image"),
        (("--online", "--image", "/absent.tar"), "there is no file or folder /absent.tar"),
        (("--online", "--image", "https://registry.example/web:1"), "there is no file or folder"),
        (("--online", "--image", "ann:secret@registry.example/web:1"), "there is no file or folder"),
    ],
)
def test_what_cannot_be_asked_for(
    arguments: tuple[str, ...], cause: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.exists()
    answer = check(capsys, *arguments)
    assert answer.status == 2
    assert cause in answer.err


def test_no_file_of_a_change_stands_in_for_an_image(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither by the name that is asked for, nor by that under which the report shows the image."""
    place = f"{registry.host}/shop/web:1"
    put(repository / place, layout({"User": "1000"}))
    answer = check(capsys, "--image", place, "--online")
    assert answer.status == 2
    assert f"write ./{place} for the file" in answer.err
    (repository / place).rename(repository / f"{place}.0")
    put(repository / f"{registry.host}/shop/web:latest", layout())
    answer = check(capsys, "--image", f"{registry.host}/shop/web", "--online")
    assert answer.status == 2
    assert "also a file or folder of the repository" in answer.err
    assert registry.seen == []


def test_online_permits_and_asks_for_nothing(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository / "layout", layout())
    assert check(capsys, "--image", "./layout", "--online").out == check(capsys, "--image", "layout").out
    assert registry.seen == []


# -------------------------------------------------------------------------------------------------- what is left behind


def test_reports_are_the_same_and_nothing_is_left(registry: Serving, repository: Path, tmp_path: Path) -> None:
    registry.push(platforms())
    log_in(tmp_path / "home", registry.host)
    place = f"{registry.host}/shop/web:1"
    command = [sys.executable, "-m", "gate", "check", "--now", NOW, "--online", "--format", "json", "--image", place]
    variables = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "temporary")}
    said = [
        subprocess.run(
            command, cwd=repository, env={**variables, "PYTHONHASHSEED": seed}, capture_output=True, check=False
        )
        for seed in ("1", "2")
    ]
    assert [one.stderr for one in said] == [b"", b""]
    assert said[0].stdout == said[1].stdout
    assert json.loads(said[0].stdout)["fetched"]
    assert str(tmp_path).encode() not in said[0].stdout
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_scanner_gets_what_was_verified(
    registry: Serving, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A layout of the one image, as it was fetched; the registry is asked for nothing more."""
    assert repository.exists()
    made = Layout()
    made.add(made.manifest(config([layer()]), [layer()]))
    found = registry.push(made.files())
    cache(tmp_path / "cache", CVE_2024_1000="3.5.1-1+deb13u1")
    report = report_of_trivy(metadata={"DiffIDs": [f"sha256:{digest(layer())}"]})
    (tmp_path / "report.json").write_bytes(layouts.text(report))
    copying = 'cp "$(sed -n 3p "$HERE/arguments")/index.json" "$HERE/index.json"'
    program = fake(tmp_path / "bin", f"{copying}; cp '{tmp_path}/report.json' \"$OUTPUT\"")
    options = ("--scanner", "trivy", "--trivy", program, "--trivy-cache", tmp_path / "cache")
    answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online", *options)
    assert gaps(answer.report) == []
    assert answer.report["subjects"][0]["scans"] is not None
    (scanned,) = json.loads((tmp_path / "bin" / "index.json").read_text())["manifests"]
    assert scanned["digest"] == found
    assert len(set(registry.paths)) == len(registry.paths) == 3
