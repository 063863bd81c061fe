from __future__ import annotations

import pytest
from date_disagreements import KNOWN, disagreements

from gate.data import DATA_DATE, SOURCES
from gate.data.images import OFFICIAL, OTHERS
from gate.data.index import PRODUCTS
from gate.data.tables import Tables
from gate.model.days import days, iso
from tests.data.independent_dates import DEBIAN, TRIVY, UBUNTU
from tests.scores.images import name

TABLES = Tables()
NOW = "2026-11-23"


def ends(image: str) -> dict[str, str]:
    """Return when security support ends of everything that a name speaks of."""
    return {one.title: iso(one.security) if one.security else "" for one in TABLES.releases(name(image))}


@pytest.mark.parametrize(("product", "theirs"), [("debian", DEBIAN), ("ubuntu", UBUNTU)])
def test_a_second_source_agrees_about_ends(product: str, theirs: dict[str, tuple[str, str]]) -> None:
    compared = 0
    for release, (_released, end) in theirs.items():
        ours = TABLES.lifecycle(product, release)
        if ours is not None and ours.security is not None:
            assert abs(ours.security - days(end)) <= 31, (product, release)
            compared += 1
    assert compared > 7


def test_what_others_say_otherwise_was_looked_at() -> None:
    found = [*disagreements()]
    assert {(one.product, one.release) for one in found} == KNOWN
    assert not [one for one in found if one.source == "distro-info-data"]
    assert sum(len(releases) for releases in TRIVY.values()) > 100


def test_the_tables_are_what_was_generated_and_make_sense() -> None:
    assert TABLES.verify() == []


def test_a_changed_table_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from gate.data.lifecycles import debian

    monkeypatch.setitem(debian.CYCLES, "12", ("2023-06-10", "", "2022-07-11", ""))
    wrong = TABLES.verify()
    assert any("not what was generated" in line for line in wrong)
    assert any("debian 12" in line for line in wrong)


def test_every_source_says_where_and_under_which_licence() -> None:
    assert all(licence for _name, _version, _day, licence in SOURCES)
    assert min(day for _name, _version, day, _licence in SOURCES[:2]) == DATA_DATE


def test_every_image_carries_a_product_that_is_kept() -> None:
    named = {product for product in (*OFFICIAL.values(), *OTHERS.values()) if product}
    assert named <= set(PRODUCTS)


@pytest.mark.parametrize(
    "product",
    (
        "debian ubuntu alpine-linux rhel centos centos-stream rocky-linux almalinux fedora amazon-linux opensuse nodejs"
        " python go php ruby eclipse-temurin dotnet nginx postgresql mysql mariadb redis mongodb windows-server-core"
        " windows-nano-server windows-server kubernetes red-hat-openshift docker-engine containerd vmware-esxi"
        " virtualbox proxmox-ve xcp-ng xen mesos lxc incus linux-kernel"
    ).split(),
)
def test_there_is_a_lifecycle(product: str) -> None:
    assert TABLES.cycles(product)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("python:3.9-slim-bullseye", {"Debian 11": "2024-08-14", "Python 3.9": "2025-10-31"}),
        ("python:3.9.18", {"Debian 12": "2026-07-11", "Python 3.9": "2025-10-31"}),
        ("node:20.11.1-alpine3.19", {"Alpine Linux 3.19": "2025-11-01", "Node.js 20": "2026-04-30"}),
        ("postgres:9.6.24", {"Debian 9": "2020-07-18", "PostgreSQL 9.6": "2021-11-11"}),
        ("eclipse-temurin:17.0.8_7-jre-jammy", {"Ubuntu 22.04": "2027-06-01", "Eclipse Temurin 17": "2027-10-31"}),
        ("ubuntu:jammy-20240530", {"Ubuntu 22.04": "2027-06-01"}),
        ("debian:12.5", {"Debian 12": "2026-07-11"}),
        ("debian:bookworm-20240513-slim", {"Debian 12": "2026-07-11"}),
        ("alpine:3", {"Alpine Linux 3.24": "2028-06-01"}),
        ("registry.access.redhat.com/ubi8/nodejs-18:1-60", {"Red Hat Enterprise Linux 8": "2029-05-31"}),
        ("gcr.io/distroless/base-debian11", {"Debian 11": "2024-08-14"}),
        (
            "mcr.microsoft.com/dotnet/sdk:6.0-alpine3.18",
            {"Microsoft .NET 6": "2024-11-12", "Alpine Linux 3.18": "2025-05-09"},
        ),
        ("mcr.microsoft.com/windows/servercore:ltsc2019", {"Microsoft Windows Server Core 2019": "2029-01-09"}),
        ("nvidia/cuda:11.8.0-runtime-ubuntu20.04", {"Ubuntu 20.04": "2025-05-31"}),
        ("public.ecr.aws/docker/library/node:16-buster", {"Debian 10": "2022-09-10", "Node.js 16": "2023-09-11"}),
        ("centos:stream9", {"CentOS Stream 9": "2027-05-31"}),
        ("archlinux:base-20240101", {"Arch Linux": ""}),
        ("mcr.microsoft.com/cbl-mariner/distroless/minimal:2.0", {"Azure Linux 2.0": "2025-07-31"}),
        (
            "mcr.microsoft.com/dotnet/aspnet:8.0-cbl-mariner2.0",
            {"Microsoft .NET 8": "2026-11-10", "Azure Linux 2.0": "2025-07-31"},
        ),
        ("registry.example/team/python:2.7-buster", {}),
        ("busybox:1.36", {}),
        ("python@sha256:" + "a" * 64, {}),
    ],
)
def test_a_name_says_what_it_carries(image: str, expected: dict[str, str]) -> None:
    assert ends(image) == expected


