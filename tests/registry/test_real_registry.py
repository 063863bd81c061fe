"""A real registry that wants a login, filled by skopeo: the gate reads there what it reads of the same layout."""

from __future__ import annotations

import socket
import ssl
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.packages.bolt import cache
from tests.packages.scanning import NEW, archive, gaps, layer, put, real
from tests.readers import layouts
from tests.readers.layouts import Layout, config, digest, layout, packed
from tests.registry.facts import facts, platforms
from tests.registry.logins import BASIC, SECRET, USER, helper, keep, log_in
from tests.registry.real import PROGRAMS, Registry, needed
from tests.registry.serving import Serving
from tests.registry.tokens import Tokens
from tests.verbs import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.registry.serving import Handler

pytestmark = pytest.mark.slow

#: Without it, skopeo packs layers that are not packed, which gives them other digests.
AS_IT_IS = "--preserve-digests"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry."""
    needed(*PROGRAMS)
    with Registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture
def own(running: Registry, home: Path) -> Registry:
    """The same, with the login for it kept in the home."""
    log_in(home, running.host)
    return running


def several_layers() -> layouts.Files:
    """Return an image whose second layer changes the first."""
    made = Layout()
    layers = [layer(), packed({"var/lib/dpkg/.wh.status": b"", "srv/x": b"x" * 100_000})]
    made.add(made.manifest(config(layers, {"User": "1000", "Env": ["A=b"]}), layers), "shop/web:1")
    return made.files()


@pytest.mark.parametrize(
    ("files", "subjects"),
    [(layout(name="shop/web:1"), 1), (several_layers(), 1), (platforms(), 2)],
    ids=["image", "layers", "index"],
)
def test_the_facts_are_those_of_the_layout(
    files: layouts.Files, subjects: int, own: Registry, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository / "layout", files)
    name = f"same/image{len(files)}:1"
    source = f"oci:{repository}/layout:shop/web:1" if subjects == 1 else f"oci:{repository}/layout"
    found = own.push(source, name, AS_IT_IS)
    place = f"{own.host}/{name}"
    fetched = check(capsys, "--image", place, "--online")
    assert gaps(fetched.report) == []
    assert len(fetched.report["subjects"]) == subjects
    assert fetched.report["fetched"] == [{"reference": place, "digest": found, "pinned": False}]
    read = check(capsys, "--image", "layout")
    assert facts(fetched.report, place, place) == facts(read.report, "layout", "shop/web:1")


def test_what_docker_pushed(own: Registry, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its media types are others, and its layers are compressed on the way."""
    archive(repository / "web.tar", name="shop/web:1")
    own.push(f"docker-archive:{repository}/web.tar", "docker/web:1", "--format", "v2s2")
    own.pull("docker/web:1", f"dir:{repository}/folder")
    place = f"{own.host}/docker/web:1"
    fetched, read, saved = (
        check(capsys, "--image", one, *more) for one, *more in ((place, "--online"), ("folder",), ("web.tar",))
    )
    assert gaps(fetched.report) == gaps(read.report) == []
    for other in (read, saved):
        (ours,), (theirs,) = fetched.report["subjects"], other.report["subjects"]
        assert ours["scores"].keys() == theirs["scores"].keys()
        assert {name: (one["lo"], one["hi"]) for name, one in ours["scores"].items()} == {
            name: (one["lo"], one["hi"]) for name, one in theirs["scores"].items()
        }
        assert [one["message"] for one in ours["findings"]] == [one["message"] for one in theirs["findings"]]


