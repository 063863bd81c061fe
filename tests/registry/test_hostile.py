"""Registries that misbehave: each is a gap with its cause and its remedy, and nothing of what they say counts."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import time
from errno import ENOSPC
from random import Random
from socket import gaierror
from typing import TYPE_CHECKING, Any

import pytest

from gate.tools import registry as registry_of_the_gate
from gate.tools import registry_http
from tests.packages.scanning import gaps
from tests.readers import layouts
from tests.readers.layouts import Layout, digest, layout
from tests.registry.facts import platforms
from tests.registry.logins import BASIC, SECRET, auth, log_in
from tests.registry.serving import DOCUMENTS
from tests.verbs import Answer, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.registry.serving import Handler, Serving

FILES = layout()
MANIFEST = layouts.blob_of(FILES, layouts.CONFIG)
LAYER = f"/blobs/sha256:{digest(layouts.FILES)}"
TYPED = {"Content_Type": layouts.MANIFEST}
ELSE = "answers with something else than was asked for"
OLD = "application/vnd.docker.distribution.manifest.v1+"
FINE = b"HTTP/1.1 200 OK\r\n"
CHALLENGES = ("Negotiate", 'Digest realm="x", Basic realm="y"', 'Basic realm="a, \\"b\\"", charset="UTF-8"')
NO_TLS = "not reached over TLS"
LEADS = "{} leads to {}, which wants a login, and none is shown there"


@pytest.fixture
def fetched(repository: Path, registry: Serving, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Judge the image that was pushed last, or another."""
    assert repository.exists()
    registry.push(FILES)
    return lambda name="shop/web:1": check(capsys, "--image", f"{registry.host}/{name}", "--online")


def refused(answer: Answer) -> str:
    """Return why nothing was judged."""
    assert (answer.status, answer.report["subjects"]) == (3, [])
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["remedy"]
    return str(gap["reason"])