@pytest.mark.parametrize(
    ("image", "first", "gone"),
    [
        ("openjdk:8-jdk-alpine", "2016-08-11", "2019-05-24"),
        ("postgres:11", "2018-05-30", "2022-07-01"),
        ("alpine:3.22.1", "2025-07-15", "2025-10-08"),
        ("python:3.9-slim-bullseye", "2021-08-16", "2025-08-12"),
        ("debian:bookworm-slim", "2021-08-16", None),
    ],
)
def test_an_official_tag_has_a_window(image: str, first: str, gone: str | None) -> None:
    named = name(image)
    window = TABLES.window(named.repository, named.tag)
    assert window is not None
    assert iso(window.first) == first
    assert (iso(window.gone) if window.gone else None) == gone


@pytest.mark.parametrize(
    ("image", "first", "changed", "gone"),
    [
        ("aspnet:8.0.10", "2024-10-01", None, "2024-11-12"),
        ("runtime:8.0.10-alpine3.19-amd64", "2024-10-01", None, "2024-11-12"),
        ("runtime-deps:6.0.36-jammy", "2024-11-05", None, "2024-11-12"),
        ("sdk:6.0", "2021-11-01", None, "2024-11-12"),
        ("core/aspnet:3.1", "2019-11-26", None, "2022-12-13"),
        ("aspnet:8.0.30-noble", "2026-08-04", "2026-08-11", None),
        ("aspnet:10.0-alpine", "2025-11-04", "2026-08-11", None),
        ("aspnet:9.0-azurelinux3.0-distroless", "2024-11-05", "2026-08-11", None),
    ],
)
def test_a_tag_of_dotnet_has_a_window(image: str, first: str, changed: str | None, gone: str | None) -> None:
    named = name(f"mcr.microsoft.com/dotnet/{image}")
    window = TABLES.window(named.repository, named.tag)
    assert window is not None
    assert iso(window.first) == first
    assert (window.changed and iso(window.changed), window.gone and iso(window.gone)) == (changed, gone)


@pytest.mark.parametrize(
    "image",
    [
        *(
            "aspnet:latest",
            "aspnet:8",
            "aspnet:8.0-alpine3.18",
            "aspnet:8.0-bookworm-slim",
            "aspnet:8.0-no-such-system",
        ),
        *("aspnet:10.0.0-rc.1", "aspnet:11.0-preview", "aspnet:8.0.999", "sdk:2.1.4", "sdk:8.0.424"),
        *("nightly/aspnet:8.0.10", "monitor:8.0", "samples:aspnetapp"),
    ],
)
def test_what_follows_no_release_of_dotnet_has_no_window(image: str) -> None:
    named = name(f"mcr.microsoft.com/dotnet/{image}")
    assert TABLES.window(named.repository, named.tag) is None


@pytest.mark.parametrize("image", ["python:no-such-tag", "registry.example/python:3.9", "=:x", "python:=1"])
def test_an_unknown_tag_has_no_window(image: str) -> None:
    repository, _, tag = image.partition(":")
    assert TABLES.window(f"docker.io/library/{repository}", tag) is None


