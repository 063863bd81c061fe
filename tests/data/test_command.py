"""`gate data`, and runs with tables of a file."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gate.data import DATA_DATE, SOURCES
from gate.data.document import text
from gate.data.stamps import STAMPS
from gate.pipeline.tables import VARIABLE
from tests.data.test_documents import small
from tests.verbs import NOW, Answer, check, gate, write

NEWER = "2026-11-20"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Judge in a repository, with tables beside it."""
    monkeypatch.delenv(VARIABLE, raising=False)
    write(tmp_path / "repository", Dockerfile="FROM debian:12\nUSER 1000\n")
    (tmp_path / "repository" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path


def tables(path: Path, date: str = NEWER, eol: str = "2026-12-01") -> str:
    """Write tables in which Debian 12 ends on a day of ours; return their digest."""
    content = small(data_date=date)
    content["lifecycles"]["debian"]["cycles"] = [{"cycle": "12", "released": "2023-06-10", "eol": eol}]
    path.write_text(text(content), encoding="utf-8")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def update(capsys: pytest.CaptureFixture[str], origin: object, digest: str, *more: object) -> Answer:
    return gate(capsys, "data", "update", "--from", origin, "--sha256", digest, *more)


# ------------------------------------------------------------------------------------------------------ show, export


def test_show_says_where_the_tables_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    lines = gate(capsys, "data", "show", "--now", NOW).out.splitlines()
    assert lines[0] == f"tables of {DATA_DATE}, embedded"
    assert lines[1] == "note: the tables are 94 days old (`gate data update` renews them)"
    assert not [one for one in gate(capsys, "data", "show", "--now", DATA_DATE).out.splitlines() if "note" in one]
    assert {f"sha256 {digest}  {name}" for name, digest in STAMPS.items()} <= {*lines}
    assert all(any(name in line and licence in line for line in lines) for name, _, _, licence in SOURCES)
    assert "debian  12  2023-06-10    2026-07-11  2028-06-30" in lines


def test_what_is_exported_can_be_taken_over(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    assert gate(capsys, "data", "export", apart / "a.json").status == 0
    digest = hashlib.sha256((apart / "a.json").read_bytes()).hexdigest()
    assert update(capsys, apart / "a.json", digest, "--to", apart / "b.json").status == 0
    assert gate(capsys, "data", "export", "--data", apart / "b.json").out == (apart / "a.json").read_text("utf-8")


def test_tables_of_a_file_are_shown_and_verified(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    tables(apart / "new.json")
    verified = gate(capsys, "data", "verify", "--data", apart / "new.json", "--now", "2027-11-23")
    assert verified.status == 0
    assert "are too old to show that a release is still supported" in verified.out
    shown = gate(capsys, "data", "show", "--data", apart / "new.json").out.splitlines()
    assert shown[0] == f"tables of {NEWER}, new.json"
    assert {"source ours  none", "debian  12  2023-06-10    2026-12-01"} <= {*shown}


# ------------------------------------------------------------------------------------------------------------ update


def test_an_update_is_taken_up(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    digest = tables(apart / "new.json")
    answer = update(capsys, apart / "new.json", f"sha256:{digest.upper()}", "--to", apart / "kept.json")
    assert (answer.status, answer.err) == (0, "")
    assert f"tables of {NEWER}: use it with --data {apart}/kept.json@sha256:{digest}" in answer.out
    assert (apart / "kept.json").read_bytes() == (apart / "new.json").read_bytes()
    assert update(capsys, apart / "new.json", digest, "--to", apart / "kept.json").status == 0


def test_a_folder_holds_the_file_by_its_name(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    digest = tables(apart / "boundary-gate-data.json")
    assert update(capsys, apart, digest, "--to", apart / "kept.json").status == 0
    assert "there is no file" in update(capsys, apart / "repository", digest, "--to", apart / "kept.json").err


def test_the_variable_names_the_place_too(
    capsys: pytest.CaptureFixture[str], apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = tables(apart / "new.json")
    assert update(capsys, apart / "new.json", digest).status == 2
    monkeypatch.setenv(VARIABLE, str(apart / "kept.json"))
    assert update(capsys, apart / "new.json", digest).status == 0
    assert check(capsys, ".").report["data_date"] == NEWER


def test_losses_are_told(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    digest = tables(apart / "new.json", date="2026-01-01")
    out = update(capsys, apart / "new.json", digest, "--to", apart / "kept.json").out
    products, images = (line for line in out.splitlines() if "nothing is known any more of" in line)
    assert ("podman" in products, "python" in products) == (True, False)
    assert ("znc" in images, "python" in images) == (True, False)
    assert f"the embedded tables are newer: of {DATA_DATE}" in out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff{}", "is not UTF-8"),
        (b'{"schema_version": "1", "schema_version": "1"}', "has the key `schema_version` twice"),
        (b'{"a": NaN}', "has a number"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{\n"schema_version": "9"}', "new.json:2: schema_version: has schema_version 9, and not 1"),
        (b"1" * 5000, "has a number"),
    ],
)
def test_what_is_no_file_of_tables_changes_nothing(
    capsys: pytest.CaptureFixture[str], apart: Path, content: bytes, said: str
) -> None:
    (apart / "kept.json").write_text("as it was", encoding="utf-8")
    (apart / "new.json").write_bytes(content)
    answer = update(capsys, apart / "new.json", hashlib.sha256(content).hexdigest(), "--to", apart / "kept.json")
    assert answer.status == 2
    assert said in answer.err
    assert (apart / "kept.json").read_text("utf-8") == "as it was"
    assert not [*apart.glob("*.partial")]


def test_the_digest_decides_before_anything_is_read(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    tables(apart / "new.json")
    (apart / "bad.json").write_text("{", encoding="utf-8")
    for file in ("new.json", "bad.json"):
        answer = update(capsys, apart / file, "0" * 64, "--to", apart / "kept.json")
        assert answer.status == 2
        assert "has the digest sha256:" in answer.err
    assert "is no digest" in update(capsys, apart / "new.json", "abc", "--to", apart / "kept.json").err
    assert not (apart / "kept.json").exists()


def test_an_update_goes_to_no_folder_or_device(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    digest = tables(apart / "new.json")
    os.mkfifo(apart / "pipe")
    for target in (apart, apart / "pipe", apart / "no" / "such"):
        assert update(capsys, apart / "new.json", digest, "--to", target).status == 2
    assert "there is no file" in update(capsys, apart / "pipe.json", digest, "--to", apart / "kept.json").err
    assert update(capsys, apart / "pipe", digest, "--to", apart / "kept.json").status == 2


# ----------------------------------------------------------------------------------------------------------- network


class Server(BaseHTTPRequestHandler):
    """Serves one document, and leads elsewhere."""

    content = b""

    def do_GET(self) -> None:
        """Answer by the path."""
        goes_on = {"/away": "file:///etc/passwd", "/on": "/tables.json", "/round": "/round"}.get(self.path)
        if goes_on:
            self.send_response(302)
            self.send_header("Location", goes_on)
            self.end_headers()
            return
        there = self.path == "/tables.json"
        self.send_response(200 if there else 404)
        self.end_headers()
        self.wfile.write(self.content if there else b"")

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(apart: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Serve tables; return the address and the digest."""
    digest = tables(apart / "served.json")
    monkeypatch.setattr(Server, "content", (apart / "served.json").read_bytes())
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as one:
        thread = threading.Thread(target=one.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}", digest
        one.shutdown()
        thread.join()


def test_an_address_is_fetched(
    capsys: pytest.CaptureFixture[str], apart: Path, server: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, digest = server
    for path in ("/tables.json", "/on"):
        assert update(capsys, address + path, digest, "--to", apart / "kept.json").status == 0
    for path, said in (("/none", "Not Found"), ("/away", "is not allowed"), ("/round", "cannot be fetched")):
        answer = update(capsys, address + path, digest, "--to", apart / "other.json")
        assert (answer.status, said in answer.err) == (2, True), answer.err
    monkeypatch.setattr("gate.pipeline.tables.MAX_DATA", 100)
    assert "gives more than 100 bytes" in update(capsys, f"{address}/on", digest, "--to", apart / "x").err
    assert not (apart / "other.json").exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://example.org/a", "is no address of the kind"),
        ("file:///etc/passwd", "is no address of the kind"),
        ("https://", "is no address of the kind"),
        ("https://me:secret@example.org/a", "holds a name or a password"),
    ],
)
def test_other_addresses_are_not_asked(
    capsys: pytest.CaptureFixture[str], apart: Path, address: str, said: str
) -> None:
    answer = update(capsys, address, "0" * 64, "--to", apart / "kept.json")
    assert (answer.status, said in answer.err) == (2, True)


# -------------------------------------------------------------------------------------------------------------- runs


def test_a_run_judges_by_the_tables_of_a_file(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    digest = tables(apart / "new.json", eol="2025-01-01")
    embedded, given = check(capsys, "."), check(capsys, "--data", f"{apart}/new.json@sha256:{digest}", ".")
    ages = [one.subject("Dockerfile")["scores"]["image_age"] for one in (embedded, given)]
    assert ages[0]["lo"] > ages[1]["lo"]
    assert any("has had no security fixes since 2025-01-01" in one["text"] for one in ages[1]["deductions"])
    assert given.report["data_date"] == NEWER
    assert given.report["tables"]["origin"] == "new.json"
    assert not {*given.report["tables"]["sha256"].values()} & {*STAMPS.values()}


def test_a_report_says_which_tables_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    report = check(capsys, ".").report
    assert (report["data_date"], report["tables"]["origin"]) == (DATA_DATE, None)
    assert report["tables"]["sha256"] == STAMPS
    assert report["tables"]["notes"] == ["are 94 days old (`gate data update` renews them)"]
    for form in ("text", "github", "sarif"):
        out = gate(capsys, "check", "--now", NOW, "--format", form, ".").out
        assert DATA_DATE in out
        assert all(digest[:12] in out for digest in STAMPS.values())
        assert "are 94 days old" in out
    out = gate(capsys, "check", "--now", NOW, "--format", "github", ".").out
    assert "::warning title=boundary-gate::the tables of 2026-08-21 are 94 days old" in out


def test_the_age_of_tables_matters_where_something_rests_on_them(
    capsys: pytest.CaptureFixture[str], apart: Path
) -> None:
    write(apart / "repository" / "a", compose__yaml="services:\n  web: {image: web:1}\n")
    assert check(capsys, "a").report["tables"]["notes"] == []


def test_hindsight_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    out = gate(capsys, "check", "--now", "2026-08-01", ".").out
    assert f"the tables of {DATA_DATE} know what happened in the 20 days after 2026-08-01" in out


def test_tables_older_than_the_embedded_ones_are_noted(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    tables(apart / "old.json", date="2026-08-01")
    notes = check(capsys, "--data", apart / "old.json", ".").report["tables"]["notes"]
    assert f"are older than the embedded ones, which are of {DATA_DATE}" in notes


def test_the_judged_tree_does_not_bring_its_own_tables(
    capsys: pytest.CaptureFixture[str], apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = apart / "repository"
    tables(repository / "boundary-gate-data.json", eol="2099-01-01")
    tables(apart / "out.json", eol="2099-01-01")
    (repository / "link.json").symlink_to(apart / "out.json")
    (apart / "in.json").symlink_to(repository / "boundary-gate-data.json")
    (apart / "folder").symlink_to(repository)
    named = ["boundary-gate-data.json", "link.json", "../in.json", "../folder/link.json", str(repository / "link.json")]
    for path in named:
        answer = check(capsys, "--data", path, ".")
        assert (answer.status, "is in what is judged" in answer.err) == (2, True), path
        assert VARIABLE not in answer.err
        monkeypatch.setenv(VARIABLE, path)
        answer = check(capsys, "Dockerfile")
        assert (answer.status, f"it is {VARIABLE} that names it" in answer.err) == (2, True), path
        monkeypatch.delenv(VARIABLE)
    assert check(capsys, ".").report["tables"]["sha256"] == STAMPS


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("", "--data is empty"),
        ("../none.json", "there is no file"),
        ("..", "not a regular file"),
        ("../new.json@sha256:" + "0" * 64, "has the digest"),
        ("../new.json@sha256:abc", "is not followed by"),
        ("../bad.json", "lacks the key data_date"),
    ],
)
def test_a_file_that_cannot_be_used_is_no_run_without_it(
    capsys: pytest.CaptureFixture[str], apart: Path, option: str, said: str
) -> None:
    tables(apart / "new.json")
    (apart / "bad.json").write_text('{"schema_version": "1"}', encoding="utf-8")
    answer = check(capsys, "--data", option, ".")
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_no_report_goes_where_the_tables_are(capsys: pytest.CaptureFixture[str], apart: Path) -> None:
    digest = tables(apart / "new.json")
    answer = gate(capsys, "check", "--data", f"{apart}/new.json@sha256:{digest}", "--format", f"json={apart}/new.json")
    assert answer.status == 2
    assert json.loads((apart / "new.json").read_text("utf-8"))["data_date"] == NEWER
