"""Lifecycles that endoflife.date lacks, each with who states them.

A release without an end has none that anybody announced; it is then unknown, never supported.
"""

from __future__ import annotations

Cycles = dict[str, tuple[str, str, str, str]]

#: Product: its name, who states the dates, and the dates: released, end of active, of security and of extended support.
CURATED: dict[str, tuple[str, str, Cycles]] = {
    "arch-linux": ("Arch Linux", "Arch Linux: one rolling release", {"rolling": ("2002-03-11", "", "", "")}),
    "gentoo": ("Gentoo", "Gentoo: one rolling release", {"rolling": ("2002-03-31", "", "", "")}),
    "kali-linux": ("Kali Linux", "Kali Linux: one rolling release", {"rolling": ("2016-01-21", "", "", "")}),
    "opensuse-tumbleweed": (
        "openSUSE Tumbleweed",
        "openSUSE: one rolling release",
        {"rolling": ("2014-11-04", "", "", "")},
    ),
    "xen": (
        "Xen",
        "Xen Project, SUPPORT.md of each stable branch: security fixes for five years since 4.18, for three before",
        {
            "4.21": ("2025-11-19", "2028-11-19", "2030-11-19", ""),
            "4.20": ("2025-03-05", "2028-03-05", "2030-03-05", ""),
            "4.19": ("2024-07-29", "2026-01-29", "2029-07-29", ""),
            "4.18": ("2023-11-16", "2025-05-16", "2028-11-16", ""),
            "4.17": ("2022-12-12", "2024-06-12", "2025-12-12", ""),
            "4.16": ("2021-12-02", "2023-06-02", "2024-12-02", ""),
            "4.15": ("2021-04-08", "2022-10-08", "2024-04-08", ""),
            "4.14": ("2020-07-24", "2022-01-24", "2023-07-24", ""),
            "4.13": ("2019-12-18", "2021-06-18", "2022-12-18", ""),
        },
    ),
    "lxc": (
        "LXC",
        "Linux Containers, announcement of each LTS release: two years of fixes, five of security fixes",
        {
            "6.0": ("2024-04-03", "2026-06-01", "2029-06-30", ""),
            "5.0": ("2022-06-17", "2024-06-01", "2027-06-30", ""),
            "4.0": ("2020-03-25", "2022-06-01", "2025-06-30", ""),
            "3.0": ("2018-03-27", "2020-06-01", "2023-06-30", ""),
        },
    ),
    "incus": (
        "Incus",
        "Linux Containers, announcement of each LTS release",
        {"6.0": ("2024-04-04", "2026-06-01", "2029-06-30", "")},
    ),
    "lxd": (
        "LXD",
        "Canonical, LXD releases",
        {"5.21": ("2024-04-04", "", "2029-06-30", ""), "5.0": ("2022-04-21", "", "2027-06-30", "")},
    ),
    "mesos": (
        "Apache Mesos",
        "Apache Attic: the project was retired in August 2025 with 1.11.0 as its last release",
        {"1.11": ("2020-11-24", "", "2025-08-31", "")},
    ),
    "marathon": (
        "Marathon",
        "D2iQ: DC/OS, which carried Marathon, ended in October 2021",
        {"1.11": ("2020-10-27", "", "2021-10-31", "")},
    ),
}