def test_a_copy_of_an_official_image_is_no_fresher() -> None:
    window = TABLES.window("mirror.gcr.io/library/debian", "bookworm-slim")
    assert window is not None
    assert window.changed is None


@pytest.mark.parametrize(
    ("medium", "title"),
    [
        ("https://cdimage.example.org/debian-11.7.0-amd64-netinst.iso", "Debian 11"),
        ("ubuntu-20.04.6-live-server-amd64.iso", "Ubuntu 20.04"),
        ("https://cloud-images.example.org/focal/current/focal-server-cloudimg-amd64.img", "Ubuntu 20.04"),
        ("CentOS-7-x86_64-Minimal-2009.iso", "CentOS 7"),
        ("CentOS-Stream-9-latest-x86_64-dvd1.iso", "CentOS Stream 9"),
        ("Fedora-Server-dvd-x86_64-39-1.5.iso", "Fedora Linux 39"),
        ("generic/ubuntu2004", "Ubuntu 20.04"),
        ("devuan_jessie_1.0.0_amd64_NETINST.iso", "Devuan 1"),
        ("OracleLinux-R8-U8-x86_64-dvd.iso", "Oracle Linux 8"),
        ("debian/bullseye64", "Debian 11"),
        ("en_windows_server_2012_r2_with_update_x64_dvd_6052708.iso", "Microsoft Windows Server 2012-r2"),
        (
            "17763.3650.221105-1748.rs5_release_svc_refresh_SERVER_EVAL_x64FRE_en-us.iso",
            "Microsoft Windows Server 2019",
        ),
        ("my-base-vm", None),
        ("Win10_22H2_English_x64.iso", None),
    ],
)
def test_a_medium_is_named_after_a_release(medium: str, title: str | None) -> None:
    lifecycle = TABLES.medium(medium)
    assert (lifecycle.title if lifecycle else None) == title


def test_addresses_of_releases_are_found() -> None:
    text = "curl https://nodejs.org/dist/v14.17.0/node.tar.xz; curl https://deb.nodesource.com/setup_12.x | sh"
    assert {one.title for one in TABLES.fetched(text)} == {"Node.js 14", "Node.js 12"}
    assert TABLES.fetched("curl https://nodejs.org/dist/latest/") == ()


def test_rows_are_shown_for_every_product() -> None:
    rows = TABLES.show()
    assert {row[0] for row in rows} == set(PRODUCTS)
    assert ("debian", "12", "2023-06-10", "", "2026-07-11", "2028-06-30") in rows


@pytest.mark.parametrize(
    ("product", "release", "first", "following"),
    [
        ("debian", "12.4", "2023-12-10", "2024-02-10"),
        ("debian", "13", "2025-08-09", "2025-09-06"),
        ("debian", "12.15", "2026-07-11", None),
        ("ubuntu", "18.04.3", "2019-08-08", "2020-02-12"),
        ("alpine-linux", "3.10.2", "2019-08-20", "2019-10-21"),
        ("rocky-linux", "9.3", "2023-11-20", "2024-05-09"),
        ("amazon-linux", "2023.9.20251208", "2025-12-18", "2026-01-16"),
        ("centos", "7.6.1810", "2018-10-01", "2019-11-11"),
    ],
)
def test_point_releases_have_their_days(product: str, release: str, first: str, following: str | None) -> None:
    found = TABLES.point(product, release)
    assert found is not None
    assert (iso(found.first), iso(found.next) if found.next else None) == (first, following)


@pytest.mark.parametrize("release", ["trixie/sid", "12.99", "", "12.15\n", "edge"])
def test_what_is_no_point_release_has_no_day(release: str) -> None:
    assert TABLES.point("debian", release) is None
    assert TABLES.point("nobody", release) is None


def test_point_releases_agree_with_the_tags_of_official_images() -> None:
    compared = 0
    for point in ("12.5", "12.9", "11.8", "10.13", "9.13"):
        window, found = TABLES.window("docker.io/library/debian", point), TABLES.point("debian", point)
        assert window is not None
        assert found is not None
        assert 0 <= window.first - found.last <= 14
        compared += 1
    assert compared == 5


def test_a_word_that_is_no_release_says_less_than_what_a_tag_was_built_on() -> None:
    assert list(ends("amazonlinux:1")) == ["Amazon Linux 2018.03"]
    assert list(ends("amazonlinux:2")) == ["Amazon Linux 2"]