def put_off(seconds: str = "") -> dict[str, str]:
    return {"Retry_After": seconds} if seconds else {}


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Wait for nothing, and write down how long that would have been."""
    found: list[float] = []
    monkeypatch.setattr("gate.tools.registry.time.sleep", found.append)
    return found


# ------------------------------------------------------------------------------------------------- answers of its own


@pytest.mark.parametrize(
    ("path", "status", "body", "headers", "cause"),
    [
        ("/manifests/1", 200, b"<html>sign in</html>", {"Content_Type": "text/html"}, "answers with text/html, which"),
        ("/manifests/1", 200, b"{}", {}, "answers with something, which is no manifest"),
        ("/manifests/1", 200, b"{}", {"Content_Type": DOCUMENTS}, "answers with application/json, which is no"),
        ("/manifests/1", 403, b"", {}, "does not permit everybody to pull it"),
        ("/manifests/1", 404, b"", {}, "there is no such image in"),
        ("/manifests/1", 500, b"", {}, "answers with status 500"),
        ("/manifests/1", 204, b"", {}, "answers with status 204"),
        ("/manifests/1", 206, b"", TYPED, "answers with status 206"),
        ("/manifests/1", 401, b"", {}, "wants to be asked in a way that is not known"),
        ("/manifests/1", 401, b"", {"WWW_Authenticate": "Negotiate"}, "wants to be asked in a way that is not known"),
        ("/manifests/1", 401, b"", {"WWW_Authenticate": 'Basic realm="x"'}, "wants a login, and none is kept for it"),
        ("/manifests/1", 307, b"", {"Location": "/v2/shop/web/manifests/2"}, "there is no such image in"),
        ("/manifests/1", 200, b"{}", {**TYPED, "Docker_Content_Digest": f"sha256:{'0' * 64}"}, ELSE),
        ("/manifests/1", 200, b"{}", {**TYPED, "Docker_Content_Digest": "md5:0"}, ELSE),
        ("/manifests/1", 200, b"{" * 300_000, TYPED, "is not JSON"),
        ("/manifests/1", 200, b"{}", TYPED, "has another schema version than 2"),
        ("/manifests/1", 200, b" " * (4 << 20) + b" ", TYPED, "answers more than 4194304 bytes"),
        ("/manifests/1", 200, gzip.compress(bytes(1 << 20)), {**TYPED, "Content_Encoding": "gzip"}, "packs what it"),
        ("/manifests/1", 200, b"x" * 9, {**TYPED, "Content_Length": "4"}, "is not JSON"),
        (LAYER, 404, b"", {}, "a blob of the image is missing in"),
        (LAYER, 200, b"", {}, ELSE),
        (LAYER, 200, layouts.FILES[:-1], {}, ELSE),
        (LAYER, 200, layouts.FILES + b"\0", {}, ELSE),
        (LAYER, 200, layouts.FILES[:-1] + b"x", {}, ELSE),
        (LAYER, 200, layouts.FILES + b"\0", {"Content_Length": "none"}, f"answers more than {len(layouts.FILES)}"),
        (LAYER, 200, layouts.FILES[:-1], {"Content_Length": "none"}, ELSE),
        (LAYER, 200, layouts.FILES[:9], {"Content_Length": str(len(layouts.FILES))}, ELSE),
        (LAYER, 200, gzip.compress(layouts.FILES), {"Content_Encoding": "gzip", "Content_Length": "none"}, "packs"),
        (LAYER, 200, layouts.FILES, {"Content_Length": "-1"}, ELSE),
    ],
)
def test_another_answer(
    path: str, status: int, body: bytes, headers: dict[str, str], cause: str, registry: Serving, fetched: Any
) -> None:
    registry.otherwise(path, status, body, **headers)
    assert cause in refused(fetched())


@pytest.mark.parametrize("kind", ["prettyjws", "json"])
def test_a_manifest_of_schema_1(kind: str, registry: Serving, fetched: Any) -> None:
    document = json.dumps({"schemaVersion": 1, "name": "shop/web", "fsLayers": []}).encode()
    registry.otherwise("/manifests/1", 200, document, Content_Type=f"{OLD}{kind}")
    assert "schema 1" in refused(fetched())


def test_another_manifest_for_a_digest(registry: Serving, fetched: Any) -> None:
    """Whoever asks by digest is promised these bytes; oras-py 0.2.43 took any."""
    own = registry.tags["shop/web:1"]
    other = registry.push(layout({"User": "0"}))
    registry.otherwise(f"/manifests/{own}", 200, registry.blobs[other], **TYPED)
    assert ELSE in refused(fetched(f"shop/web@{own}"))


def test_a_digest_that_cannot_be_checked(registry: Serving, fetched: Any) -> None:
    assert "algorithm" in refused(fetched(f"shop/web@sha384:{'0' * 96}"))
    assert registry.seen == []


@pytest.mark.parametrize(
    "spoken", [b"", b"nonsense\r\n\r\n", FINE, FINE + b"A: " + b"a" * 70_000, FINE + b"a: b\r\n" * 200]
)
def test_what_is_no_http(spoken: bytes, registry: Serving, fetched: Any) -> None:
    def speaking(handler: Handler) -> bool:
        handler.wfile.write(spoken)
        handler.cut()
        return True

    registry.first.append(speaking)
    assert "cannot be fetched: " in refused(fetched())


def test_a_port_where_nobody_is(registry: Serving, fetched: Any) -> None:
    registry.close()
    assert "refuses the connection" in refused(fetched())


def test_a_host_that_is_not_found(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.exists()

    def absent(*_arguments: object, **_more: object) -> None:
        raise gaierror

    monkeypatch.setattr("socket.getaddrinfo", absent)
    answer = check(capsys, "--image", "registry.example/shop/web:1", "--online")
    assert refused(answer) == "cannot be fetched: the host registry.example is not found"


# ------------------------------------------------------------------------------------------------------ time and size


def slow(handler: Handler, head: bytes, piece: bytes) -> bool:
    """Say something now and then, and never come to an end."""
    handler.wfile.write(head)
    while True:
        handler.wfile.write(piece)
        handler.wfile.flush()
        time.sleep(0.01)


HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {layouts.MANIFEST}\r\n".encode()


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 2", b"0"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"A: ", b"a"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a"),
    ],
    ids=["status", "continue", "header", "body", "chunks", "chunk"],
)
def test_who_never_ends(
    head: bytes, piece: bytes, registry: Serving, fetched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_of_the_gate, "ANSWER", 0.3)
    registry.first.append(lambda handler: slow(handler, head, piece))
    assert "does not answer in time" in refused(fetched())


def test_who_says_nothing(registry: Serving, fetched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_http, "STALL", 0.1)

    def silent(handler: Handler) -> bool:
        handler.rfile.read()
        return True

    registry.first.append(silent)
    assert "does not answer in time" in refused(fetched())


def test_an_image_that_takes_too_long_as_a_whole(
    registry: Serving, fetched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_of_the_gate, "ALL", -1.0)
    assert "has taken longer than" in refused(fetched())
    assert registry.seen == []


@pytest.mark.parametrize(("size", "asked"), [((16 << 30) + 1, False), (len(layouts.FILES), True)])
def test_what_is_too_large_is_not_asked_for(size: int, asked: bool, registry: Serving, fetched: Any) -> None:
    manifest = json.loads(FILES[MANIFEST])
    manifest["layers"][0]["size"] = size
    made = Layout()
    made.blobs = {name: data for name, data in FILES.items() if name.startswith("blobs/")}
    made.add(manifest)
    registry.push(made.files())
    answer = fetched()
    assert bool(gaps(answer.report)) is not asked
    assert any(path.endswith(LAYER) for path in registry.paths) is asked


def test_a_layer_that_swells(registry: Serving, fetched: Any) -> None:
    made = Layout()
    manifest = made.manifest()
    manifest["layers"] = [made.blob(gzip.compress(bytes(64 << 20)), f"{layouts.LAYER}+gzip")]
    made.add(manifest)
    registry.push(made.files())
    answer = fetched()
    assert answer.status == 3
    assert "unpacks to" in gaps(answer.report)[0]


def test_an_index_that_points_at_itself(registry: Serving, fetched: Any) -> None:
    """It cannot hold its own digest, so that what is answered for that is not what was asked for."""
    wanted = f"sha256:{'1' * 64}"
    listed = [{"mediaType": layouts.INDEX, "digest": wanted, "size": 1000}]
    index = layouts.text({"schemaVersion": 2, "mediaType": layouts.INDEX, "manifests": listed})
    registry.otherwise("/manifests/1", 200, index, Content_Type=layouts.INDEX)
    registry.otherwise(f"/manifests/{wanted}", 200, index, Content_Type=layouts.INDEX)
    assert ELSE in refused(fetched())
    assert len(registry.seen) == 2


def test_indexes_in_indexes(registry: Serving, fetched: Any) -> None:
    made = Layout()
    inner = made.blob(layouts.text(made.manifest()), layouts.MANIFEST)
    for _ in range(9):
        index = {"schemaVersion": 2, "mediaType": layouts.INDEX, "manifests": [inner]}
        inner = made.blob(layouts.text(index), layouts.INDEX)
    made.manifests = [inner]
    registry.push(made.files())
    assert "nested deeper" in refused(fetched())


@pytest.mark.parametrize(
    ("status", "seconds", "waits"),
    [
        (429, "", [5, 5]),
        (429, "0", [0, 0]),
        (503, "2", [2, 2]),
        (429, "31", []),
        (429, "9" * 400, []),
        (429, "-1", [5, 5]),
        (429, "Wed, 21 Oct 2026 07:28:00 GMT", [5, 5]),
    ],
)
def test_who_puts_it_off(
    status: int, seconds: str, waits: list[int], registry: Serving, fetched: Any, waited: list[float]
) -> None:
    registry.otherwise("/manifests/1", status, b"", **put_off(seconds))
    assert ("too many" if status == 429 else "status 503") in refused(fetched())
    assert waited == waits
    assert len(registry.seen) == len(waits) + 1


def test_who_has_time_later(registry: Serving, fetched: Any, waited: list[float]) -> None:
    registry.otherwise("/manifests/1", 429, Retry_After="1")
    answering = registry.first.pop()
    registry.first.append(lambda handler: len(registry.seen) < 2 and answering(handler))
    assert gaps(fetched().report) == []
    assert waited == [1]


# --------------------------------------------------------------------------------------------------------- redirects


TAG = "/manifests/1"
KEPT = (TAG, LAYER)


def keeping(registry: Serving, place: str, path: str = LAYER) -> None:
    """Keep the layer, or something else, elsewhere."""
    registry.otherwise(path, 307, Location=place)


def test_a_layer_that_is_kept_elsewhere(
    registry: Serving, elsewhere: Serving, repository: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is taken from there, and who asks is shown to the registry alone."""
    assert repository.exists()
    registry.push(FILES)
    log_in(home, registry.host)
    registry.first.append(wanting)
    elsewhere.otherwise("/kept", 200, layouts.FILES)
    elsewhere.otherwise("/moved", 302, Location="/kept?signature=secret")
    keeping(registry, f"http://{elsewhere.host}/moved?signature=secret")
    answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
    assert gaps(answer.report) == []
    assert [one.shown for one in elsewhere.seen] == ["", ""]
    assert {one.shown for one in registry.seen[1:]} == {BASIC}


