"""PKG: how packages and files get into an image, and whether they are what they should be."""

from __future__ import annotations

from gate.rules import Entry


def _of(module: str) -> Entry:
    return Entry(f"gate.rules.packages.{module}", "image")


RULES: dict[str, Entry] = {
    "PKG001": _of("update_alone"),
    "PKG002": _of("kept_package_lists"),
    "PKG003": _of("unverified_download"),
    "PKG004": _of("plain_http_download"),
    "PKG005": _of("piped_script"),
    "PKG006": _of("tls_verification_disabled"),
    "PKG007": _of("unsigned_packages"),
    "PKG008": _of("end_of_life_download"),
}
