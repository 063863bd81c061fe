"""Pulls from a registry: manifests and blobs by their digests, and what a tag leads to; nothing is ever pushed.

Whatever is asked for by its digest is compared with it before anybody sees it, and what a tag leads to with every
digest that is named for it on the way. Both are looked for elsewhere where the registry says so, as registry.k8s.io
says of all its manifests; whoever is asked there is shown nothing of what lets in here.

Sources: OCI distribution-spec 1.1, "Pull"; registry.k8s.io `cmd/archeio/docs/request-handling.md`.
"""

from __future__ import annotations

import time
from hashlib import new

from gate import __version__
from gate.model.record import Record
from gate.tools.registry_http import Client, RegistryError, led, url
from gate.tools.registry_logins import HUB
from gate.tools.registry_tokens import LOGIN, authorization, challenges, none_kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from gate.tools.registry_http import Answer, Url
    from gate.tools.registry_logins import Login, Logins

#: Whom Docker Hub's images are asked of.
HUB_HOST = "registry-1.docker.io"

#: Seconds for one answer, for all of one image, and bytes in each second that a blob has to come with at least.
ANSWER = 30.0
ALL = 3600.0
SLOWEST = 1 << 16

#: Other places that a manifest or a blob is looked for at, one after the other.
MAX_REDIRECTS = 5

#: Times that a registry may put off an answer, and seconds that it is waited for at most, each time.
PATIENCE = 2
LONGEST_WAIT = 30
WAIT = 5

#: The manifests that Docker wrote until 2015: nothing in them is named by the digest of what it is.
OLD = "application/vnd.docker.distribution.manifest.v1+"

_BYTES = "application/octet-stream"
_MEDIA = frozenset("abcdefghijklmnopqrstuvwxyz0123456789/.+-_")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({429, 503})
_ALGORITHMS = ("sha256", "sha512")


class Manifest(Record):
    """A manifest or an index as it came, by what the registry says it is."""

    media_type: str
    data: bytes
    digest: str