def test_a_manifest_of_schema_1(own: Registry, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(repository / "web.tar", name="shop/web:1")
    own.push(f"docker-archive:{repository}/web.tar", "old/web:1", "--format", "v2s1")
    answer = check(capsys, "--image", f"{own.host}/old/web:1", "--online")
    assert answer.status == 3
    assert gaps(answer.report) == ["cannot be fetched: is a manifest of schema 1, which no engine takes any more"]


@pytest.mark.parametrize(
    ("secret", "cause"),
    [(None, "wants a login, and none is kept for it"), ("wrong", "does not accept the login that is kept for it")],
)
def test_who_may_not_pull(
    secret: str | None,
    cause: str,
    running: Registry,
    repository: Path,
    home: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive(repository / "web.tar")
    running.push(f"docker-archive:{repository}/web.tar", "closed/web:1")
    if secret is not None:
        log_in(home, running.host, secret=secret)
    answer = check(capsys, "--image", f"{running.host}/closed/web:1", "--image", "./web.tar", "--online")
    assert answer.status == 3
    assert gaps(answer.report) == [f"cannot be fetched: {running.host} {cause}"]
    assert len(answer.report["subjects"]) == 1


def test_a_helper_logs_in(
    running: Registry, repository: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(repository / "web.tar")
    running.push(f"docker-archive:{repository}/web.tar", "helped/web:1")
    said = f'{{"Username": "{USER}", "Secret": "{SECRET}"}}'
    helper(home / "bin", "kept", f"read -r registry || true; [ \"$registry\" = '{running.host}' ] && echo '{said}'")
    monkeypatch.setenv("PATH", f"{home / 'bin'}:{home}")
    keep(home / ".docker" / "config.json", credHelpers={running.host: "kept"})
    answer = check(capsys, "--image", f"{running.host}/helped/web:1", "--online")
    assert gaps(answer.report) == []
    assert SECRET not in answer.out


def test_a_tag_that_was_moved(own: Registry, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each run says what the tag led to, and the digest of the first goes on to give its report."""
    archive(repository / "old.tar")
    archive(repository / "new.tar", version=NEW)
    before = own.push(f"docker-archive:{repository}/old.tar", "moved/web:1")
    pinned = f"{own.host}/moved/web@{before}"
    first = check(capsys, "--image", pinned, "--online").out
    after = own.push(f"docker-archive:{repository}/new.tar", "moved/web:1")
    answer = check(capsys, "--image", f"{own.host}/moved/web:1", "--online")
    assert [one["digest"] for one in answer.report["fetched"]] == [after] != [before]
    assert check(capsys, "--image", pinned, "--online").out == first


def test_what_is_not_there(own: Registry, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(repository / "web.tar")
    own.push(f"docker-archive:{repository}/web.tar", "there/web:1")
    for name in ("there/web:2", f"there/web@sha256:{'0' * 64}", "absent/web:1"):
        answer = check(capsys, "--image", f"{own.host}/{name}", "--online")
        assert answer.status == 3
        assert gaps(answer.report) == [f"cannot be fetched: there is no such image in {own.host}"]


@pytest.mark.parametrize("how", ["changed", "longer", "shorter", "gone"])
def test_what_was_damaged_in_the_registry(
    how: str, own: Registry, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Skopeo does not want it either."""
    files = packed({"srv/unique": how.encode() * 1000})
    made = Layout()
    made.add(made.manifest(config([files]), [files]), "web:1")
    put(repository / "layout", made.files())
    own.push(f"oci:{repository}/layout:web:1", f"damaged/{how}:1", AS_IT_IS)
    kept = own.blob(f"sha256:{digest(files)}")
    data = kept.read_bytes()
    changes = {"changed": data[:-1] + b"x", "longer": data + b"x", "shorter": data[:-1]}
    kept.unlink() if how == "gone" else kept.write_bytes(changes[how])
    answer = check(capsys, "--image", f"{own.host}/damaged/{how}:1", "--online")
    assert (answer.status, answer.report["subjects"]) == (3, [])
    assert len(gaps(answer.report)) == 1
    with pytest.raises(subprocess.CalledProcessError):
        own.pull(f"damaged/{how}:1", f"oci:{repository}/copy")


def test_trivy_itself_scans_what_was_fetched(
    own: Registry, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every platform by itself, with the findings that the same layout has."""
    program = real()
    put(repository / "layout", platforms())
    own.push(f"oci:{repository}/layout", "scanned/web:1", AS_IT_IS)
    cache(tmp_path / "cache", CVE_2024_1000="3.5.1-2")
    options = ("--scanner", "trivy", "--trivy", program, "--trivy-cache", tmp_path / "cache")
    place = f"{own.host}/scanned/web:1"
    fetched = check(capsys, "--image", place, "--online", *options)
    assert gaps(fetched.report) == []
    told = {
        one["id"].partition("#")[2]: {name for found in one["findings"] for name in found["aspects"] if "CVE" in name}
        for one in fetched.report["subjects"]
    }
    assert told == {f"linux/amd64/{place}": {"CVE-2024-1000"}, f"linux/arm64/{place}": set()}
    read = check(capsys, "--image", "layout", *options)
    assert facts(fetched.report, place, place) == facts(read.report, "layout", "shop/web:1")


# ------------------------------------------------------------------------------------------------------------- tokens


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Registry, Tokens]]:
    """A registry that wants tokens, and the server that gives them."""
    needed("openssl")
    folder = tmp_path_factory.mktemp("tokens")
    server = Tokens(folder)
    try:
        with Registry(folder / "registry", server.configuration) as registry:
            yield registry, server
    finally:
        server.serving.close()


def test_a_registry_that_wants_tokens(
    tokens: tuple[Registry, Tokens], repository: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is public is had without a login, which nothing else is; a token is asked for once, to pull and no more."""
    running, server = tokens
    archive(repository / "web.tar")
    for name in ("public/web:1", "closed/web:1"):
        running.push(f"docker-archive:{repository}/web.tar", name)

    def answered(name: str) -> list[str]:
        server.serving.seen.clear()
        return gaps(check(capsys, "--image", f"{running.host}/{name}", "--online").report)

    assert answered("public/web:1") == []
    (asked,) = server.serving.seen
    assert asked.shown == ""
    assert asked.path == "/token?service=registry&scope=repository%3Apublic%2Fweb%3Apull"
    (gap,) = answered("closed/web:1")
    assert "wants a login, and none is kept for it" in gap
    log_in(home, running.host)
    assert answered("closed/web:1") == []
    assert [one.shown for one in server.serving.seen] == [BASIC]
    log_in(home, running.host, secret=SECRET[:-1])
    (gap,) = answered("closed/web:1")
    assert "refuses the login" in gap


# ---------------------------------------------------------------------------------------------------------------- TLS


@pytest.fixture
def secured(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Serving, Path, str]]:
    """A registry by the name of another machine, over TLS, with its certificate."""
    assert home.is_dir()
    files = {name: str(tmp_path / f"{name}.pem") for name in ("key", "certificate")}
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += [
        "-subj",
        "/CN=registry.example",
        "-addext",
        "subjectAltName=DNS:registry.example,DNS:region.registry.example",
    ]
    command += ["-keyout", files["key"], "-out", files["certificate"]]
    needed("openssl")
    subprocess.run(command, capture_output=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["certificate"], files["key"])
    serving = Serving(context)
    port = serving.host.rpartition(":")[2]
    found = socket.getaddrinfo
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda host, *more, **named: found("127.0.0.1" if "registry.example" in host else host, *more, **named),
    )
    yield serving, Path(files["certificate"]), f"registry.example:{port}"
    serving.close()


def test_a_certificate_has_to_be_trusted(
    secured: tuple[Serving, Path, str],
    repository: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert repository.exists()
    serving, certificate, host = secured
    serving.push(layout())
    answer = check(capsys, "--image", f"{host}/shop/web:1", "--online")
    assert gaps(answer.report) == [f"cannot be fetched: the certificate of {host} is not trusted"]
    assert serving.seen == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    answer = check(capsys, "--image", f"{host}/shop/web:1", "--online")
    assert gaps(answer.report) == []
    other = f"127.0.0.1:{host.rpartition(':')[2]}"
    serving.otherwise("/manifests/1", 307, Location=f"https://{other}/")
    answer = check(capsys, "--image", f"{host}/shop/web:1", "--online")
    assert gaps(answer.report) == [f"cannot be fetched: the certificate of {other} is not trusted"]


def test_nothing_leads_from_tls_to_the_clear(
    secured: tuple[Serving, Path, str],
    registry: Serving,
    repository: Path,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even to this machine: neither for a manifest, nor for a layer, nor for a token."""
    assert repository.exists()
    serving, certificate, host = secured
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    log_in(home, host)
    serving.push(layout())
    for path in ("/manifests/1", f"/blobs/sha256:{digest(layouts.FILES)}"):
        for place in (registry.host, "169.254.169.254"):
            serving.otherwise(path, 307, Location=f"http://{place}/kept")
            answer = check(capsys, "--image", f"{host}/shop/web:1", "--online")
            assert "not reached over TLS" in gaps(answer.report)[0]
            serving.first.clear()
    serving.otherwise("/manifests/1", 401, WWW_Authenticate=f'Bearer realm="http://{registry.host}/token"')
    answer = check(capsys, "--image", f"{host}/shop/web:1", "--online")
    assert "not reached over TLS" in gaps(answer.report)[0]
    assert registry.seen == []


def test_nothing_leads_back_to_the_clear(
    secured: tuple[Serving, Path, str],
    registry: Serving,
    repository: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor does a registry on this machine by way of another: its own leave is not that of whom it leads to."""
    assert repository.exists()
    serving, certificate, host = secured
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    files = layout()
    registry.push(files)
    serving.otherwise("/kept", 307, Location=f"http://{registry.host}/back")
    registry.otherwise("/back", 404)
    for path in ("/manifests/1", f"/blobs/sha256:{digest(layouts.FILES)}"):
        registry.otherwise(path, 307, Location=f"https://{host}/kept")
        answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
        assert "not reached over TLS" in gaps(answer.report)[0]
        registry.first.pop()
    assert "/back" not in registry.paths
    assert serving.paths == ["/kept", "/kept"]


def test_a_manifest_that_is_kept_elsewhere_over_tls(
    secured: tuple[Serving, Path, str],
    repository: Path,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As registry.k8s.io keeps all of its; the same machine by another name is another place."""
    assert repository.exists()
    serving, certificate, host = secured
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    log_in(home, host)
    found = serving.push(layout())
    name, _, port = host.partition(":")
    other = f"region.{name}:{port}"

    def leading(handler: Handler) -> bool:
        if handler.headers["Host"] == other:
            return False
        if handler.headers.get("Authorization") != BASIC:
            handler.answer(401, b"", {"WWW-Authenticate": 'Basic realm="registry"'})
        else:
            handler.answer(307, b"", {"Location": f"https://{other}{handler.path}"})
        return True

    serving.first.append(leading)
    answer = check(capsys, "--image", f"{host}/shop/web:1", "--online")
    assert gaps(answer.report) == []
    assert answer.report["fetched"] == [{"reference": f"{host}/shop/web:1", "digest": found, "pinned": False}]
    assert {one.shown for one in serving.seen if one.headers["Host"] == other} == {""}
    assert {one.shown for one in serving.seen[1:] if one.headers["Host"] == host} == {BASIC}


def test_who_speaks_no_tls(
    registry: Serving, repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.exists()
    found = socket.getaddrinfo
    monkeypatch.setattr("socket.getaddrinfo", lambda _host, *more, **named: found("127.0.0.1", *more, **named))
    name = f"registry.example:{registry.host.rpartition(':')[2]}"
    answer = check(capsys, "--image", f"{name}/shop/web:1", "--online")
    assert gaps(answer.report) == [f"cannot be fetched: {name} does not speak TLS as it should"]
    assert registry.seen == []
