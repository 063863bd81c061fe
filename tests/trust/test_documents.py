"""What is judged is what was read: every document beside a bad one, and the very bytes whose digest is reported."""

from __future__ import annotations

import os
import re
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gate.pipeline import files
from tests.readers.layouts import layout, packed
from tests.verbs import check, write_all

GOOD = "apiVersion: v1\nkind: Pod\nmetadata: {name: good}\nspec: {containers: [{name: a, image: web:1}]}\n"
WEAK = GOOD.replace("good", "weak").replace("image: web:1", "image: web:1, securityContext: {privileged: true}")
BAD = "apiVersion: v1\nkind: Pod\nmetadata: {name: bad\nspec: [}\n"
BAD_ITEM = "- {kind: Pod, apiVersion: v1, metadata: {name: bad}, spec: 3}\n"
GOOD_ITEM = "".join(f"  {line}\n" for line in GOOD.splitlines()).replace("  ", "- ", 1)

COMPOSE = "services:\n  good: {image: web:1, user: '1000'}\n"
PRIVILEGED = "  weak: {image: web:1, privileged: true}\n"
PACKER = """\
source "qemu" "good" {
  iso_url = "https://example.org/debian-12.5.0-amd64-netinst.iso"
}
build {
  sources = ["source.qemu.good"]
}
"""

FOLDERS = {
    "first of a file": {"a.yaml": f"{BAD}---\n{GOOD}"},
    "amid a file": {"a.yaml": "---\n".join([GOOD, BAD, GOOD.replace("good", "too-good")])},
    "last of a file": {"a.yaml": f"{GOOD}---\n{BAD}"},
    "an item of a list": {"a.yaml": f"apiVersion: v1\nkind: List\nitems:\n{BAD_ITEM}{GOOD_ITEM}"},
    "a file of its own": {"a.yaml": BAD, "b.yaml": GOOD},
    "a service": {"compose.yaml": f"{COMPOSE}  bad: 3\n"},
    "a project": {"compose.yaml": f"{COMPOSE}", "other/compose.yaml": "services:\n  bad: [\n"},
    "a recipe": {"Dockerfile": "FROM debian:12\nUSER 1000\n", "bad/Dockerfile": "FROM\n"},
    "a template": {"a.pkr.hcl": PACKER, "other/b.pkr.hcl": 'source "qemu" "bad" {\n'},
    "in another encoding": {"a.yaml": GOOD, "b.yaml": GOOD.encode("utf-16").decode("latin-1")},
    "too deep": {"a.yaml": GOOD, "b.yaml": f"apiVersion: v1\nkind: Pod\nspec: {'[' * 5000}\n"},
}