class Registry:
    """One repository of a registry."""

    __slots__ = ("_authorization", "_base", "_client", "_domain", "_end", "_login", "_logins", "_path")

    def __init__(self, domain: str, path: str, logins: Logins) -> None:
        """Take the two halves of a repository's name; nothing is asked yet. Raise RegistryError for no host."""
        host = HUB_HOST if domain == HUB else domain
        base = url(f"http://{host}/") or url(f"https://{host}/")
        if base is None:
            raise RegistryError(f"{host} is no host", "write it as its owner does")
        self._base: Url = base
        self._domain = domain
        self._path = path
        self._logins = logins
        self._authorization = ""
        self._login: Login | None = None
        self._client = Client(f"boundary-gate/{__version__}")
        self._end = time.monotonic() + ALL

    def manifest(self, reference: str, accepted: Iterable[str], most: int) -> Manifest:
        """Return what a tag or a digest leads to; raise RegistryError for what is not there or is something else."""
        kinds = sorted(accepted)
        way = self._answers(f"manifests/{reference}", ", ".join(kinds), 0)
        answer = way[-1]
        media_type = answer.header("Content-Type").partition(";")[0].strip().lower()
        if media_type.startswith(OLD):
            answer.close()
            remedy = "push the image again with an engine of today"
            raise RegistryError("is a manifest of schema 1, which no engine takes any more", remedy, final=False)
        if media_type not in kinds:
            answer.close()
            said = media_type if len(media_type) < 80 and _MEDIA.issuperset(media_type) else ""
            cause = f"{answer.asked.shown} answers with {said or 'something'}, which is no manifest of an image"
            raise RegistryError(cause, "name an image, in the registry that holds it", final=False)
        data = b"".join(answer.body(most))
        wanted = [reference] if ":" in reference else _named(way)
        if any(one != _digest(data, one.partition(":")[0]) for one in wanted):
            raise self._damaged()
        return Manifest(media_type, data, wanted[0] if wanted else _digest(data, "sha256"))

    def blob(self, digest: str, size: int, file: BinaryIO) -> None:
        """Write a blob, piece by piece; raise RegistryError unless its size and its digest are these."""
        answer = self._answers(f"blobs/{digest}", _BYTES, size)[-1]
        total = new(digest.partition(":")[0])
        said = answer.header("Content-Length")
        if said and said != str(size):
            answer.close()
            raise self._damaged()
        passed = 0
        for piece in answer.body(size):
            total.update(piece)
            passed += len(piece)
            file.write(piece)
        if passed != size or total.hexdigest() != digest.partition(":")[2]:
            raise self._damaged()

    def _damaged(self) -> RegistryError:
        cause = f"{self._base.shown} answers with something else than was asked for: its size or digest differs"
        return RegistryError(cause, "push the image again, or ask whoever runs the registry", final=False)

    def _answers(self, name: str, accepted: str, size: int) -> list[Answer]:
        """Ask for something of the repository, with a login where one is wanted, and again where it is put off.

        The last answer is the thing; those before it have led there.
        """
        wanted = url(f"{self._base.root}/v2/{self._path}/{name}")
        assert wanted is not None
        waits, tried = 0, False
        while True:
            way = self._asked(wanted, accepted, size)
            answer = way[-1]
            if answer.status == 200:
                return way
            answer.close()
            if answer.status == 401 and self._is_own(way) and not tried:
                tried = True
                self._log_in(answer)
            elif answer.status in _LATER and waits < PATIENCE and (seconds := _wait(answer)) <= LONGEST_WAIT:
                waits += 1
                time.sleep(seconds)
            else:
                raise self._refused(way, name)

    def _asked(self, wanted: Url, accepted: str, size: int) -> list[Answer]:
        """Ask, and follow where it is kept elsewhere; return the answers on the way there, all but the last closed.

        What lets in is shown to the registry alone, and no longer once it has led elsewhere.
        """
        now = time.monotonic()
        deadline = min(now + ANSWER + size / SLOWEST, self._end)
        if now >= self._end:
            remedy = "save the image, and judge the layout"
            raise RegistryError(f"{self._base.shown} has taken longer than {ALL:g} seconds", remedy)
        here = wanted
        way: list[Answer] = []
        for _ in range(MAX_REDIRECTS + 1):
            is_own = here.origin == wanted.origin and self._is_own(way)
            shown = {"Authorization": self._authorization} if self._authorization and is_own else {}
            answer = self._client.ask(here, {"Accept": accepted, **shown}, deadline)
            way.append(answer)
            if answer.status not in _REDIRECTS:
                return way
            answer.close()
            here = self._led(answer)
        cause = f"{self._base.shown} leads from one place to the next for more than {MAX_REDIRECTS} times"
        raise RegistryError(cause, "ask whoever runs it", final=False)

    def _is_own(self, way: list[Answer]) -> bool:
        """Say whether all of these answers are the registry's."""
        return all(one.asked.origin == self._base.origin for one in way)

    def _led(self, answer: Answer) -> Url:
        """Return where an answer leads to, if it may: over TLS, unless all so far was in the clear on this machine."""
        found = led(answer.asked, answer.header("Location"))
        if found is None or (found.scheme == "http" and answer.asked.scheme != "http"):
            remedy = "ask whoever runs it, or save the image and judge the layout"
            cause = f"{self._base.shown} leads to a place that is not asked: it is not reached over TLS"
            raise RegistryError(cause, remedy)
        return found

    def _log_in(self, answer: Answer) -> None:
        """Find out what to show the registry."""
        self._login = self._logins.of(self._domain, self._path)
        asked = challenges(answer.headers("WWW-Authenticate"))
        about = (self._base, self._path)
        deadline = min(time.monotonic() + ANSWER, self._end)
        self._authorization = authorization(asked, self._login, about, self._client, deadline)

    def _refused(self, way: list[Answer], name: str) -> RegistryError:
        """Say why there is no answer."""
        host, status = self._base.shown, way[-1].status
        if status in (401, 403) and not self._is_own(way):
            cause = f"{host} leads to {way[-1].asked.shown}, which wants a login, and none is shown there"
            return RegistryError(cause, "name the image in the registry that holds it, or save it and judge the layout")
        what = "there is no such image" if name.startswith("manifests/") else "a blob of the image is missing"
        causes = {
            401: (f"{host} does not accept the login that is kept for it" if self._login else none_kept(host), LOGIN),
            403: (f"{host} does not permit {'this login' if self._login else 'everybody'} to pull it", LOGIN),
            404: (f"{what} in {host}", "write its name and tag as they were pushed, or push it again"),
            429: (f"{host} turns requests away, as too many", "try again later, or log in"),
        }
        other = f"{host} answers with status {status}", "try again, or ask whoever runs it"
        cause, remedy = causes.get(status, other)
        return RegistryError(cause, remedy, final=status != 404)


def _named(way: list[Answer]) -> list[str]:
    """Return the digests that answers name for what they lead to: neither the first nor the last alone decides."""
    said = (digest.strip() for one in way for digest in one.headers("Docker-Content-Digest"))
    return [digest for digest in said if digest]


def _digest(data: bytes, algorithm: str) -> str:
    """Return a digest by an algorithm that images are named by; empty for any other."""
    return f"{algorithm}:{new(algorithm, data).hexdigest()}" if algorithm in _ALGORITHMS else ""


def _wait(answer: Answer) -> int:
    """Return the seconds after which to ask again, as far as the answer says so in seconds."""
    said = answer.header("Retry-After").strip()
    return int(said[:9]) if said.isascii() and said.isdecimal() else WAIT
