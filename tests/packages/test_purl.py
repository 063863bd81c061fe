"""Package URLs, as far as two of them are compared."""

from __future__ import annotations

import pytest

from gate.dialects.purl import Purl, parse, speaks_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", ("deb", "debian", "curl", "7.50.3-1")),
        ("pkg:npm/%40angular/animation@12.3.1", ("npm", "@angular", "animation", "12.3.1")),
        ("pkg:npm/@angular/animation@12.3.1", ("npm", "@angular", "animation", "12.3.1")),
        ("pkg:golang/google.golang.org/genproto#googleapis/api", ("golang", "google.golang.org", "genproto", "")),
        (
            "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?packaging=sources",
            ("maven", "org.apache.xmlgraphics", "batik-anim", "1.9.1"),
        ),
        ("pkg://PYPI/Django_Package@1.11.1", ("pypi", "", "django-package", "1.11.1")),
        ("PKG:oci/Debian@sha256%3A24", ("oci", "", "debian", "sha256:24")),
        ("pkg:rpm/Fedora/curl@7.50.3-1.fc25", ("rpm", "fedora", "curl", "7.50.3-1.fc25")),
        ("pkg:generic/a%2Fb", ("generic", "", "a/b", "")),
    ],
)
def test_parts(text: str, expected: tuple[str, str, str, str]) -> None:
    found = parse(text)
    assert isinstance(found, Purl)
    assert (found.type, found.namespace, found.name, found.version) == expected


@pytest.mark.parametrize("text", ["", "pkg:", "pkg:deb", "pkg:deb/", "deb/debian/curl", "http://x/y", "pkg:?a=b#c"])
def test_what_is_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("stated", "actual", "expected"),
    [
        ("pkg:deb/debian/a", "pkg:deb/debian/a@1?arch=x", True),
        ("pkg:deb/debian/a@1", "pkg:deb/debian/a@1?arch=x", True),
        ("pkg:deb/debian/a@1?arch=x", "pkg:deb/debian/a@1", False),
        ("pkg:deb/debian/a@1?arch=x", "pkg:deb/debian/a@1?distro=d&arch=x", True),
        ("pkg:deb/debian/a@1?arch=", "pkg:deb/debian/a@1", True),
        ("pkg:deb/debian/a@1", "pkg:deb/debian/a", False),
        ("pkg:deb/debian/a@1%2B2", "pkg:deb/debian/a@1+2", True),
        ("pkg:deb/a", "pkg:deb/debian/a", False),
        ("pkg:golang/x/y", "pkg:golang/x/y#z", True),
        ("pkg:golang/x/y#./z", "pkg:golang/x/y#z", True),
        ("pkg:golang/x/y#w", "pkg:golang/x/y#z", False),
    ],
)
def test_what_speaks_of_what(stated: str, actual: str, expected: bool) -> None:
    one, other = parse(stated), parse(actual)
    assert one is not None
    assert other is not None
    assert speaks_of(one, other) is expected
