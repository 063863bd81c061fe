"""One request over HTTP at a time, with an end to what it may take and to what it may answer.

An answer has to be complete, headers included, by a deadline: a peer that sends a byte now and then does not hold the
run up. Nothing is unpacked, nothing is redirected and nothing is sent again here. Who is asked is asked over TLS, but
for the machine's own loopback interface. OpenSSL's `SSL_CERT_FILE` and `SSL_CERT_DIR` say whose certificates are
trusted, `HTTPS_PROXY` and `NO_PROXY` by whom TLS is passed on.

urllib3 would serve, as it is built on the same module; but what it adds (redirects, repetition, unpacking, pools) is
what has to be off here, and a deadline for headers has to be put below it as well.
"""

from __future__ import annotations

import http.client
import io
import ssl
import time
from ipaddress import ip_address
from socket import gaierror
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from gate.model.record import Record

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping

Found = TypeVar("Found")

#: Seconds between two signs of life of a peer, while connecting too.
STALL = 20.0

#: Bytes of one URL, and of one piece of a body.
MAX_URL = 8192
PIECE = 1 << 16

PORTS = {"https": 443, "http": 80}


class RegistryError(Exception):
    """Something cannot be had; `cause` is a clause, and where it is `final` no other request would fare better."""

    def __init__(self, cause: str, remedy: str, *, final: bool = True) -> None:
        """Say what happened and what to do; what a server or a helper said is not repeated."""
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.final = final


class Url(Record):
    """A URL that may be asked: `https`, or `http` on the loopback interface."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whom it leads to: what is meant for one is told to no other."""
        return self.scheme, self.host, self.port

    @property
    def root(self) -> str:
        """The URL without what is asked for there."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The host as it is written, with a port that is not the usual one."""
        return self.host if self.port == PORTS[self.scheme] else self.root.partition("://")[2]

    @property
    def is_loopback(self) -> bool:
        """Whether it leads to this machine alone."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, by its address or the name that RFC 6761 gives it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def url(text: str) -> Url | None:
    """Return a URL; None for one that is malformed, carries a login or is not of a scheme that may be asked."""
    if len(text) > MAX_URL or not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host or parts.username is not None or parts.password is not None:
        return None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Url(parts.scheme, host, PORTS[parts.scheme] if port is None else port, target)
    return found if found.scheme == "https" or found.is_loopback else None


def led(here: Url, location: str) -> Url | None:
    """Return where a header `Location` leads to; None where that is no URL that may be asked."""
    try:
        return url(urljoin(here.root + here.target, location))
    except ValueError:
        return None


class Answer:
    """An answer whose headers are there; its body is read in pieces, until the deadline."""

    __slots__ = ("_connection", "_response", "asked", "status")

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse, asked: Url) -> None:
        """Take a connection over, and close it with the body; `asked` is whose answer it is."""
        self._connection = connection
        self._response = response
        self.asked = asked
        self.status = response.status

    def header(self, name: str) -> str:
        """Return a header; empty where it is absent."""
        return self._response.headers.get(name, "")

    def headers(self, name: str) -> list[str]:
        """Return a header that may be there several times."""
        return self._response.headers.get_all(name, [])

    def body(self, most: int) -> Iterator[bytes]:
        """Yield the body; raise RegistryError for one that is packed, breaks off or is larger than `most` bytes."""
        try:
            packing = self.header("Content-Encoding").strip().lower()
            if packing not in ("", "identity"):
                raise RegistryError(f"{self.asked.shown} packs what it answers", _ASK, final=False)
            passed = 0
            while piece := _guarded(self.asked.shown, lambda: self._response.read(PIECE)):
                passed += len(piece)
                if passed > most:
                    raise RegistryError(f"{self.asked.shown} answers more than {most} bytes", _ASK, final=False)
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection, whatever is left of the body."""
        self._response.close()
        self._connection.close()


