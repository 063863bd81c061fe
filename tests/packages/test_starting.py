"""Programs that pose as trivy and misbehave: each is a gap with its cause, and everything else is judged."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from gate.tools import process, trivy
from tests.packages.bolt import bolt, cache
from tests.packages.reports import flaw, openvex, put, said
from tests.packages.reports import trivy as report
from tests.packages.scanning import archive, fake, gaps, layer
from tests.readers.layouts import digest
from tests.verbs import Answer, check, gate, write


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an image and a recipe, beside a cache."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    write(folder, Dockerfile="FROM debian:13\nUSER 1000\n")
    archive(folder / "web.tar")
    cache(tmp_path / "cache", CVE_2024_1000="3.5.1-1+deb13u1")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(process, "GRACE", 0.1)
    return folder


@pytest.fixture
def scanned(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Judge the image and the recipe with a trivy that scans as it is told."""

    def scan(program: str, *arguments: object, version: str = '{"Version": "0.76.0"}') -> Answer:
        made = fake(tmp_path / "programs", program, version)
        own = ("--scanner", "trivy", "--trivy", made, "--trivy-cache", tmp_path / "cache")
        return check(capsys, "Dockerfile", "--image", "web.tar", *own, *arguments)

    return scan


def refused(answer: Answer) -> str:
    """Return the one gap of a run that judged everything all the same."""
    assert answer.status == 3
    assert {one["id"] for one in answer.report["subjects"]} == {"Dockerfile", "web.tar#web:1"}
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["remedy"]
    assert gap["location"]["path"] == "web.tar"
    return str(gap["reason"])


def printing(document: Any) -> str:
    """Return a scan that writes this report."""
    text = document if isinstance(document, str) else json.dumps(document)
    return f"cat > \"$OUTPUT\" <<'END'\n{text}\nEND"


def own(**changes: Any) -> dict[str, Any]:
    """Return a report of the image of the repository."""
    return report(metadata={"DiffIDs": [f"sha256:{digest(layer())}"]}, **changes)


# ---------------------------------------------------------------------------------------------------- what goes well


def test_the_report_is_of_the_image(scanned: Any) -> None:
    answer = scanned(printing(own()))
    assert gaps(answer.report) == []
    score = answer.subject("web.tar#web:1")["scores"]["package_freshness"]
    assert (score["asked"], score["lo"]) == (True, 100)


