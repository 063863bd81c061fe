"""A registry on the loopback interface that is as honest as a test wants it to be."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from tests.readers import layouts

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    #: Answers a request by itself and says so, or leaves it to the registry.
    Answering = Callable[["Handler"], bool]

DOCUMENTS = "application/json"


class Asked:
    """One request."""

    def __init__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body

    @property
    def shown(self) -> str:
        """What was shown to be let in."""
        return self.headers.get("Authorization", "")


class Serving:
    """A server; `seen` are the requests so far, and `first` are the functions that may answer them otherwise."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[Asked] = []
        self.first: list[Answering] = []
        self.blobs: dict[str, bytes] = {}
        self.tags: dict[str, str] = {}
        self.types: dict[str, str] = {}
        serving = self

        class Own(Handler):
            registry = serving

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
        if context is not None:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.seen]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def push(self, files: layouts.Files, name: str = "shop/web:1") -> str:
        """Take the one image or index of a layout, and return its digest."""
        (described,) = json.loads(files["index.json"])["manifests"]
        for path, data in files.items():
            if path.startswith("blobs/"):
                self.blobs[":".join(path.split("/")[1:])] = data
        self._type(described)
        self.tags[name] = described["digest"]
        return str(described["digest"])

    def _type(self, described: dict[str, Any]) -> None:
        """Remember of what type manifests are, which a registry says of them."""
        self.types[described["digest"]] = described["mediaType"]
        for one in json.loads(self.blobs[described["digest"]]).get("manifests", ()):
            if one["digest"] in self.blobs:
                self._type(one)

    def otherwise(self, path: str, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Answer a path, or whatever ends like it, in another way; `_` in a header's name is a hyphen."""

        def answering(handler: Handler) -> bool:
            if not handler.path.partition("?")[0].endswith(path):
                return False
            handler.answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
            return True

        self.first.append(answering)


class Handler(BaseHTTPRequestHandler):
    """Answers requests for manifests and blobs."""

    registry: Serving
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._do("GET")

    def do_POST(self) -> None:
        self._do("POST")

    def do_CONNECT(self) -> None:
        self._do("CONNECT")

    def _do(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.registry.seen.append(Asked(method, self.path, dict(self.headers.items()), body))
        with suppress(ConnectionError):
            if not any(answering(self) for answering in self.registry.first):
                self._serve()
        self.close_connection = True

    def _serve(self) -> None:
        registry = self.registry
        _, version, *repository, kind, reference = self.path.split("/")
        assert version == "v2"
        digest = registry.tags.get(f"{'/'.join(repository)}:{reference}", reference)
        data = registry.blobs.get(digest)
        if data is None:
            self.answer(404, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}')
        elif kind == "manifests":
            self.answer(200, data, {"Content-Type": registry.types[digest], "Docker-Content-Digest": digest})
        else:
            self.answer(200, data, {"Content-Type": "application/octet-stream"})

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answer; a length that the headers say stands, and none is said where it is `none`."""
        said = {"Content-Length": str(len(body)), **(headers or {})}
        self.send_response(status)
        for name, value in said.items():
            if value != "none":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self) -> None:
        """End the connection at once."""
        self.wfile.flush()
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's
        """Say nothing."""
