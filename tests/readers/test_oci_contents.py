"""What the layers of an image show, with all that was replaced and removed in later layers."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from gate.dialects import dpkg
from gate.model.contents import InstalledPackage, SystemRelease
from gate.model.evidence import Stated, Unknown, known
from gate.syntax import oci_unpack
from tests.packages.scanning import put
from tests.readers.layouts import (
    CONFIG,
    LAYER,
    Layout,
    config,
    digest,
    image,
    images,
    packed,
    problem,
    read,
    saved,
    text,
)
from tests.readers.rootfs import (
    BASH,
    MADE,
    OS_RELEASE,
    STATUS,
    Entry,
    changelog,
    contents,
    files,
    folder,
    hard_link,
    layer,
    link,
    sqlite,
)
from tests.verbs import check

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.contents import Contents
    from tests.readers.layouts import Files

APK = b"P:musl\nV:1.2-r0\nA:x86_64\no:musl\nt:1700000000\n\n"
DPKG = "var/lib/dpkg/status"


def names(found: Contents) -> list[str]:
    """Return the packages that are known of."""
    return [member.value.name for member in found.packages.members if isinstance(member, Stated)]


def reason(found: Contents) -> str:
    """Return why there may be other packages."""
    assert not found.packages.complete
    return found.packages.open_because


def problems(made: Files) -> str:
    """Return what is wrong with an image."""
    return "; ".join(one.cause for one in read(made).problems)


def dates(found: Contents, kind: str) -> list[tuple[int, str, int | None]]:
    return [(trace.second, trace.what, trace.layer) for trace in found.traces if trace.kind == kind]


def test_a_debian_image() -> None:
    found = contents(
        layer(
            Entry("etc/os-release", OS_RELEASE),
            Entry("etc/debian_version", b"12.9\n"),
            Entry(DPKG, STATUS),
            Entry("var/lib/dpkg/info/bash.list", b"/.\n", second=MADE - 5),
            Entry("var/lib/dpkg/info/libc6:amd64.list", second=MADE - 6),
            Entry("usr/share/doc/bash/changelog.Debian.gz", changelog("Mon, 01 Jan 2024 12:00:00 +0000")),
            Entry("var/log/dpkg.log", b"2024-01-01 12:00:00 startup archives unpack\n"),
        ),
        layer(Entry("var/lib/apt/lists/deb_dists_bookworm_InRelease", b"Date: Mon, 01 Jan 2024 12:00:00 UTC\n")),
    )
    system = known(found.system)
    assert system == SystemRelease("debian", "12", "12 (bookworm)", "bookworm", "", "12.9", found.system.at)
    (package,) = found.packages.members
    assert known(package) == InstalledPackage("dpkg", "bash", "5.2-1", "amd64", "", "", 1_704_110_400, None, package.at)
    assert found.packages.complete
    assert (found.layers, found.owner_of_packages) == (("", ""), 0)
    assert dates(found, "changelog") == [(1_704_110_400, "bash", 0)]
    assert dates(found, "package-file") == [(MADE - 5, "bash", 0), (MADE - 6, "libc6", 0)]
    assert dates(found, "package-log") == [(1_704_110_400, "var/log/dpkg.log", 0)]
    assert dates(found, "archive-list") == [(1_704_110_400, "var/lib/apt/lists/deb_dists_bookworm_InRelease", 1)]
    assert dates(found, "layer-file") == [
        (MADE, "etc/os-release", 0),
        (MADE, "var/lib/apt/lists/deb_dists_bookworm_InRelease", 1),
    ]


def test_a_distroless_image() -> None:
    found = contents(
        layer(
            Entry("usr/lib/os-release", OS_RELEASE),
            Entry("./var/lib/dpkg/status.d/base", b"Package: base-files\nVersion: 12\n"),
            Entry("./var/lib/dpkg/status.d/base.md5sums", b"d41d8 etc/x\n"),
        ),
        layer(Entry("./var/lib/dpkg/status.d/tzdata", b"Package: tzdata\nVersion: 2024a\n")),
    )
    assert names(found) == ["base-files", "tzdata"]
    assert found.packages.complete
    assert found.owner_of_packages == 1


@pytest.mark.parametrize("path", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_an_alpine_image(path: str) -> None:
    found = contents(
        layer(
            Entry("etc/os-release", b"ID=alpine\nVERSION_ID=3.19.1\n"),
            Entry("etc/alpine-release", b"3.19.1\n"),
            Entry(path, APK),
        )
    )
    system = known(found.system)
    assert system is not None
    assert (system.id, system.point) == ("alpine", "3.19.1")
    assert names(found) == ["musl"]
    assert dates(found, "package-build") == [(1_700_000_000, "musl", 0)]


@pytest.mark.parametrize("path", ["var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"])
def test_an_rpm_image(path: str) -> None:
    found = contents(layer(Entry(path, sqlite(BASH))))
    assert names(found) == ["bash"]
    assert dates(found, "package-build") == [(100, "bash", 0)]
    assert dates(found, "package-install") == [(200, "bash", 0)]
    assert isinstance(found.system, Unknown)


def test_an_old_centos() -> None:
    found = contents(
        layer(Entry("etc/redhat-release", b"CentOS release 6.10 (Final)\n"), Entry("var/lib/rpm/Packages", b"x"))
    )
    system = known(found.system)
    assert system is not None
    assert (system.id, system.point) == ("centos", "6.10")
    assert "has a form that rpm does not write" in reason(found)


def test_berkeley_db_leaves_the_packages_open() -> None:
    data = bytes(12) + b"\x61\x15\x06\x00" + bytes(100_000)
    assert "Berkeley DB" in reason(contents(layer(Entry("var/lib/rpm/Packages", data))))


def test_a_database_that_was_not_closed_leaves_the_packages_open() -> None:
    found = contents(
        layer(Entry("var/lib/rpm/rpmdb.sqlite", sqlite(BASH)), Entry("var/lib/rpm/rpmdb.sqlite-wal", b"x"))
    )
    assert reason(found) == "the database of rpm was not closed"
    closed = contents(layer(Entry("var/lib/rpm/rpmdb.sqlite", sqlite(BASH)), Entry("var/lib/rpm/rpmdb.sqlite-wal")))
    assert closed.packages.complete


def test_an_image_without_packages() -> None:
    found = contents(layer(Entry("app", b"x")))
    assert (names(found), found.packages.complete, found.owner_of_packages) == ([], True, None)


MERGED = (link("lib", "usr/lib"), Entry("usr/lib/apk/db/installed", APK))


@pytest.mark.parametrize(
    "upper",
    [
        [Entry("lib/apk/db/installed", APK * 2)],
        [Entry("usr/lib/apk/db/installed", APK * 2)],
        [Entry("usr/lib/apk/db/.wh.installed"), Entry("usr/lib/apk/db/installed", APK * 2)],
        [Entry("usr/lib/apk/db/installed", APK * 2), Entry("usr/lib/apk/db/.wh..wh..opq")],
        [Entry(".wh.usr"), Entry("usr/lib/apk/db/installed", APK * 2)],
        [Entry("/usr//lib/./apk/x/../db/installed", APK * 2)],
        [Entry("../../usr/lib/apk/db/installed", APK * 2)],
    ],
)
def test_a_file_that_a_later_layer_writes_anew(upper: list[Entry]) -> None:
    found = contents(layer(*MERGED), layer(*upper))
    assert names(found) == ["musl", "musl"]
    assert found.owner_of_packages == 1


@pytest.mark.parametrize(
    "upper",
    [
        [Entry("usr/lib/apk/db/.wh.installed")],
        [Entry("lib/apk/db/.wh.installed")],
        [Entry("usr/lib/apk/.wh.db")],
        [Entry("usr/lib/apk/.wh..wh..opq")],
        [Entry(".wh.usr")],
        [Entry(".wh..wh..opq")],
        [Entry("usr", b"a file")],
        [link("usr", "nowhere")],
    ],
)
def test_a_file_that_a_later_layer_removes(upper: list[Entry]) -> None:
    found = contents(layer(*MERGED), layer(*upper))
    assert names(found) == []


def test_a_removal_says_nothing_of_its_own_layer_or_later_ones() -> None:
    removed = layer(Entry(".wh.var"), Entry("etc/x", b"x"))
    assert names(contents(removed, layer(Entry(DPKG, STATUS)))) == ["bash"]
    assert names(contents(layer(Entry(DPKG, STATUS)), removed, layer(Entry(DPKG, STATUS)))) == ["bash"]


@pytest.mark.parametrize(
    "upper",
    [
        [Entry(DPKG, STATUS), Entry("var/lib/dpkg/.wh.status")],
        [Entry(DPKG, STATUS), Entry(".wh.var")],
        [link("var/lib/apt", "dpkg"), Entry("var/lib/apt/.wh.status")],
        [link("var/lib/apt", "dpkg"), Entry("var/lib/apt/.wh..wh..opq")],
    ],
)
def test_what_a_layer_removes_after_it_wrote_it_is_in_doubt(upper: list[Entry]) -> None:
    """By the specification a whiteout means the layers below; engines remove what is there when they come to it."""
    found = contents(layer(Entry(DPKG, STATUS)), layer(*upper))
    assert reason(found).startswith(f"{DPKG} is written and removed by the same layer")


def test_what_a_layer_writes_through_a_link_that_it_removes_is_in_doubt() -> None:
    base = layer(Entry("usr/lib/sysimage/rpm/Packages", b"old"), link("var/lib/rpm", "../../usr/lib/sysimage/rpm"))
    found = contents(base, layer(Entry("var/lib/rpm/rpmdb.sqlite", sqlite(BASH)), Entry("var/lib/.wh..wh..opq")))
    assert "is written and removed by the same layer" in reason(found)


def test_more_doubts_than_anybody_has_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.syntax.oci_merge.MAX_DOUBTED", 2)
    written = [Entry(f"{dpkg.STATUS_FOLDER}/{name}", STATUS) for name in "abc"]
    removed = [Entry(f"{dpkg.STATUS_FOLDER}/.wh.{name}") for name in "abc"]
    found = contents(layer(Entry(DPKG, STATUS)), layer(*written, *removed))
    assert reason(found).startswith(f"{DPKG} is written and removed")


def test_a_link_that_goes_up_from_where_nobody_looked_leaves_the_packages_open() -> None:
    away = link("var/lib/dpkg", "../../srv/away")
    found = contents(layer(Entry(DPKG, STATUS)), layer(away, link("etc/os-release", "/var/lib/dpkg/../os-release")))
    assert isinstance(found.system, Unknown)
    assert not found.packages.complete


def test_a_folder_that_is_written_out_takes_the_place_of_a_link() -> None:
    upper = layer(folder("lib/"), Entry("lib/apk/db/installed", APK))
    assert names(contents(layer(*MERGED), upper)) == ["musl", "musl"]


def test_links_to_what_was_read_are_followed() -> None:
    base = layer(
        link("var/lib/rpm", "../../usr/lib/sysimage/rpm"),
        Entry("usr/lib/sysimage/rpm/rpmdb.sqlite", sqlite(BASH)),
        link("etc/os-release", "../usr/lib/os-release"),
        link("usr/lib/os-release", "/usr/lib/os.release.d/os-release-container"),
        Entry("usr/lib/os.release.d/os-release-container", OS_RELEASE),
        link("etc/debian_version", "missing"),
    )
    found = contents(base)
    assert names(found) == ["bash"]
    assert known(found.system) is not None


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([link("var/lib/dpkg", "/opt/dpkg"), Entry("opt/dpkg/status", STATUS)], "is a link to opt/dpkg/status"),
        ([link("var", "data"), Entry("data/lib/dpkg/status", STATUS)], "is a link to data/lib/dpkg/status"),
        ([link(DPKG, "status")], "is a link that leads nowhere"),
        ([Entry("opt/status", STATUS), hard_link(DPKG, "opt/status")], "is a hard link to a file that was not read"),
        ([link("var/lib/dpkg/status.d", "/opt/d")], "is a link to a folder that was not read"),
        ([Entry(DPKG, b"", b"3")], "is no plain file"),
    ],
)
def test_a_database_that_was_put_elsewhere_leaves_the_packages_open(entries: list[Entry], why: str) -> None:
    assert why in reason(contents(layer(*entries)))


def test_hard_links_to_what_was_read() -> None:
    found = contents(
        layer(Entry("usr/lib/os-release", OS_RELEASE), hard_link("etc/os-release", "./usr/lib/os-release"))
    )
    assert known(found.system) is not None


def test_a_link_in_a_circle() -> None:
    found = contents(layer(link("etc", "etc"), link("usr", "lib"), link("lib", "usr"), link("var", "../var")))
    assert not found.packages.complete
    assert isinstance(found.system, Unknown)


def test_layers_are_compressed_or_not() -> None:
    plain = layer(Entry(DPKG, STATUS))
    half = len(plain) // 2
    for blob in (plain, gzip.compress(plain), gzip.compress(plain[:half]) + gzip.compress(plain[half:])):
        assert names(contents(plain, blobs=[blob])) == ["bash"]


def test_zstandard_is_left_to_others_where_python_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.syntax.oci_unpack._zstd", lambda: None)
    plain = layer(Entry(DPKG, STATUS))
    found = contents(plain, blobs=[b"\x28\xb5\x2f\xfd rest"])
    (why,) = found.layers
    assert why.startswith("it is compressed with zstd, which Python unpacks from 3.14 on")
    assert why.endswith("copy the image with gzip, or scan the image with `--scanner trivy`")
    assert reason(found) == f"layer 1 was not read: {why}"
    assert isinstance(found.system, Unknown)


def test_layers_that_were_not_read_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.syntax.oci_unpack._zstd", lambda: None)
    plain = [layer(Entry(f"file{number}")) for number in range(7)]
    blobs = [b"\x28\xb5\x2f\xfd rest %d" % number for number in range(7)]
    assert reason(contents(*plain, blobs=blobs)).startswith(
        "layers 1, 2, 3, 4, 5 and 2 more were not read: it is compressed with zstd, "
    )
    assert reason(contents(*plain, blobs=[*blobs[:2], *plain[2:]])).startswith("layers 1, 2 were not read: ")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (Entry(DPKG, STATUS), "layer 1 was not read: it is compressed with zstd, "),
        (
            Entry("var/lib/rpm/Packages", bytes(12) + b"\x61\x15\x06\0" + bytes(99)),
            "var/lib/rpm/Packages is a Berkeley DB",
        ),
    ],
)
def test_what_layers_do_not_tell_is_undecided_and_says_the_way_out(
    entry: Entry, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gate.syntax.oci_unpack._zstd", lambda: None)
    plain = layer(entry)
    (tmp_path / ".git").mkdir()
    put(tmp_path, files(plain, blobs=[b"\x28\xb5\x2f\xfd rest" if entry.name == DPKG else plain]))
    (subject,) = check(capsys, "--image", tmp_path).report["subjects"]
    score = subject["scores"]["package_freshness"]
    (text,) = (one["text"] for one in score["deductions"] if one["id"] == "B7")
    assert (score["lo"], subject["verdict"]) == (0, "undecided")
    assert why in text
    assert text.endswith("scan the image with `--scanner trivy`")


def zstandard() -> Any:
    """Return what packs and unpacks Zstandard here."""
    library = oci_unpack._zstd()
    return library if library is not None else pytest.skip("this Python has no Zstandard: install backports.zstd")


def test_zstandard_is_unpacked_where_python_has_it() -> None:
    pack = zstandard().compress
    plain = layer(Entry(DPKG, STATUS), Entry("noise", b"0123456789" * 99_999))
    half = len(plain) // 2
    for blob in (pack(plain), pack(plain[:half]) + pack(plain[half:])):
        assert names(contents(plain, blobs=[blob])) == ["bash"]
    for blob in (pack(plain)[:-9], pack(plain)[:90] + b"x" * 99, pack(plain) + b"x" * 9):
        assert "its compressed bytes" in problems(files(plain, blobs=[blob]))


def test_a_bomb_of_zstandard() -> None:
    plain = tarfile.TarInfo("zeroes")
    plain.size = 1 << 30
    packed = zstandard().compress(bytes(128 << 20))
    blob = zstandard().compress(plain.tobuf()) + packed * 8
    assert "200 times its size" in problems(files(b"", blobs=[blob]))


def test_a_layer_that_was_not_read_may_have_replaced_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.syntax.oci_unpack._zstd", lambda: None)
    plain, other = layer(Entry("etc/os-release", OS_RELEASE)), layer(Entry("app", b"x"))
    above = contents(plain, other, blobs=[plain, b"\x28\xb5\x2f\xfd rest"])
    assert isinstance(above.system, Unknown)
    below = contents(other, plain, blobs=[b"\x28\xb5\x2f\xfd rest", plain])
    assert known(below.system) is not None


def test_encrypted_layers_and_other_media_are_not_read() -> None:
    made = Layout()
    manifest = made.manifest(config([b"a"]), [])
    manifest["layers"] = [made.blob(b"secret", f"{LAYER}+encrypted")]
    made.add(manifest, "web:1")
    found = image(made.files()).contents
    assert found is not None
    assert found.layers == ("it is encrypted",)


def test_a_layer_that_unpacks_to_another_than_it_should() -> None:
    plain, other = layer(Entry("a")), layer(Entry("b"))
    assert problem(files(plain, blobs=[gzip.compress(other)])).startswith(
        "a layer unpacks to something else than sha256:"
    )


def test_a_configuration_of_other_layers() -> None:
    made = Layout()
    made.add(made.manifest(config([]), [layer(Entry(DPKG, STATUS))]), "web:1")
    found = image(made.files()).contents
    assert found is not None
    assert found.layers == ("the configuration does not speak of the same layers",)
    assert not found.packages.complete


def test_a_layer_that_images_share_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    base, others = layer(Entry(DPKG, STATUS)), [layer(Entry("a")), layer(Entry("b"))]
    made = Layout()
    for number, other in enumerate(others):
        made.add(made.manifest(config([base, other]), [base, other]), f"web:{number}")
    passed: list[int] = []
    from gate.syntax.oci_unpack import Raw

    drain = Raw.drain

    def counted(raw: Raw) -> str:
        digest = drain(raw)
        passed.append(raw.passed)
        return digest

    monkeypatch.setattr(Raw, "drain", counted)
    found = images(read(made.files()))
    assert sorted(passed) == sorted(len(one) for one in (base, *others))
    assert [names(one.contents) for one in found.values() if one.contents] == [["bash"], ["bash"]]


def test_what_docker_saves_has_contents() -> None:
    base = layer(Entry(DPKG, STATUS))
    found = image({"a.tar": packed(saved("web:1", layers=[base]))}, "a.tar").contents
    assert found is not None
    assert names(found) == ["bash"]
    assert found.packages.at.path == "a.tar"


def linked(target: str, kind: bytes = tarfile.SYMTYPE, *more: tarfile.TarInfo) -> Contents:
    """Return the contents of an image whose layer is a link, beside the layer that Docker would have linked to."""
    files = saved("web:1", layers=[layer(Entry(DPKG, STATUS))])
    (name,) = (name for name in files if name.endswith("/layer.tar"))
    files["shared/layer.tar"] = files.pop(name)
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    found = image({"a.tar": packed(files, member, *more)}, "a.tar").contents
    assert found is not None
    return found


@pytest.mark.parametrize("target", ["../shared/layer.tar", ".././shared//layer.tar"])
def test_a_layer_that_docker_saved_once_for_several_images(target: str) -> None:
    found = linked(target)
    assert names(found) == ["bash"]
    assert found.packages.complete


def test_what_a_layer_links_to_is_verified() -> None:
    files = saved("web:1", layers=[layer(Entry(DPKG, STATUS))])
    (name,) = (name for name in files if name.endswith("/layer.tar"))
    files = {**files, name: b"", "shared/layer.tar": layer(Entry("other"))}
    del files[name]
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, "../shared/layer.tar"
    assert "changed or damaged" in problem({"a.tar": packed(files, member)}, "a.tar")


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("../gone/layer.tar", tarfile.SYMTYPE),
        ("../../shared/layer.tar", tarfile.SYMTYPE),
        ("/shared/layer.tar", tarfile.SYMTYPE),
        ("../shared", tarfile.SYMTYPE),
        ("", tarfile.SYMTYPE),
        ("../shared/layer.tar", tarfile.LNKTYPE),
        ("../link", tarfile.SYMTYPE),
    ],
)
def test_a_layer_that_links_to_no_layer_of_its_archive(target: str, kind: bytes) -> None:
    second = tarfile.TarInfo("link")
    second.type, second.linkname = tarfile.SYMTYPE, "shared/layer.tar"
    found = linked(target, kind, second)
    assert found.layers == ("it is a link to no layer of the archive",)
    assert not found.packages.complete


def test_a_configuration_alone_has_no_contents() -> None:
    assert image({"config.json": text(config([b"a"]))}, "config.json").contents is None


def test_images_of_windows_have_no_contents() -> None:
    made = Layout()
    base = layer(Entry("Files/Windows/x"))
    made.add(made.manifest(config([base], os="windows"), [base]), "web:1")
    assert image(made.files()).contents is None


V02 = {"metadata": {"buildFinishedOn": "2024-01-01T12:00:00Z"}}
V1 = {"runDetails": {"metadata": {"finishedOn": "2024-01-01T12:00:00.5Z"}}}


@pytest.mark.parametrize(
    ("predicate", "what"),
    [(V02, "buildFinishedOn"), (V1, "finishedOn"), ({}, None), ({"metadata": {"buildFinishedOn": "soon"}}, None)],
)
def test_what_buildkit_attests(predicate: object, what: str | None) -> None:
    made = Layout()
    base = layer(Entry("a"))
    listed = made.add(made.manifest(config([base]), [base]), "web:1")
    statement = {"_type": "https://in-toto.io/Statement/v0.1", "predicate": predicate}
    attestation = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": made.blob(b"{}", CONFIG),
        "layers": [made.blob(json.dumps(statement).encode(), "application/vnd.in-toto+json")],
    }
    annotations = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": listed["digest"]}
    made.add(attestation, annotations=annotations)
    (found,) = (one.contents for one in images(read(made.files())).values())
    assert found is not None
    assert dates(found, "provenance") == ([(1_704_110_400, what, None)] if what else [])
    broken = made.files()
    broken[f"blobs/sha256/{digest(json.dumps(statement).encode())}"] += b" "
    assert len(read(broken).problems) == 1


def test_a_database_in_a_sparse_form_leaves_the_packages_open() -> None:
    """Tar and Go's reader put such a file together again; this program only sees that there is one."""
    member = tarfile.TarInfo("GNUSparseFile.0/status")
    member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.name": DPKG, "GNU.sparse.realsize": "9"}
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member)
    assert reason(contents(layer(Entry(DPKG, STATUS)), made.getvalue())) == (
        f"{DPKG} is stored in a sparse form, which is not read here: scan the image with `--scanner trivy`"
    )
