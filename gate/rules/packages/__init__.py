"""PKG: how packages and files get into an image, and whether they are what they should be."""

from __future__ import annotations

from gate.rules import Entry


def _of(module: str, part: str = "") -> Entry:
    return Entry(f"gate.rules.packages.{module}", "image", (), part)


RULES: dict[str, Entry] = {
    "PKG001": _of("update_alone", "packages"),
    "PKG002": _of("kept_package_lists", "mounts"),
    "PKG003": _of("unverified_download", "downloads"),
    "PKG004": _of("plain_http_download", "downloads"),
    "PKG005": _of("piped_script", "downloads"),
    "PKG006": _of("tls_verification_disabled"),
    "PKG007": _of("unsigned_packages"),
    "PKG008": _of("end_of_life_download"),
}
