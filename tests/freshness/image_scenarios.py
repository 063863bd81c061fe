"""Images as their builders leave them, made of packages whose days are known: what is true of their age, and what not.

A repository lists the days on which each package had a new version. What is installed on a day has the newest version
of it, so that the day on which the packages of an image were brought up to date is known by construction.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.readers.layouts import Layout, config, image
from tests.readers.rootfs import Entry, changelog, header, layer, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.image import Image

#: The day on which all of them are judged.
NOW = "2026-11-23"

EPOCH, YEAR_ONE, YEAR_1980 = "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1980-01-01T00:00:01Z"

#: Debian 13: the days of new versions of what is in every image, and of what may be added.
DEBIAN = {
    "base-files": "2025-08-02 2025-09-01 2025-11-10 2026-01-04 2026-03-09 2026-05-11 2026-07-06".split(),
    "bash": ["2025-05-09"],
    "libc6": ["2025-07-20", "2026-05-02"],
    "libssl3t64": ["2025-06-11", "2026-01-27", "2026-04-07", "2026-09-30", "2026-11-16"],
}
ADDED = {"nginx": ["2025-06-20", "2026-02-03", "2026-10-21"], "curl": ["2025-07-01", "2026-11-15"]}

#: Wolfi, which has no releases.
WOLFI = {
    "wolfi-baselayout": ["2025-10-01", "2026-05-14"],
    "glibc": ["2026-02-01", "2026-08-03", "2026-11-01"],
    "libcrypto3": ["2025-09-30", "2026-04-07", "2026-09-30", "2026-11-17"],
}

#: CentOS 7.6.
CENTOS = {"centos-release": ["2018-11-23"], "glibc": ["2018-10-30"], "openssl-libs": ["2018-08-14", "2018-11-30"]}


class Scenario(NamedTuple):
    """One image; `renewed` is when its packages were last brought up to date, empty where it has none of a system."""

    builder: str
    what: str
    renewed: str
    created: str
    image: Image


class Step(NamedTuple):
    """One layer, and what the history says of it."""

    data: bytes
    created: str
    command: str


def second(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def built(steps: Iterable[Step], created: str, *, annotations: dict[str, str] | None = None, **runtime: Any) -> Image:
    """Return the image of some layers."""
    steps = list(steps)
    layers = [step.data for step in steps]
    history = [{"created": step.created, "created_by": step.command} for step in steps]
    layout = Layout()
    made = config(layers, runtime, created=created, history=history)
    layout.add(layout.manifest(made, layers, annotations=annotations or {}), "web:1")
    return image(layout.files())


def newest(repository: dict[str, list[str]], name: str, day: str) -> str:
    """Return when the version was made that is the newest one on a day."""
    return max(one for one in repository[name] if one <= day)


def debian(
    day: str,
    added: dict[str, str] | None = None,
    *,
    slim: bool = False,
    zeroed: bool = False,
    stamped: str = "",
    lists: str = "",
    renewed: dict[str, str] | None = None,
) -> tuple[Entry, ...]:
    """Return Debian as of a day, with packages added on others, and single ones of its own renewed.

    `slim` is without changelogs, and the times of files are the day of the packages, `stamped`, or `zeroed`.
    """
    days = {**dict.fromkeys(DEBIAN, day), **(renewed or {}), **(added or {})}
    repository = {**DEBIAN, **ADDED}
    status, entries = "", []
    for name, when in days.items():
        made = newest(repository, name, when)
        status += f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {made}\n\n"
        time = 0 if zeroed else second(stamped or when)
        entries.append(Entry(f"var/lib/dpkg/info/{name}.list", second=time))
        if not slim:
            said = datetime.fromisoformat(made).strftime("%a, %d %b %Y 12:00:00 +0000")
            entries.append(Entry(f"usr/share/doc/{name}/changelog.Debian.gz", changelog(said), second=time))
    entries.append(Entry("var/lib/dpkg/status", status.encode(), second=0 if zeroed else second(stamped or day)))
    if lists:
        said = datetime.fromisoformat(lists).strftime("%a, %d %b %Y 08:00:00 UTC")
        entries.append(Entry("var/lib/apt/lists/deb_trixie_InRelease", f"Origin: Debian\nDate: {said}\n".encode()))
    return (*entries, *debian_release(newest(repository, "base-files", days["base-files"])))


def debian_release(base_files: str) -> tuple[Entry, ...]:
    """Return the files that name the point release."""
    point = f"13.{DEBIAN['base-files'].index(base_files)}"
    said = b'ID=debian\nVERSION_ID="13"\nVERSION="13 (trixie)"\nVERSION_CODENAME=trixie\n'
    return (
        Entry("etc/os-release", said, second=0),
        Entry("etc/debian_version", f"{point}\n".encode(), second=0),
    )


def distroless(day: str) -> tuple[Step, ...]:
    """Return what Bazel makes of single packages: a layer and a file of `status.d` each, and no time anywhere."""
    steps = []
    for name in ("base-files", "libc6", "libssl3t64"):
        made = newest(DEBIAN, name, day)
        stanza = f"Package: {name}\nArchitecture: amd64\nVersion: {made}\n".encode()
        files = [Entry(f"var/lib/dpkg/status.d/{name}", stanza, second=0)]
        files += debian_release(made) if name == "base-files" else ()
        steps.append(Step(layer(*files), EPOCH, "bazel build ..."))
    return tuple(steps)


def wolfi(day: str, time: int = 0) -> tuple[Entry, ...]:
    """Return Wolfi as of a day."""
    stanzas = [f"P:{name}\nV:1\nA:x86_64\nt:{second(newest(WOLFI, name, day))}\n" for name in WOLFI]
    return (
        Entry("etc/os-release", b"ID=wolfi\nNAME=Wolfi\nVERSION_ID=20230201\n", second=time),
        Entry("usr/lib/apk/db/installed", "\n".join(stanzas).encode() + b"\n", second=time),
    )


def centos(day: str) -> tuple[Entry, ...]:
    """Return CentOS 7.6 as of a day."""
    headers = [
        header({1000: name, 1001: "1", 1002: "1", 1006: second(newest(CENTOS, name, day)), 1008: second(day)})
        for name in CENTOS
    ]
    return (
        Entry("etc/os-release", b'ID="centos"\nVERSION_ID="7"\n', second=second(day)),
        Entry("etc/centos-release", b"CentOS Linux release 7.6.1810 (Core)\n", second=second(day)),
        Entry("usr/lib/sysimage/rpm/rpmdb.sqlite", sqlite(*headers), second=second(day)),
    )


def at(day: str) -> str:
    """Return a time that a clock was read for."""
    return f"{day}T10:00:00.123456789Z"


def stamp(day: str) -> str:
    """Return a time that was set, such as that of a commit."""
    return f"{day}T10:00:00Z"


ROOT = "# debian.sh --arch 'amd64' out/ 'trixie' '@1'"
APP = layer(Entry("app/web", b"\x7fELF", second=second("2026-11-21")))
ZERO_APP = layer(Entry("app/web", b"\x7fELF", second=0))


def scenarios() -> tuple[Scenario, ...]:
    """Return all of them."""
    return (*_reproducible(), *_changed(), *_ordinary())


def _reproducible() -> tuple[Scenario, ...]:
    base = Step(layer(*debian("2026-11-02", slim=True)), stamp("2026-11-02"), ROOT)
    bare = Step(layer(*debian("2026-11-02", slim=True)), YEAR_1980, "")
    jib = Step(ZERO_APP, EPOCH, "jib-gradle-plugin")
    ko = Step(ZERO_APP, EPOCH, "ko build ko://example.org/web")
    nix = layer(Entry("nix/store/0c1-web-1.0/bin/web", b"\x7fELF", second=1))
    whole = Step(layer(*wolfi("2026-11-20")), at("2026-11-17"), "apko")
    new = "2026-11-17T00:00:00Z"
    return (
        Scenario("Jib", "base of Debian, slim", "2026-11-02", EPOCH, built((base, jib), EPOCH)),
        Scenario(
            "ko", "base of distroless packages", "2026-10-20", EPOCH, built((*distroless("2026-10-20"), ko), EPOCH)
        ),
        Scenario(
            "ko",
            "the same, dated by an old commit",
            "2026-10-20",
            stamp("2026-08-01"),
            built((*distroless("2026-10-20"), ko), stamp("2026-08-01")),
        ),
        Scenario("Buildpacks", "run image of Debian, slim", "2026-11-02", YEAR_1980, built((bare,), YEAR_1980)),
        Scenario(
            "Nix",
            "no packages of a system",
            "",
            "1970-01-01T00:00:01Z",
            built((Step(nix, "1970-01-01T00:00:01Z", ""),), "1970-01-01T00:00:01Z"),
        ),
        Scenario(
            "Bazel (distroless)",
            "single packages of Debian",
            "2026-10-20",
            EPOCH,
            built(distroless("2026-10-20"), EPOCH),
        ),
        Scenario("apko", "packages of Wolfi", "2026-11-20", new, built((whole._replace(created=new),), new)),
        Scenario(
            "apko", "with `SOURCE_DATE_EPOCH=0`", "2026-11-20", EPOCH, built((whole._replace(created=EPOCH),), EPOCH)
        ),
        Scenario(
            "kaniko `--reproducible`",
            "base of Debian, slim, and a package installed",
            "2026-11-02",
            YEAR_ONE,
            built(
                (
                    Step(layer(*debian("2026-11-02", slim=True, zeroed=True)), YEAR_ONE, ""),
                    Step(layer(*debian("2026-11-02", {"nginx": "2026-11-21"}, slim=True, zeroed=True)), YEAR_ONE, ""),
                ),
                YEAR_ONE,
            ),
        ),
        Scenario(
            "mmdebstrap",
            "Debian with changelogs and lists, zeroed by hand",
            "2026-11-20",
            EPOCH,
            built((Step(layer(*debian("2026-11-20", lists="2026-11-20")), EPOCH, ""),), EPOCH),
        ),
    )


def _changed() -> tuple[Scenario, ...]:
    old = debian("2026-03-20")
    patched = debian("2026-03-20", renewed={"libssl3t64": "2026-11-18"})
    base = Step(layer(*old), stamp("2026-03-20"), ROOT)
    squashed = layer(*debian("2026-01-20", {"nginx": "2026-11-19"}, zeroed=True))
    kept = layer(*debian("2026-01-20", {"nginx": "2026-11-19"}, lists="2026-11-19"))
    wrapped = Step(layer(*centos("2018-12-04")), at("2026-11-01"), "ADD centos-7.6.tar.xz / # buildkit")
    labels = {"org.label-schema.build-date": "20181204"}
    copied = Step(
        layer(*debian("2026-01-20", slim=True, stamped="2026-11-20")), at("2026-11-20"), "COPY / / # buildkit"
    )
    slim = debian("2026-10-20", slim=True)
    renewed = layer(*debian("2026-11-18", slim=True, stamped="2026-03-01"))
    upgrade = "RUN /bin/sh -c apt-get update && apt-get -y upgrade # buildkit"
    epoch = (Step(layer(*slim), stamp("2026-10-20"), ROOT), Step(renewed, stamp("2026-03-01"), upgrade))
    scratch = Step(
        layer(*debian("2026-11-18", stamped="2026-03-01")), stamp("2026-03-01"), "ADD rootfs.tar / # buildkit"
    )
    return (
        Scenario(
            "Copa",
            "one package of an old base patched",
            "2026-11-18",
            at("2026-11-18"),
            built((base, Step(layer(*patched), at("2026-11-18"), "copa patch")), at("2026-11-18")),
        ),
        Scenario(
            "squashed",
            "old base, one package of yesterday, zeroed",
            "2026-01-20",
            EPOCH,
            built((Step(squashed, EPOCH, ""),), EPOCH),
        ),
        Scenario(
            "squashed",
            "the same with the times of its files and lists",
            "2026-01-20",
            at("2026-11-19"),
            built((Step(kept, at("2026-11-19"), ""),), at("2026-11-19")),
        ),
        Scenario(
            "squashed",
            "the same, and another layer on top",
            "2026-01-20",
            at("2026-11-21"),
            built(
                (Step(kept, at("2026-11-19"), "COPY / / # buildkit"), Step(APP, at("2026-11-21"), "COPY web /app/")),
                at("2026-11-21"),
            ),
        ),
        Scenario(
            "re-wrapped",
            "CentOS 7.6, added again",
            "2018-12-04",
            at("2026-11-21"),
            built((wrapped, Step(APP, at("2026-11-21"), "COPY web /app/")), at("2026-11-21"), Labels=labels),
        ),
        Scenario(
            "re-wrapped",
            "Debian copied, which gave all files new times",
            "2026-01-20",
            at("2026-11-20"),
            built((copied,), at("2026-11-20")),
        ),
        Scenario(
            "BuildKit, `SOURCE_DATE_EPOCH`",
            "upgrade of Debian, dated by an old commit",
            "2026-11-18",
            stamp("2026-03-01"),
            built(epoch, stamp("2026-03-01")),
        ),
        Scenario(
            "BuildKit, `SOURCE_DATE_EPOCH`",
            "new Debian from scratch, dated by an old commit",
            "2026-11-18",
            stamp("2026-03-01"),
            built((scratch, Step(APP, stamp("2026-03-01"), "COPY web /app/")), stamp("2026-03-01")),
        ),
    )


def _ordinary() -> tuple[Scenario, ...]:
    base = Step(layer(*debian("2026-02-02", slim=True)), stamp("2026-02-02"), ROOT)
    added = layer(*debian("2026-02-02", {"nginx": "2026-11-19"}, slim=True))
    upgraded = layer(*debian("2026-11-19", slim=True))
    app = Step(APP, at("2026-11-21"), "COPY web /app/ # buildkit")
    upgrade = "RUN /bin/sh -c apt-get update && apt-get -y upgrade # buildkit"
    hidden = "RUN /bin/sh -c ./provision.sh # buildkit"
    return (
        Scenario(
            "docker commit",
            "a package installed in a container of an old base",
            "2026-02-02",
            at("2026-11-19"),
            built((base, Step(added, at("2026-11-19"), "bash")), at("2026-11-19")),
        ),
        Scenario(
            "docker commit",
            "a container of an old base upgraded",
            "2026-11-19",
            at("2026-11-19"),
            built((base, Step(upgraded, at("2026-11-19"), "bash")), at("2026-11-19")),
        ),
        Scenario(
            "docker build",
            "application on an old base",
            "2026-02-02",
            at("2026-11-21"),
            built((base, app), at("2026-11-21")),
        ),
        Scenario(
            "docker build",
            "old base upgraded",
            "2026-11-19",
            at("2026-11-21"),
            built((base, Step(upgraded, at("2026-11-19"), upgrade), app), at("2026-11-21")),
        ),
        Scenario(
            "docker build",
            "old base upgraded by a script",
            "2026-11-19",
            at("2026-11-21"),
            built((base, Step(upgraded, at("2026-11-19"), hidden), app), at("2026-11-21")),
        ),
    )