def put(folder: Path, texts: dict[str, str]) -> Path:
    """Write files, whose characters are bytes."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("latin-1"))
    return folder


def of(report: Any, path: str) -> str:
    """The digest that a report has of an input."""
    (found,) = (one["sha256"] for one in report["inputs"] if one["path"] == path)
    return str(found)


def digest(text: str | bytes) -> str:
    """The digest of what was written."""
    return sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()


@pytest.mark.parametrize("bad", FOLDERS)
def test_a_bad_document_hides_no_good_one(bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, put(tmp_path, FOLDERS[bad]))
    assert answer.status == 3
    assert answer.report["verdict"] == "undecided"
    judged = {one["name"]: one["verdict"] for one in answer.report["subjects"]}
    assert "pass" in judged.values()
    assert not [name for name in judged if "bad" in name]
    assert len(answer.report["coverage"]["not_understood"]) == 1


@pytest.mark.parametrize(
    "texts",
    [
        {"a.yaml": f"{BAD}---\n{WEAK}"},
        {"a.yaml": f"{WEAK}---\n{BAD}"},
        {"a.yaml": f"{GOOD}---\n{BAD}---\n{WEAK}"},
        {"a.yaml": BAD, "b.yaml": WEAK},
        {"compose.yaml": f"{COMPOSE}{PRIVILEGED}  bad: 3\n"},
    ],
)
def test_a_bad_document_excuses_no_weak_one(
    texts: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = check(capsys, put(tmp_path, texts))
    assert answer.status == 1
    assert answer.report["verdict"] == "fail"
    assert answer.subject("weak")["verdict"] == "fail"
    assert len(answer.report["coverage"]["not_understood"]) == 1


def test_a_bad_document_changes_nothing_about_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone = check(capsys, put(tmp_path / "alone", {"a.yaml": WEAK}), tmp_path / "alone").report
    beside = check(capsys, put(tmp_path / "beside", {"a.yaml": f"{WEAK}---\n{BAD}"}), tmp_path / "beside").report
    assert alone["subjects"] == beside["subjects"]


def swapped(path: Path, text: str) -> None:
    """Put another file in the place of one."""
    other = path.with_suffix(".new")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def test_a_file_that_is_replaced_once_open_is_judged_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pod, opened = write_all(tmp_path, {"pod.yaml": WEAK}) / "pod.yaml", os.open

    def late(path: str, flags: int) -> int:
        handle = opened(path, flags)
        if path == str(pod):
            swapped(pod, GOOD)
        return handle

    monkeypatch.setattr("gate.pipeline.files.os.open", late)
    answer = check(capsys, pod)
    assert answer.status == 1
    assert of(answer.report, "pod.yaml") == digest(WEAK)


def test_a_file_that_is_written_to_once_measured_is_judged_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pod, measured = write_all(tmp_path, {"pod.yaml": GOOD}) / "pod.yaml", os.fstat

    def late(handle: int) -> os.stat_result:
        status = measured(handle)
        pod.write_text(WEAK, encoding="utf-8")
        return status

    monkeypatch.setattr("gate.pipeline.files.os.fstat", late)
    answer = check(capsys, pod)
    assert answer.status == 1
    assert of(answer.report, "pod.yaml") == digest(WEAK)


def test_a_file_that_outgrows_the_limit_once_measured_is_not_read_in_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pod, measured = write_all(tmp_path, {"pod.yaml": GOOD}) / "pod.yaml", os.fstat

    def late(handle: int) -> os.stat_result:
        status = measured(handle)
        pod.write_text(f"{GOOD}{'# ' * files.MAX_BYTES}", encoding="utf-8")
        return status

    monkeypatch.setattr("gate.pipeline.files.os.fstat", late)
    answer = check(capsys, pod)
    assert answer.status == 3
    assert answer.report["coverage"]["not_understood"][0]["reason"] == "was changed while it was read"


def test_a_file_is_opened_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, real = [], os.open
    texts = {
        "pod.yaml": GOOD,
        "compose.yaml": "services:\n  a: {image: x, build: ., extends: {file: b.yaml, service: b}}\n",
        "b.yaml": "services:\n  b: {image: y}\n",
        "Dockerfile": "FROM debian:12\n",
        ".gate.yaml": "version: 1\n",
    }

    def counted(path: str, *arguments: int) -> int:
        opened.append(Path(path).name)
        return real(path, *arguments)

    monkeypatch.setattr("gate.pipeline.files.os.open", counted)
    check(capsys, write_all(tmp_path, texts))
    assert sorted(name for name in opened if name in texts) == sorted(texts)


def test_a_file_that_is_rewritten_all_the_time_has_the_digest_of_what_was_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pod = write_all(tmp_path, {"pod.yaml": GOOD}) / "pod.yaml"
    ended = threading.Event()

    def rewriting() -> None:
        while not ended.is_set():
            swapped(pod, WEAK)
            swapped(pod, GOOD)

    writer = threading.Thread(target=rewriting)
    writer.start()
    try:
        for _ in range(40):
            answer = check(capsys, pod)
            found = of(answer.report, "pod.yaml"), answer.report["subjects"][0]["name"], answer.status
            assert found in {(digest(GOOD), "good", 0), (digest(WEAK), "weak", 1)}
    finally:
        ended.set()
        writer.join()


def test_what_others_take_in_has_a_digest_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that no reader claims may decide all the same."""
    base = "services:\n  base: {image: web:1, privileged: true}\n"
    service = "services:\n  web: {extends: {file: base.txt, service: base}}\n"
    write_all(tmp_path, {"compose.yaml": service, "base.txt": base, "unread.txt": base})
    answer = check(capsys, tmp_path / "compose.yaml")
    assert answer.status == 1
    assert {one["path"]: one["sha256"] for one in answer.report["inputs"]} == {
        "compose.yaml": digest(service),
        "base.txt": digest(base),
    }


def test_an_archive_has_the_digest_of_what_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = packed(layout(name="web:1"))
    (tmp_path / "web.tar").write_bytes(data)
    assert of(check(capsys, "--image", tmp_path / "web.tar").report, "web.tar") == digest(data)


@pytest.mark.parametrize("opening", [1, 2])
@pytest.mark.parametrize("in_place", [False, True])
def test_an_archive_that_changes_between_two_looks_is_no_verdict(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    opening: int,
    *,
    in_place: bool,
) -> None:
    """It is opened to be known, to be read, and to be summed up."""
    archive, other, real = tmp_path / "web.tar", packed(layout(name="web:2")), os.open
    archive.write_bytes(packed(layout(name="web:1")))
    openings = []

    def late(path: str, *arguments: int) -> int:
        if path == str(archive):
            openings.append(path)
            if len(openings) == opening + 1:
                if not in_place:
                    archive.unlink()
                archive.write_bytes(other)
        return real(path, *arguments)

    monkeypatch.setattr("gate.pipeline.files.os.open", late)
    answer = check(capsys, "--image", archive)
    assert answer.status == 3
    assert "was changed while it was read" in answer.out + answer.err
    assert digest(other) not in answer.out


def test_an_archive_that_changes_while_it_is_summed_up_is_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, real = tmp_path / "web.tar", os.pread
    archive.write_bytes(packed(layout(name="web:1")))

    def late(handle: int, length: int, start: int) -> bytes:
        if length == files.PIECE:
            with archive.open("ab") as more:
                more.write(b"\0" * 512)
        return real(handle, length, start)

    monkeypatch.setattr("gate.pipeline.files.os.pread", late)
    answer = check(capsys, "--image", archive)
    assert (answer.status, answer.out) == (3, "")
    assert "was changed while it was read" in answer.err


def test_an_image_that_is_only_named_has_no_digest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A tag may be moved: that an image of this name was at hand says nothing of what will run."""
    write_all(tmp_path, {"pod.yaml": GOOD})
    image = layout(name="web:1")
    (tmp_path / "web.tar").write_bytes(packed(image))
    for arguments in ([], ["--image", tmp_path / "web.tar"]):
        answer = check(capsys, tmp_path / "pod.yaml", *arguments)
        said = set(re.findall(r"[0-9a-f]{64}", answer.out))
        assert {one["sha256"] for one in answer.report["inputs"]} <= said
        assert not {digest(data) for data in image.values()} & said
        assert "sha256:" not in answer.out
