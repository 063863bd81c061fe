"""Fetches one file by its address, for those who ask for it: bounded in size and time, without any credential.

What it returns is not to be used before its digest was compared with one that came another way.
"""

from __future__ import annotations

import time
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from http.client import HTTPMessage
    from typing import IO

SCHEMES = ("https", "http")

#: Seconds that a server may be silent, and that all of it may take.
SILENCE, WHOLE = 30.0, 300.0

_PIECE = 1 << 16


class DownloadError(Exception):
    """An address that gave nothing of use; the text is a clause that says what happened."""


class _Redirects(HTTPRedirectHandler):
    """Follows to other addresses of the same kinds, and from an encrypted one to encrypted ones alone."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        scheme = urlsplit(newurl).scheme
        if scheme not in SCHEMES or (req.type == "https" and scheme != "https"):
            raise DownloadError(f"leads on to an address of the kind {scheme[:20]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetched(address: str, most: int) -> bytes:
    """Return what is at an address, at most so many bytes; raise DownloadError for what cannot be had."""
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise DownloadError("is no address of the kind https://HOST/PATH")
    if parts.username is not None or parts.password is not None:
        raise DownloadError("holds a name or a password, and none is sent")
    try:
        with build_opener(_Redirects).open(Request(address), timeout=SILENCE) as answer:  # noqa: S310 - checked above
            return _all(answer, most)
    except (URLError, OSError, HTTPException, ValueError) as error:
        raise DownloadError(f"cannot be fetched: {getattr(error, 'reason', None) or error}") from None


def _all(answer: IO[bytes], most: int) -> bytes:
    started = time.monotonic()
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read(_PIECE):
        size += len(piece)
        if size > most:
            raise DownloadError(f"gives more than {most} bytes")
        if time.monotonic() - started > WHOLE:
            raise DownloadError(f"takes longer than {WHOLE:.0f} seconds")
        pieces.append(piece)
    return b"".join(pieces)
