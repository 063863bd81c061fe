"""A file from the network that nothing verifies."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.hints import shown
from gate.model.evidence import Unknown, holds, known
from gate.model.rule import Control, Rule
from gate.model.truth import unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: ADD, and curl and wget in RUN, of every stage that has a part in the image.
# Allowed: keys, signatures and checksum files; what a checksum or signature is checked of.

#: Keys, signatures, checksums and descriptions of repositories.
VERIFYING = (
    *(
        ".asc",
        ".gpg",
        ".key",
        ".pub",
        ".pem",
        ".crt",
        ".sig",
        ".minisig",
        "/gpg",
        "/gpgkey",
        "gpg-key",
        "/key",
        "/keys",
    ),
    *(".sha256", ".sha512", ".sha256sum", ".sha512sum", ".sum", "checksums.txt", "sums", "sums.txt", ".md5", ".sha1"),
    *(".repo", ".list", ".sources"),
)


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every download over an encrypted connection whether it is verified."""
    for download in recipe.downloads(image):
        url = known(download.url)
        if download.piped_to_shell or download.tool == "git" or (url is not None and _needs_none(url)):
            continue
        if isinstance(download.url, Unknown) and download.tool == "ADD" and not known(download.verified):
            truth = unknown(download.at, f"whether ADD fetches something is not known: {download.url.reason}")
            yield truth.known_by(download.written)
            continue
        what = f"what {download.tool} fetches" + (f" from {shown(url)}" if url is not None else "")
        truth = holds(download.verified, lambda verified: not verified, f"{what} is not verified")
        yield truth.known_by(f"{download.tool} {download.written}")


def _needs_none(url: str) -> bool:
    """Say whether the file verifies others, is verified by what reads it, or comes in the open (PKG004)."""
    path = url.partition("?")[0].partition("#")[0].lower()
    return not path.startswith("https://") or path.endswith(VERIFYING)


RULE = Rule(
    id="PKG003",
    name="unverified-download",
    title="takes in a file from the network without verifying it",
    severity="low",
    remedy="compare a checksum that stands in the file: `ADD --checksum=...`, or `sha256sum --check` afterwards",
    check=check,
    controls=(Control("CIS Docker", "1.6.0", "4.11"), Control("NIST SP 800-53", "5", "SI-7")),
)
