"""Indexes of Debian's and Ubuntu's archives: `Packages`, and the `Release` or `InRelease` that says what it is of.

No package has a date there, only the whole of a suite. Signatures are not verified: whoever names an index vouches for
it.

Source: Debian's repository format (wiki, `DebianRepository/Format`); apt-ftparchive(1); sources.list(5).
"""

from __future__ import annotations

import re

from gate.dialects import written_times
from gate.dialects.package_offers import Offers
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.model.package_index import Offer

_FIELD = re.compile(rb"^(Package|Version|Architecture):[ \t]*([^\n]*)$", re.MULTILINE)
_SAID = re.compile(r"^([A-Za-z0-9-]+):[ \t]*(.*)$", re.MULTILINE)
_SUM = re.compile(r"^ +([0-9a-fA-F]{64}) +\d+ +(\S+)$", re.MULTILINE)
_SUMS = re.compile(r"^SHA256:[ \t]*\n((?: [^\n]*\n?)*)", re.MULTILINE)

#: Bytes of one paragraph.
_MAX_STANZA = 1 << 20

#: What follows the code name where a suite only adds to what everybody gets. Backports and proposals are for those who
#: ask for them.
_POCKETS = frozenset({"", "security", "updates"})


class Release(Record):
    """What a `Release` says of the suite; `codename` is empty for one that nobody gets without asking for it.

    `written` and `ends` are whole seconds since 1970, None where it does not say it; `sums` are the SHA-256 sums of its
    files.
    """

    suite: str
    codename: str
    written: int | None
    ends: int | None
    sums: frozenset[str]


def release(data: bytes) -> Release:
    """Read a `Release`, or an `InRelease` with its signature."""
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").partition("-----BEGIN PGP SIGNATURE-----")[0]
    said = {name.lower(): value.strip() for name, value in reversed(_SAID.findall(text))}
    sums = "".join(_SUMS.findall(text))
    suite = said.get("suite") or said.get("codename", "")
    return Release(
        suite,
        _codename(said),
        written_times.mail(said.get("date", "")),
        written_times.mail(said.get("valid-until", "")),
        frozenset(digest.lower() for digest, _path in _SUM.findall(sums)),
    )


def _codename(said: Mapping[str, str]) -> str:
    """Return the code name of the release, where everybody of that release gets the packages of the suite."""
    base, _, pocket = said.get("codename", "").replace("/", "-").partition("-")
    suite = said.get("suite", "").rpartition("-")[2]
    if said.get("notautomatic", "").lower() == "yes" or suite in ("proposed", "backports"):
        return ""
    return base if pocket in _POCKETS else ""


def packages(pieces: Iterable[bytes]) -> Mapping[str, tuple[Offer, ...]]:
    """Read a `Packages`; raise ValueError for what is none."""
    offers = Offers()
    for stanza in _stanzas(pieces):
        said = {name: value.strip() for name, value in reversed(_FIELD.findall(stanza))}
        words = [said.get(name, b"").decode("utf-8", "replace") for name in (b"Package", b"Version", b"Architecture")]
        offers.add(words[0], words[1], words[2], None, None)
    return offers.all()


def _stanzas(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Split at empty lines."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n\n")
        if len(rest) > _MAX_STANZA:
            raise ValueError("has an entry without end")
        yield from (one for one in whole if one.strip())
    if rest.strip():
        yield rest