def test_trivy_gets_an_empty_folder_and_no_variable_of_ours(
    scanned: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_TOKEN", "TRIVY_SEVERITY", "TRIVY_IGNOREFILE", "HTTPS_PROXY", "LD_PRELOAD_NOT"):
        monkeypatch.setenv(name, "hunter2")
    scanned(f'env > "$HERE/env"; pwd > "$HERE/pwd"; ls -A > "$HERE/ls"; wc -c > "$HERE/stdin"\n{printing(own())}')
    seen = {name: (tmp_path / "programs" / name).read_text() for name in ("env", "pwd", "ls", "stdin")}
    names = {line.partition("=")[0] for line in seen["env"].splitlines()}
    ours = {"PATH", "HOME", "TMPDIR", "TRIVY_SKIP_VERSION_CHECK", "TRIVY_DISABLE_TELEMETRY", "TRIVY_NO_PROGRESS"}
    assert names - {"PWD", "OLDPWD", "_", "SHLVL"} == ours
    assert "hunter2" not in seen["env"]
    assert seen["ls"] == ""
    assert seen["stdin"].strip() == "0"
    assert not Path(seen["pwd"].strip()).exists()


def test_the_arguments(scanned: Any, tmp_path: Path, repository: Path) -> None:
    scanned(printing(own()))
    arguments = (tmp_path / "programs" / "arguments").read_text().splitlines()
    assert arguments[:3] == ["image", "--input", str(repository / "web.tar")]
    output = arguments[arguments.index("--output") + 1]
    assert not output.startswith(str(repository))
    assert [word for word in arguments[3:] if word != output] == [
        *("--scanners", "vuln", "--skip-db-update", "--skip-java-db-update", "--offline-scan", "--format", "json"),
        *("--output", "--list-all-pkgs", "--exit-code", "0", "--config", "/dev/null", "--ignorefile", "/dev/null"),
        *("--cache-dir", str(tmp_path / "cache"), "--cache-backend", "memory", "--timeout", "10m", "--quiet"),
    ]


def test_an_older_trivy_has_no_cache_in_memory(scanned: Any, tmp_path: Path) -> None:
    assert gaps(scanned(printing(own()), version='{"Version": "0.52.2"}').report) == []
    assert "--cache-backend" not in (tmp_path / "programs" / "arguments").read_text()


# ----------------------------------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("program", "cause"),
    [
        ("exit 0", "trivy ended well and wrote no report"),
        (': > "$OUTPUT"', "the report of trivy is none: "),
        (printing("nonsense"), "the report of trivy is none: "),
        (printing({}), "the report of trivy is none: SchemaVersion: field required"),
        (printing(json.dumps(own())[:200]), "the report of trivy is none: "),
        (printing({**own(), "SchemaVersion": 3}), "the report of trivy is none: has schema version 3"),
        (printing(report()), "is not what trivy reports of: the layers differ"),
        (printing(own()) + "\nexit 1", "trivy ended with exit status 1"),
        ("exit 2", "trivy ended with exit status 2"),
        ("kill -SEGV $$", "trivy was ended by SIGSEGV"),
        ("kill -KILL $$", "trivy was ended by SIGKILL"),
        ('mkdir "$OUTPUT"', "wrote a report that is no file"),
        ('ln -s /etc/passwd "$OUTPUT"', "wrote no report"),
        ("echo 'FATAL: --skip-db-update cannot be specified on the first run' >&2; exit 1", "has no database, and"),
        (printing("[" * 200_000), "the report of trivy is none: "),
        (printing('{"SchemaVersion": 2, "Results": [' + "{}," * 200_000 + "{}]}"), "the report of trivy is none: "),
        ('printf "\\377\\376\\0" > "$OUTPUT"', "the report of trivy is none: "),
        ('truncate --size 2G "$OUTPUT"', f"trivy wrote more than {trivy.MAX_REPORT} bytes"),
        ('truncate --size 2G "$OUTPUT"; sleep 600', f"trivy wrote more than {trivy.MAX_REPORT} bytes"),
        ("yes", f"said more than {process.MAX_SAID} bytes"),
        ("yes >&2", f"said more than {process.MAX_SAID} bytes"),
    ],
)
def test_a_scan_that_fails(program: str, cause: str, scanned: Any) -> None:
    assert cause in refused(scanned(program))


def test_secrets_that_it_says_are_not_repeated(scanned: Any) -> None:
    answer = scanned("echo 'FATAL password=hunter2' >&2; echo hunter2; exit 1")
    refused(answer)
    assert "hunter2" not in answer.out + answer.err


def test_secrets_that_it_reports_are_not_repeated(scanned: Any) -> None:
    found = {"RuleID": "password", "Severity": "HIGH", "Title": "hunter2", "Match": "password=hunter2", "StartLine": 1}
    document = own()
    document["Results"].append({"Target": "app/.env", "Class": "secret", "Secrets": [found]})
    answer = scanned(printing(document))
    assert gaps(answer.report) == []
    assert "hunter2" not in answer.out + answer.err


def test_a_report_without_end(scanned: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trivy, "MAX_REPORT", 4096)
    assert "trivy wrote more than 4096 bytes" in refused(scanned('while :; do echo 0123456789; done > "$OUTPUT"'))
    assert "trivy wrote more than 4096 bytes" in refused(scanned('head -c 5000 /dev/zero > "$OUTPUT"'))


