"""Lifecycles that endoflife.date lacks, each with who states them.

A release without an end has none that anybody announced. QEMU is not here: it ends a release with the next one and
leaves the rest to distributions, so no day could be named.
"""

from __future__ import annotations

Cycles = dict[str, tuple[str, str, str, str]]

#: Product: its name, who states the dates, and the dates: released, end of active, of security and of extended support.
CURATED: dict[str, tuple[str, str, Cycles]] = {
    "arch-linux": ("Arch Linux", "Arch Linux: one rolling release", {"rolling": ("2002-03-11", "", "", "")}),
    "azure-linux": (
        "Azure Linux",
        "Microsoft, microsoft/azurelinux: the first stable release of each, and issue 13555",
        {"3.0": ("2024-07-27", "", "", ""), "2.0": ("2022-04-26", "", "2025-07-31", "")},
    ),
    "gentoo": ("Gentoo", "Gentoo: one rolling release", {"rolling": ("2002-03-31", "", "", "")}),
    "kali-linux": ("Kali Linux", "Kali Linux: one rolling release", {"rolling": ("2016-01-21", "", "", "")}),
    "opensuse-tumbleweed": (
        "openSUSE Tumbleweed",
        "openSUSE: one rolling release",
        {"rolling": ("2014-11-04", "", "", "")},
    ),
    "xen": (
        "Xen",
        "Xen Project, SUPPORT.md of the branch of each release, as of 2026-08",
        {
            "4.21": ("2025-11-19", "2028-11-19", "2030-11-19", ""),
            "4.20": ("2025-03-05", "2028-03-05", "2030-03-05", ""),
            "4.19": ("2024-07-29", "2026-01-29", "2029-07-29", ""),
            "4.18": ("2023-11-16", "2025-05-16", "2028-11-16", ""),
            "4.17": ("2022-12-12", "2024-06-12", "2027-12-12", ""),
            "4.16": ("2021-12-02", "2023-06-02", "2024-12-02", ""),
            "4.15": ("2021-04-08", "2022-10-08", "2024-04-08", ""),
            "4.14": ("2020-07-24", "2022-01-24", "2023-07-24", ""),
            "4.13": ("2019-12-18", "2021-06-18", "2022-12-18", ""),
            "4.12": ("2019-04-02", "2020-10-02", "2022-04-02", ""),
            "4.11": ("2018-07-10", "2020-01-10", "2021-07-10", ""),
            "4.10": ("2017-12-13", "2019-06-13", "2020-12-13", ""),
        },
    ),
    "lxc": (
        "LXC",
        "Linux Containers, announcement of each long-term release; days of the release tags",
        {
            "7.0": ("2026-04-30", "2028-06-30", "2031-06-30", ""),
            "6.0": ("2024-04-02", "2026-06-30", "2029-06-30", ""),
            "5.0": ("2022-06-16", "2024-06-30", "2027-06-30", ""),
            "4.0": ("2020-03-24", "2022-06-30", "2025-06-30", ""),
            "3.0": ("2018-03-27", "2020-06-30", "2023-06-30", ""),
        },
    ),
    "incus": (
        "Incus",
        "Linux Containers, doc/support.md and the announcement of each long-term release",
        {
            "7.0": ("2026-05-05", "2028-06-30", "2031-06-30", ""),
            "6.0": ("2024-04-03", "2026-06-30", "2029-06-30", ""),
        },
    ),
    "lxd": (
        "LXD",
        "Canonical, LXD releases; days of the release tags",
        {"5.21": ("2024-04-03", "", "2029-06-30", ""), "5.0": ("2022-03-31", "", "2027-06-30", "")},
    ),
    "mesos": (
        "Apache Mesos",
        "Apache Attic: retired in August 2025, with 1.11.0 as the last release",
        {"1.11": ("2020-11-16", "", "2025-08-31", "")},
    ),
    "marathon": (
        "Marathon",
        "README of the project: support ended with that of DC/OS",
        {"1.10": ("", "", "2021-10-31", "")},
    ),
}