def wanting(handler: Handler) -> bool:
    """Want a login, by name and password."""
    if handler.headers.get("Authorization") == BASIC:
        return False
    handler.answer(401, b"", {"WWW-Authenticate": 'Basic realm="registry"'})
    return True


@pytest.mark.parametrize("path", KEPT)
def test_nothing_is_shown_to_who_asks_for_it_elsewhere(
    path: str, registry: Serving, elsewhere: Serving, repository: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither to the place that the registry leads to, nor to the token server that this place names, nor back here."""
    assert repository.exists()
    registry.push(FILES)
    log_in(home, registry.host)
    registry.first.append(wanting)
    challenge = f'Bearer realm="http://{elsewhere.host}/token",service="x"'
    elsewhere.otherwise("/kept", 401, WWW_Authenticate=challenge)
    keeping(registry, f"http://{elsewhere.host}/kept", path)
    answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
    assert refused(answer) == f"cannot be fetched: {LEADS.format(registry.host, elsewhere.host)}"
    assert [(one.path, one.shown) for one in elsewhere.seen] == [("/kept", "")]
    registry.first.clear()
    registry.seen.clear()
    registry.otherwise("/stolen", 404)
    registry.first.append(wanting)
    elsewhere.first.clear()
    elsewhere.otherwise("/kept", 307, Location=f"http://{registry.host}/stolen")
    keeping(registry, f"http://{elsewhere.host}/kept", path)
    check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
    assert [one.shown for one in registry.seen if one.path == "/stolen"] == [""]


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        ("http://storage.example/kept", NO_TLS),
        ("ftp://storage.example/kept", NO_TLS),
        ("file:///etc/passwd", NO_TLS),
        ("https://ann:secret@storage.example/kept", NO_TLS),
        ("https://storage.example/a b", NO_TLS),
        ("https://storage.example:99999/", NO_TLS),
        ("https://[::1", NO_TLS),
        ("http://169.254.169.254/latest/meta-data", NO_TLS),
        ("", "leads from one place to the next for more than 5 times"),
    ],
)
@pytest.mark.parametrize("path", KEPT)
def test_a_place_that_is_not_asked(path: str, place: str, cause: str, registry: Serving, fetched: Any) -> None:
    keeping(registry, place, path)
    assert cause in refused(fetched())


@pytest.mark.parametrize("path", KEPT)
def test_places_that_lead_to_each_other(path: str, registry: Serving, elsewhere: Serving, fetched: Any) -> None:
    keeping(registry, f"http://{elsewhere.host}/next", path)
    elsewhere.otherwise("/next", 308, Location=f"http://{registry.host}/v2/shop/web{path}")
    assert "leads from one place to the next for more than 5 times" in refused(fetched())
    assert len(elsewhere.seen) == 3
    assert sum(one.endswith(path) for one in registry.paths) == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_manifests_that_are_kept_elsewhere(status: int, registry: Serving, elsewhere: Serving, fetched: Any) -> None:
    """All of them, as registry.k8s.io does: what the tag leads to and what is asked for by digest."""
    found = elsewhere.push(platforms())

    def leading(handler: Handler) -> bool:
        handler.answer(status, b"", {"Location": f"http://{elsewhere.host}{handler.path}"})
        return True

    registry.first.append(leading)
    answer = fetched()
    assert gaps(answer.report) == []
    assert [one["digest"] for one in answer.report["fetched"]] == [found]
    assert len(answer.report["subjects"]) == 2
    assert registry.paths == elsewhere.paths


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_tag_is_held_to_every_digest_on_the_way(
    algorithm: str, registry: Serving, elsewhere: Serving, fetched: Any
) -> None:
    """What counts is what has come; a digest that the registry names as it leads elsewhere has to be that."""
    data = FILES[MANIFEST]
    own = f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
    place = f"http://{elsewhere.host}/kept"
    elsewhere.otherwise("/kept", 200, data, **TYPED)
    keeping(registry, place, TAG)
    (one,) = fetched().report["fetched"]
    assert one["digest"] == f"sha256:{digest(data)}"
    registry.first[:] = []
    registry.otherwise(TAG, 307, Location=place, Docker_Content_Digest=own)
    (one,) = fetched().report["fetched"]
    assert one["digest"] == own
    for other in (f"{algorithm}:{'0' * len(own.partition(':')[2])}", "md5:0", own.upper()):
        registry.first[:] = []
        registry.otherwise(TAG, 307, Location=place, Docker_Content_Digest=other)
        assert ELSE in refused(fetched())
    registry.first[:] = []
    registry.otherwise(TAG, 307, Location=place, Docker_Content_Digest=own)
    elsewhere.first[:] = []
    elsewhere.otherwise("/kept", 200, data, **TYPED, Docker_Content_Digest=f"sha256:{'0' * 64}")
    assert ELSE in refused(fetched())


def test_another_manifest_elsewhere_for_a_digest(registry: Serving, elsewhere: Serving, fetched: Any) -> None:
    """Whatever digest that place names for it."""
    own = registry.tags["shop/web:1"]
    other = elsewhere.push(layout({"User": "0"}))
    keeping(registry, f"http://{elsewhere.host}/v2/shop/web/manifests/{other}", f"/manifests/{own}")
    assert ELSE in refused(fetched(f"shop/web@{own}"))
    assert len(elsewhere.seen) == 1


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("path", KEPT)
def test_a_login_that_is_wanted_elsewhere(
    path: str, status: int, registry: Serving, elsewhere: Serving, fetched: Any, home: Path
) -> None:
    """None is looked for, though one is kept for that place."""
    log_in(home, elsewhere.host)
    keeping(registry, f"http://{elsewhere.host}/kept", path)
    elsewhere.otherwise("/kept", status, WWW_Authenticate='Basic realm="registry"')
    assert refused(fetched()) == f"cannot be fetched: {LEADS.format(registry.host, elsewhere.host)}"
    assert [one.shown for one in elsewhere.seen] == [""]


def test_another_layer_elsewhere(registry: Serving, elsewhere: Serving, fetched: Any) -> None:
    elsewhere.otherwise("/kept", 200, layouts.FILES[::-1])
    keeping(registry, f"http://{elsewhere.host}/kept")
    assert ELSE in refused(fetched())


# ------------------------------------------------------------------------------------------------------------ tokens


def bearing(registry: Serving, server: Serving, token: str = "right", **parameters: str) -> None:  # noqa: S107
    """Want a token of a server."""
    said = {"realm": f"http://{server.host}/token", "service": "registry", **parameters}
    challenge = "Bearer " + ",".join(f'{name}="{value}"' for name, value in said.items())

    def answering(handler: Handler) -> bool:
        if handler.headers.get("Authorization") == f"Bearer {token}":
            return False
        handler.answer(401, b"", {"WWW-Authenticate": challenge})
        return True

    registry.first.append(answering)


@pytest.mark.parametrize("key", ["token", "access_token"])
def test_a_token_for_nobody_in_particular(key: str, registry: Serving, elsewhere: Serving, fetched: Any) -> None:
    bearing(registry, elsewhere)
    elsewhere.otherwise("/token", 200, json.dumps({key: "right"}).encode())
    assert gaps(fetched().report) == []
    assert [(one.path, one.shown) for one in elsewhere.seen] == [
        ("/token?service=registry&scope=repository%3Ashop%2Fweb%3Apull", "")
    ]
    assert [one.shown for one in registry.seen] == ["", *["Bearer right"] * 3]


@pytest.mark.parametrize(
    ("scope", "asked"),
    [
        ("repository:mirror/shop/web:pull", "mirror/shop/web"),
        ("repository:mirror/shop/web:pull,push", "mirror/shop/web"),
        ("repository:shop/web:*", "shop/web"),
        ("registry:catalog:*", "shop/web"),
        ("repository:a:pull repository:b:pull,push", "shop/web"),
        ("nonsense", "shop/web"),
    ],
)
def test_a_token_is_for_pulling_alone(
    scope: str, asked: str, registry: Serving, elsewhere: Serving, fetched: Any, home: Path
) -> None:
    log_in(home, registry.host)
    bearing(registry, elsewhere, scope=scope)
    elsewhere.otherwise("/token", 200, b'{"token": "right"}')
    assert gaps(fetched().report) == []
    (one,) = elsewhere.seen
    assert one.shown == BASIC
    assert one.path.endswith(f"scope=repository%3A{asked.replace('/', '%2F')}%3Apull")


def test_a_token_that_runs_out(registry: Serving, elsewhere: Serving, fetched: Any) -> None:
    bearing(registry, elsewhere)
    elsewhere.otherwise("/token", 200, b'{"token": "right"}')
    again = registry.first[0]

    def expired(handler: Handler) -> bool:
        if not handler.path.endswith(LAYER) or len(elsewhere.seen) > 1:
            return again(handler)
        handler.answer(401, b"", {"WWW-Authenticate": f'Bearer realm="http://{elsewhere.host}/token"'})
        return True

    registry.first[0] = expired
    assert gaps(fetched().report) == []
    assert len(elsewhere.seen) == 2


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (401, b"", "wants a login, and none is kept for it"),
        (403, b"", "wants a login, and none is kept for it"),
        (302, b"", "gives no token (status 302)"),
        (500, b"", "gives no token (status 500)"),
        (200, b"<html>", "gives no token"),
        (200, b"[]", "gives no token"),
        (200, b'{"token": 1}', "gives no token"),
        (200, b'{"token": ""}', "gives no token"),
        (200, json.dumps({"token": "a\r\nX-Evil: 1"}).encode(), "gives no token"),
        (200, b"[" * 200_000, "gives no token"),
        (200, b" " * (1 << 20), "answers more than 262144 bytes"),
        (200, b'{"token": "wrong"}', "wants a login, and none is kept for it"),
    ],
)
def test_a_token_server_that_gives_none(
    status: int, body: bytes, cause: str, registry: Serving, elsewhere: Serving, fetched: Any
) -> None:
    bearing(registry, elsewhere)
    elsewhere.otherwise("/token", status, body, Location=f"http://{registry.host}/token")
    assert cause in refused(fetched())
    assert len(elsewhere.seen) == 1


@pytest.mark.parametrize(
    "realm",
    [
        "http://auth.example/token",
        "https://ann:secret@auth.example/token",
        "file:///etc/passwd",
        "//auth.example/token",
        "token",
        "",
    ],
)
def test_a_token_server_that_is_not_asked(
    realm: str, registry: Serving, elsewhere: Serving, fetched: Any, home: Path
) -> None:
    log_in(home, registry.host)
    bearing(registry, elsewhere, realm=realm)
    assert NO_TLS in refused(fetched())


def test_a_login_that_is_refused(registry: Serving, elsewhere: Serving, fetched: Any, home: Path) -> None:
    log_in(home, registry.host)
    bearing(registry, elsewhere)
    elsewhere.otherwise("/token", 401, SECRET.encode())
    answer = fetched()
    assert refused(answer).startswith(f"cannot be fetched: {elsewhere.host} refuses the login that is kept for")
    assert SECRET not in answer.out + answer.err
    assert auth() not in answer.out + answer.err


def test_several_challenges_at_once(registry: Serving, home: Path, fetched: Any) -> None:
    log_in(home, registry.host)

    def answering(handler: Handler) -> bool:
        if handler.headers.get("Authorization") == BASIC:
            return False
        handler.send_response(401)
        for challenge in CHALLENGES:
            handler.send_header("WWW-Authenticate", challenge)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    registry.first.append(answering)
    assert gaps(fetched().report) == []


# ------------------------------------------------------------------------------------------------------------- no room


def test_there_is_no_room(registry: Serving, fetched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What else would have to be fetched is not asked for."""

    def full(*_arguments: object) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr(registry_of_the_gate.Registry, "blob", full)
    registry.push(platforms())
    assert refused(fetched()) == "cannot be kept once it is fetched: no space left on device"
    assert not any("/blobs/" in path for path in registry.paths)


def test_there_is_no_folder_to_keep_it_in(registry: Serving, fetched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "file name too long" in refused(fetched(f"{'a' * 200}:{'b' * 100}"))
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    assert "no such file or directory" in refused(fetched())
    assert registry.seen == []


# ---------------------------------------------------------------------------------------------------- anything at all

ODD = [
    *(b"\r\n", b"\n", b"\0", b"\xff", b" ", b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"HTTP/9 200 x\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b'WWW-Authenticate: ,"\r\n', b"WWW-Authenticate: Bearer realm=\r\n"),
    *(b"Location: http://[::1\r\n", b"Location: \xff\r\n", b"Content-Encoding: gzip\r\n", b"Retry-After: \xb2\r\n"),
    *(b"Docker-Content-Digest: sha256:\r\n", b"HTTP/1.1 401 x\r\n", b"HTTP/1.1 307 x\r\n", b"HTTP/1.0 200\r\n"),
]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_answered(
    seed: int, registry: Serving, fetched: Any, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged answer is a gap, or none where the damage means nothing; never another image, and never a defect."""
    monkeypatch.setattr(registry_of_the_gate, "ANSWER", 2.0)
    random = Random(seed)
    whole = fetched().report

    def damaged(handler: Handler) -> bool:
        if random.random() < 0.4:
            return False
        reference = handler.path.rpartition("/")[2]
        data = registry.blobs.get(registry.tags.get(f"shop/web:{reference}", reference), b"")
        raw = bytearray(HEAD + f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
        for _ in range(random.randrange(1, 5)):
            at = random.randrange(min(len(raw), 200))
            end = at if random.random() < 0.5 else min(at + random.randrange(30), len(raw))
            raw[at:end] = random.choice(ODD) if random.random() < 0.7 else random.randbytes(1)
        handler.wfile.write(bytes(raw))
        handler.cut()
        return True

    registry.first.append(damaged)
    answer = fetched()
    assert answer.status in (0, 3)
    assert answer.report["subjects"] in ([], whole["subjects"])
    assert bool(answer.report["subjects"]) is (gaps(answer.report) == [])
    assert len(waited) <= 2 * len(registry.seen)