def test_one_that_hangs_is_ended_with_its_children(
    scanned: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trivy, "SECONDS", 0.5)
    child = "trap '' TERM; sh -c 'echo $$ > \"$0\"; exec sleep 600' \"$HERE/child\" & sleep 600"
    assert "trivy took longer than 0.5 seconds" in refused(scanned(child))
    assert ends(int((tmp_path / "programs" / "child").read_text()))


def test_children_that_stay_behind_are_ended_too(scanned: Any, tmp_path: Path) -> None:
    child = 'sh -c \'echo $$ > "$0"; exec sleep 600\' "$HERE/child" & sleep 0.2'
    assert gaps(scanned(f"{child}\n{printing(own())}").report) == []
    assert ends(int((tmp_path / "programs" / "child").read_text()))


def ends(number: int) -> bool:
    """Say whether a process that sleeps for ten minutes is gone, or goes soon: nobody waits for one that is killed."""
    for _look in range(100):
        if not is_running(number):
            return True
        sleep(0.1)
    return False


def is_running(number: int) -> bool:
    """Say whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        os.kill(number, 0)
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


# ------------------------------------------------------------------------------------------- what may not be started


@pytest.mark.parametrize(
    ("version", "cause"),
    [
        ('{"Version": "0.69.4"}', "is 0.69.4, a release that was tampered with"),
        ('{"Version": "v0.69.5"}', "is 0.69.5, a release that was tampered with"),
        ('{"Version": "0.69.6"}', "is 0.69.6, a release that was tampered with"),
        ('{"Version": "0.49.9"}', "is 0.49.9, and 0.50 is the oldest"),
        ('{"Version": "dev"}', "does not say its version"),
        ('{"Version": 7}', "does not say its version"),
        ("[]", "does not say its version"),
        ("{}", "does not say its version"),
        ("Version: 0.76.0", "does not say its version"),
        ("", "does not say its version"),
    ],
)
def test_a_version_that_is_not_used(version: str, cause: str, scanned: Any, tmp_path: Path) -> None:
    assert cause in refused(scanned(printing(own()), version=version))
    assert not (tmp_path / "programs" / "arguments").exists()


def test_a_digest_that_is_pinned(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = fake(tmp_path / "programs", printing(own()))
    right = sha256(program.read_bytes()).hexdigest()
    for wanted, cause in ((right, ""), (right.upper(), ""), ("0" * 64, "and another is pinned")):
        options = ("--scanner", "trivy", "--trivy", f"{program}@sha256:{wanted}", "--trivy-cache", tmp_path / "cache")
        found = gaps(check(capsys, "--image", "web.tar", *options).report)
        assert [cause in one for one in found] == ([True] if cause else [])


@pytest.mark.parametrize(
    ("metadata", "cause"),
    [
        (None, "has no database"),
        ("", "has a database that cannot be read"),
        ("[]", "has a database of another schema"),
        ({"Version": 1, "UpdatedAt": "2026-11-22T00:00:00Z"}, "has a database of another schema"),
        ({"Version": 2}, "does not say when it was made"),
        ({"Version": 2, "UpdatedAt": "long ago"}, "does not say when it was made"),
        ({"Version": 2, "UpdatedAt": "2020-01-01T00:00:00Z"}, "days old, and 30 are the most"),
        ({"Version": 2, "UpdatedAt": "2026-10-23T00:00:00Z"}, "is 31 days old, and 30 are the most"),
    ],
)
def test_a_database_that_is_not_used(metadata: Any, cause: str, scanned: Any, tmp_path: Path) -> None:
    path = tmp_path / "cache" / "db" / "metadata.json"
    path.unlink()
    if metadata is not None:
        path.write_text(metadata if isinstance(metadata, str) else json.dumps(metadata), encoding="utf-8")
    assert cause in refused(scanned(printing(own())))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 65_536,
        bolt({}),
        bolt({"vulnerability": {}})[:-1],
        bolt({"vulnerability": {}})[:4096],
        bolt({"vulnerability": {}})[4096:],
        bolt({"vulnerability": {}}).replace(b"\xed\xda", b"\xed\xdb"),
    ],
)
def test_a_database_that_would_prove_everything_clean(data: bytes, scanned: Any, tmp_path: Path) -> None:
    (tmp_path / "cache" / "db" / "trivy.db").write_bytes(data)
    assert "has a database that is damaged or empty" in refused(scanned(printing(own())))
    assert not (tmp_path / "programs" / "arguments").exists()


def test_a_cache_without_the_database_itself(scanned: Any, tmp_path: Path) -> None:
    (tmp_path / "cache" / "db" / "trivy.db").unlink()
    assert "trivy has no database" in refused(scanned(printing(own())))


def test_one_exception_excuses_one_vulnerability(scanned: Any, repository: Path) -> None:
    """All that trivy finds stands at the image."""
    holes = [flaw(name, FixedVersion="", Status="affected") for name in ("CVE-2024-1000", "CVE-2024-2000")]
    scan = printing(own(result={"Vulnerabilities": holes}))
    assert excepted(scanned(scan)) == {"CVE-2024-1000": "failed", "CVE-2024-2000": "failed"}
    put(repository, "vex.json", openvex(said("web:1")))
    assert excepted(scanned(scan, "--vex", "vex.json"))["CVE-2024-2000"] == "failed"
    write(repository, __gate__yaml=EXCEPTION)
    assert excepted(scanned(scan)) == {"CVE-2024-1000": "excepted", "CVE-2024-2000": "failed"}


EXCEPTION = """version: 1
exceptions:
- {vulnerability: CVE-2024-1000, subject: "web.tar#web:1", reason: unused, owner: team, created: 2026-11-01,
   expires: 2026-12-31}