class Client:
    """Asks for one URL after the other."""

    __slots__ = ("_agent", "_context")

    def __init__(self, agent: str) -> None:
        """Take what the client calls itself."""
        self._agent = agent
        self._context: ssl.SSLContext | None = None

    def ask(self, wanted: Url, headers: Mapping[str, str], deadline: float, form: bytes = b"") -> Answer:
        """Get a URL, or post a form to it, by a moment of the monotonic clock; raise RegistryError where it fails."""
        connection = self._connection(wanted)
        connection.response_class = _timed(deadline)
        said = {"User-Agent": self._agent, "Accept-Encoding": "identity", "Connection": "close", **headers}
        if form:
            said["Content-Type"] = "application/x-www-form-urlencoded"

        def asked() -> http.client.HTTPResponse:
            connection.request("POST" if form else "GET", wanted.target, body=form or None, headers=said)
            return connection.getresponse()

        try:
            response = _guarded(wanted.shown, asked)
        except RegistryError:
            connection.close()
            raise
        return Answer(connection, response, wanted)

    def _connection(self, wanted: Url) -> http.client.HTTPConnection:
        if wanted.scheme == "http":
            return http.client.HTTPConnection(wanted.host, wanted.port, timeout=STALL)
        if self._context is None:
            self._context = ssl.create_default_context()
        proxy = _proxy(wanted.host)
        if proxy is None:
            return http.client.HTTPSConnection(wanted.host, wanted.port, timeout=STALL, context=self._context)
        host, port, login = proxy
        connection = http.client.HTTPSConnection(host, port, timeout=STALL, context=self._context)
        connection.set_tunnel(wanted.host, wanted.port, {"Proxy-Authorization": login} if login else {})
        return connection


def basic(user: str, secret: str) -> str:
    """Return what says who asks (RFC 7617)."""
    from base64 import b64encode

    return "Basic " + b64encode(f"{user}:{secret}".encode()).decode()


def _proxy(host: str) -> tuple[str, int, str] | None:
    """Return the proxy for a host with what it is told of who asks; None where it is asked without one."""
    from urllib.parse import unquote

    text = getproxies_environment().get("https", "")
    if not text or is_loopback(host) or proxy_bypass(host):
        return None
    remedy = "set HTTPS_PROXY to http://HOST:PORT, or NO_PROXY to the hosts that need none"
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port, parts = None, None, urlsplit("")
    if not name or parts.scheme != "http":
        raise RegistryError("the proxy that HTTPS_PROXY names is none that can be used", remedy)
    login = basic(unquote(parts.username), unquote(parts.password or "")) if parts.username is not None else ""
    return name, port or PORTS["http"], login


def _timed(deadline: float) -> type[http.client.HTTPResponse]:
    """Return a response that is read until a deadline and no longer."""

    class Timed(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: object, **more: object) -> None:
            super().__init__(_Wire(sock, deadline), *args, **more)  # type: ignore[arg-type]

    return Timed


class _Wire(io.RawIOBase):
    """What a socket sends, until a deadline; the response asks for nothing else of its socket."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(left, STALL))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


_ASK = "ask whoever runs it, or save the image and judge the layout"
_LATER = "see whether it can be reached from here, and try again"


def _guarded(host: str, action: Callable[[], Found]) -> Found:
    """Do something with a connection; raise RegistryError for all that can go wrong with one."""
    try:
        return action()
    except TimeoutError:
        raise RegistryError(f"{host} does not answer in time", _LATER) from None
    except ssl.SSLCertVerificationError:
        remedy = "have SSL_CERT_FILE name a file with the certificate of its authority"
        raise RegistryError(f"the certificate of {host} is not trusted", remedy) from None
    except ssl.SSLError:
        raise RegistryError(f"{host} does not speak TLS as it should", _ASK) from None
    except gaierror:
        raise RegistryError(f"the host {host} is not found", "write its name as its owner does") from None
    except ConnectionRefusedError:
        raise RegistryError(f"{host} refuses the connection", _LATER) from None
    except http.client.HTTPException:
        raise RegistryError(f"{host} does not speak HTTP as it should", _ASK) from None
    except (OSError, ValueError):
        raise RegistryError(f"the connection to {host} breaks off", _LATER) from None