"""


def excepted(answer: Answer) -> dict[str, str]:
    """Return what became of each vulnerability without a fix."""
    found = answer.subject("web.tar#web:1")["findings"]
    return {one["aspects"][0]: one["outcome"] for one in found if one["rule"] == "PKG010"}


def test_nothing_of_the_tree_is_started(
    repository: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(repository / "bin", 'touch "$HERE/started"')
    fake(repository, 'touch "$HERE/started"')
    outside = tmp_path / "linked"
    outside.mkdir()
    (outside / "trivy").symlink_to(repository / "trivy")
    monkeypatch.setenv("PATH", os.pathsep.join(("", ".", "bin", str(repository / "bin"), str(outside))))
    options = ("--image", "web.tar", "--scanner", "trivy", "--trivy-cache", tmp_path / "cache")
    for named, cause in (
        ((), "is not installed"),
        (("--trivy", "bin/trivy"), "is a file of the tree"),
        (("--trivy", outside / "trivy"), "is a file of the tree"),
        (("--trivy", tmp_path / "absent"), "is no program there"),
    ):
        assert cause in gaps(check(capsys, *options, *named).report)[0]
    assert not list(repository.rglob("started"))
    assert not list(repository.rglob("arguments"))


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("--scanner", "trivy"), "has nothing to scan"),
        (("--scanner", "grype", "--image", "web.tar"), "there is no scanner grype"),
        (("--rootfs", "."), "none is to be started"),
        (("--trivy", "/bin/true"), "none is to be started"),
        (("--scanner", "trivy", "--sbom", "absent.json"), "there is no file absent.json"),
        (("--scanner", "trivy", "--image", "web.tar", "--trivy", "x@sha256:12"), "is no digest"),
        (("--scanner", "trivy", "--image", "web.tar", "--against", "HEAD"), "cannot be used with --against"),
    ],
)
def test_options_that_do_not_fit(
    arguments: tuple[str, ...], cause: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.exists()
    answer = gate(capsys, "check", *arguments)
    assert answer.status == 2
    assert cause in answer.err
