"""Bills of materials, read without any scanner."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.dialects.bill import Bill
from gate.model.errors import InputError
from tests.packages import bills
from tests.packages.bills import LANGUAGE, PURLS, component, cyclonedx, properties, put, spdx, syft
from tests.packages.indexing import apkindex
from tests.packages.reports import NAME, flaw, trivy
from tests.packages.scanning import NEW, archive, gaps, layer
from tests.readers import layouts
from tests.verbs import Answer, check, write

MADE = {
    **{f"cyclonedx {version}": cyclonedx(version=version) for version in ("1.4", "1.5", "1.6", "1.7")},
    "spdx 2.2": spdx(version="2.2"),
    "spdx 2.3": spdx(),
    "syft": syft(),
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def facts(found: Bill) -> Any:
    """Return what matters of a bill, whatever its format."""
    listed = {(one.manager, one.name, one.version, one.architecture) for one in found.installed}
    assert found.system is not None
    return found.system.family, found.system.release.partition(".")[0], found.packages, listed, found.names


# ---------------------------------------------------------------------------------------------------------- formats


@pytest.mark.parametrize("made", MADE)
def test_every_format_says_the_same(made: str) -> None:
    found = bills.read(MADE[made])
    listed = {
        ("dpkg", "libssl3t64", "3.5.1-1", "amd64"),
        ("dpkg", "perl-base", "5.40.1-6", "amd64"),
        ("dpkg", "zlib1g", "1:1.3-1", "amd64"),
        ("dpkg", "bash", "2:5.2-3", "amd64"),
    }
    assert facts(found) == ("debian", "13", 5, listed, ("web:1",))
    assert found.tool.split()[0] in ("trivy", "syft")
    assert found.doubt == ""


def test_sources_of_packages_are_known() -> None:
    named = properties(SrcName="openssl", SrcVersion="3.5.1", SrcRelease="1", SrcEpoch="2")
    content = cyclonedx(PURLS[1], system=("", ""))
    content["components"].append(component(PURLS[0], properties=named))
    upstream, stated = bills.read(content).installed
    assert (upstream.source, upstream.source_version) == ("perl", "5.40.1-7")
    assert (stated.source, stated.source_version) == ("openssl", "2:3.5.1-1")
    note = spdx(PURLS[0])
    note["packages"][1]["sourceInfo"] = "built package from: openssl 3.5.1-1"
    (one,) = bills.read(note).installed
    assert (one.source, one.source_version) == ("openssl", "3.5.1-1")
    assert bills.read(syft()).installed[0].source == "openssl"


@pytest.mark.parametrize(
    ("purl", "manager", "version", "source", "system"),
    [
        ("pkg:rpm/redhat/openssl-libs@3.2.2-6.el9?arch=x86_64&epoch=1&distro=rhel-9.5&upstream=openssl-3.2.2-6.el9.src.rpm",
         "rpm", "1:3.2.2-6.el9", ("openssl", "3.2.2-6.el9"), ("rhel", "9.5")),
        ("pkg:rpm/rocky/bash@5.1-9?distro=rocky-9.3&upstream=odd.src.rpm", "rpm", "5.1-9", ("", ""), ("rocky", "9.3")),
        ("pkg:apk/alpine/musl@1.2.5-r9?arch=x86_64&distro=3.22.1", "apk", "1.2.5-r9", ("", ""), ("alpine", "3.22.1")),
        ("pkg:apk/alpine/musl@1.2.5-r9?distro=alpine-3.22.1", "apk", "1.2.5-r9", ("", ""), ("alpine", "3.22.1")),
        ("pkg:rpm/opensuse/zypper@1?distro=opensuse-leap-15.6", "rpm", "1", ("", ""), ("opensuse-leap", "15.6")),
    ],
)  # fmt: skip
def test_urls_of_packages(
    purl: str, manager: str, version: str, source: tuple[str, str], system: tuple[str, str]
) -> None:
    found = bills.read(cyclonedx(purl, system=("", "")))
    (one,) = found.installed
    assert (one.manager, one.version, (one.source, one.source_version)) == (manager, version, source)
    assert found.system is not None
    assert (found.system.family, found.system.release) == system


def test_components_inside_of_components_count() -> None:
    outer = component(LANGUAGE, components=[component(PURLS[0], components=[component(PURLS[3])])])
    content = cyclonedx() | {"components": [outer]}
    assert [one.name for one in bills.read(content).installed] == ["libssl3t64", "bash"]
    assert bills.read(content).packages == 3


def test_what_is_no_package_is_not_counted() -> None:
    content = cyclonedx(LANGUAGE)
    content["components"] += [
        {"type": "application", "name": "package-lock.json"},
        {"type": "file", "name": "/bin/sh", "version": "1"},
    ]
    assert bills.read(content).packages == 1


# --------------------------------------------------------------------------------------------------------- systems


@pytest.mark.parametrize(
    ("stated", "purl", "agree"),
    [
        (("debian", "13.2"), PURLS[1], True),
        (("debian", "12.1"), PURLS[0], False),
        (("debian", "13.1"), PURLS[0], False),
        (("ubuntu", "13.2"), PURLS[0], False),
        (("ol", "9.4"), "pkg:rpm/oracle/bash@1-1?distro=oracle-9.4", True),
        (("amazon", "2 (Karoo)"), "pkg:rpm/amazon/bash@1-1?distro=amazon-2%20%28Karoo%29", True),
        (("debian", "13"), "pkg:deb/debian/bash@1-1", True),
    ],
)
def test_what_a_bill_says_of_its_system_has_to_agree(stated: tuple[str, str], purl: str, agree: bool) -> None:
    found = bills.read(cyclonedx(purl, system=stated))
    assert (found.system is not None) is agree
    assert bool(found.doubt) is not agree


def test_a_system_that_its_tool_does_not_know_is_none() -> None:
    content = cyclonedx(system=("none", ""))
    content["components"] = [{**one, "purl": ""} for one in content["components"]]
    found = bills.read(content)
    assert (found.system, found.doubt, found.packages, found.installed) == (None, "", 5, ())


def test_a_system_that_has_ended_is_found(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = "pkg:deb/debian/bash@5.0-4?arch=amd64&distro=debian-10.13"
    for number, content in enumerate((cyclonedx(old, system=("debian", "10.13")), spdx(old, system=("", "")))):
        put(repository, content, f"{number}.json")
        subject = check(capsys, "--sbom", f"{number}.json").subject(f"{number}.json")
        (ended,) = (one for one in subject["findings"] if one["rule"] == "AGE001")
        assert ended["outcome"] == "failed"
        assert (
            "the bill of materials names Debian 10, which has had no security fixes since 2024-06-30"
            in ended["message"]
        )
        assert ended["location"]["path"] == f"{number}.json"
        points = {one["id"]: one for one in subject["scores"]["package_freshness"]["deductions"]}
        assert "Debian 10" in points["B2"]["text"]


def test_contradictory_systems_are_none(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository, cyclonedx(PURLS[0], system=("debian", "12")))
    subject = check(capsys, "--sbom", "bill.json").subject("bill.json")
    assert "it names debian 12 and debian 13.2" in subject["scans"]["witnesses"][0]["blind"][0]
    assert subject["scans"]["witnesses"][0]["system"] is None


# ------------------------------------------------------------------------------------------------- what they prove


@pytest.mark.parametrize("made", MADE)
def test_a_bill_alone_proves_nothing_good(made: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither that its packages are fresh, nor how old they are."""
    put(repository, MADE[made])
    answer = check(capsys, "--sbom", "bill.json")
    subject = answer.subject("bill.json")
    assert (answer.status, gaps(answer.report)) == (0, [])
    assert subject["verdict"] == "undecided"
    scores = subject["scores"]
    assert (scores["image_age"]["lo"], scores["package_freshness"]["lo"]) == (0, 30)
    assert scores["image_age"]["days"] == [0, None]
    (witness,) = subject["scans"]["witnesses"]
    assert (witness["name"], witness["packages"], witness["vulnerabilities"]) == ("sbom", 5, None)
    assert witness["blind"] == ["a bill of materials lists packages, and no vulnerability"]
    assert not [one for one in subject["findings"] if one["rule"] == "PKG011"]


def test_when_a_bill_was_written_changes_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for day in ("1970-01-01", "2016-01-01", "2026-11-23", "2030-01-01"):
        content = cyclonedx()
        content["metadata"]["timestamp"] = f"{day}T00:00:00Z"
        content["metadata"]["component"]["properties"] = properties(Created=f"{day}T00:00:00Z")
        put(repository, content)
        subject = check(capsys, "--sbom", "bill.json").subject("bill.json")
        said += [(one, json.dumps(subject[one])) for one in ("scores", "findings", "verdict")]
    assert len({*said}) == 3


def test_vulnerabilities_of_a_bill_are_told_and_not_read(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository, {**cyclonedx(), "vulnerabilities": [{"id": "CVE-2024-1000", "affects": [{"ref": PURLS[0]}]}]})
    subject = check(capsys, "--sbom", "bill.json").subject("bill.json")
    (blind,) = subject["scans"]["witnesses"][0]["blind"]
    assert blind.startswith("its vulnerabilities (1) are not read")
    assert subject["scores"]["package_freshness"]["lo"] == 30


def test_labels_demand_more(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = properties(Labels__gate_class="restricted")
    labels[0]["name"] = "aquasecurity:trivy:Labels:gate.class"
    put(repository, cyclonedx(properties=labels))
    assert check(capsys, "--sbom", "bill.json").subject("bill.json")["sensitivity"]["class"] == "restricted"
    note = spdx()
    note["packages"][0]["annotations"] = [{"comment": "Labels:gate.class: restricted"}]
    put(repository, note)
    assert check(capsys, "--sbom", "bill.json").subject("bill.json")["sensitivity"]["class"] == "restricted"


def test_packages_of_a_bill_are_compared_with_an_index(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    purls = [f"pkg:apk/alpine/{name}?arch=x86_64&distro=3.22.1" for name in ("musl@1.2.5-r10", "openssl@3.5.0-r0")]
    put(repository, cyclonedx(*purls, system=("alpine", "3.22.1")))
    offered = ("musl", "1.2.5-r10", "2026-02-01"), ("openssl", "3.5.1-r0", "2026-07-10")
    (repository / "APKINDEX.tar.gz").write_bytes(apkindex(*offered))
    answer = check(capsys, "--sbom", "bill.json", "--index", "apk:APKINDEX.tar.gz")
    assert gaps(answer.report) == []
    (behind,) = (one for one in answer.subject("bill.json")["findings"] if one["rule"] == "PKG013")
    assert "openssl 3.5.0-r0 (3.5.1-r0, there since 2026-07-10)" in behind["message"]


# ---------------------------------------------------------------------------------------------------- configuration


def configured(created: str = "2026-11-01T00:00:00Z") -> bytes:
    entries = [{"created": created, "created_by": "RUN apt-get update && apt-get upgrade -y"}, {"created": created}]
    return layouts.text(layouts.config([b"a", b"b"], created=created, history=entries))


def test_the_configuration_that_syft_repeats_counts(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository, syft(config=configured()))
    write(repository, compose__yaml="services:\n  web: {image: 'web:1'}\n")
    answer = check(capsys, ".", "--sbom", "bill.json")
    subject = answer.subject("bill.json")
    assert subject["scores"]["image_age"]["days"] == [22, 22]
    assert subject["name"] == "web:1"
    older = syft(config=configured("2024-01-01T00:00:00Z"))
    older["source"]["target"] = older["source"].pop("metadata")
    put(repository, older)
    assert check(capsys, "--sbom", "bill.json").subject("bill.json")["scores"]["image_age"]["days"] == [1057, 1057]


@pytest.mark.parametrize(
    ("config", "cause"),
    [
        ("%", "source.metadata.config: is not in base64"),
        (base64.b64encode(b"{}").decode(), "is not the configuration that imageID names"),
        (7, "source.metadata.config: is no string"),
        ("A" * (7 << 20), "is longer than"),
    ],
)
def test_a_configuration_that_is_none(
    config: Any, cause: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = syft(config=configured())
    content["source"]["metadata"]["config"] = config
    put(repository, content)
    answer = check(capsys, "--sbom", "bill.json")
    assert answer.status == 3
    assert any(cause in gap for gap in gaps(answer.report))


def test_a_configuration_of_something_else(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for data in (b"{}", b"[", b'{"rootfs": {}, "rootfs": {}}'):
        put(repository, syft(config=data))
        answer = check(capsys, "--sbom", "bill.json")
        assert (answer.status, gaps(answer.report)) == (3, ["holds a configuration that is none"])


# ------------------------------------------------------------------------------------------------------ whose it is


def test_a_bill_of_an_image_of_the_run(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(repository / "web.tar")
    layers = (f"sha256:{layouts.digest(layer())}",)
    put(repository, cyclonedx(PURLS[0], properties=properties(DiffID=layers)))
    answer = check(capsys, "--image", "web.tar", "--sbom", "bill.json")
    (subject,) = answer.report["subjects"]
    sbom, own = subject["scans"]["witnesses"]
    assert (sbom["name"], own["name"]) == ("sbom", "layers")
    assert (sbom["packages"], own["packages"]) == (1, 1)
    assert subject["scans"]["disagreements"] == []
    assert sbom["blind"] == ["a bill of materials lists packages, and no vulnerability"]


def test_a_bill_of_an_earlier_build(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of other layers it is another image's; by its name alone it is told apart by its versions."""
    archive(repository / "web.tar", NEW)
    put(repository, cyclonedx(PURLS[0], properties=properties(DiffID="sha256:" + "0" * 64)))
    assert len(check(capsys, "--image", "web.tar", "--sbom", "bill.json").report["subjects"]) == 2
    put(repository, cyclonedx(PURLS[0]))
    (subject,) = check(capsys, "--image", "web.tar", "--sbom", "bill.json").report["subjects"]
    blind = subject["scans"]["witnesses"][0]["blind"]
    assert "the bill of materials is this image's by its name alone" in blind
    assert f"the bill of materials lists libssl3t64 3.5.1-1, and the layers show {NEW}" in blind


def test_a_bill_that_only_a_name_ties_makes_no_system_supported(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "web.tar").write_bytes(layouts.packed(layouts.saved("web:1")))

    def judged(*options: str) -> Any:
        (subject,) = check(capsys, "--image", "web.tar", *options).report["subjects"]
        return [
            (one["lo"], one["hi"]) for one in (subject["scores"][name] for name in ("image_age", "package_freshness"))
        ]

    put(repository, cyclonedx(PURLS[0]))
    assert judged("--sbom", "bill.json") == judged()
    put(repository, cyclonedx("pkg:deb/debian/bash@5?distro=debian-10", system=("debian", "10")))
    assert judged("--sbom", "bill.json") < judged()


def test_a_bill_that_leaves_packages_out(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(repository / "web.tar")
    put(repository, cyclonedx(LANGUAGE))
    (subject,) = check(capsys, "--image", "web.tar", "--sbom", "bill.json").report["subjects"]
    assert "the bill of materials lists 0 packages, and the layers show 1" in subject["scans"]["witnesses"][0]["blind"]


def test_a_bill_of_other_packages(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(repository / "web.tar")
    put(repository, cyclonedx(PURLS[1], PURLS[3]))
    (subject,) = check(capsys, "--image", "web.tar", "--sbom", "bill.json").report["subjects"]
    blind = subject["scans"]["witnesses"][0]["blind"]
    assert "the bill of materials leaves out 1 package, such as libssl3t64, that the layers show" in blind
    assert "the bill of materials lists 2 packages, such as perl-base, that the layers do not show" in blind


def test_a_bill_beside_a_scan_changes_no_score(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository, trivy(flaw()), "trivy.json")
    alone = check(capsys, "--trivy-report", "trivy.json").report["subjects"][0]
    put(repository, cyclonedx(PURLS[0], name=NAME))
    (both,) = check(capsys, "--trivy-report", "trivy.json", "--sbom", "bill.json").report["subjects"]
    for dimension in ("image_age", "package_freshness"):
        scores = [one["scores"][dimension] for one in (alone, both)]
        assert [(one["lo"], one["hi"]) for one in scores] == [(scores[0]["lo"], scores[0]["hi"])] * 2
    assert [one["name"] for one in both["scans"]["witnesses"]] == ["trivy", "sbom"]


# -------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "is no bill of materials in JSON"),
        (b"SPDXVersion: SPDX-2.3\n", "is no bill of materials in JSON"),
        (b"<bom/>", "is no bill of materials in JSON"),
        (b"[]", "is no bill of materials in JSON"),
        (b"{", "is not JSON"),
        (b'{"a": 1} {}', "is not JSON"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b'{"a": NaN}', "has a number"),
        (b'{"a": 1e999}', "has a number"),
        (b'{"a": ' + b"[" * 200_000, "is nested too deeply"),
        (b"{}", "is no bill of materials"),
        (b'{"bomFormat": "CycloneDX"}', "is CycloneDX of no version"),
        ({**cyclonedx(), "specVersion": "1.3"}, "is CycloneDX 1.3"),
        ({**cyclonedx(), "specVersion": "2.0"}, "is CycloneDX 2.0"),
        ({**spdx(), "spdxVersion": "SPDX-2.1"}, "is SPDX 2.1"),
        ({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}, "is SPDX 3.0.1, which"),
        ({**cyclonedx(), "components": {}}, "components: is no list"),
        ({**cyclonedx(), "components": [3]}, "components[0]: is no mapping"),
        ({**cyclonedx(), "components": [{"purl": 3}]}, "components[0].purl: is no string"),
        ({**cyclonedx(), "metadata": []}, "metadata: is no mapping"),
        ({**spdx(), "packages": [{"externalRefs": "x"}]}, "packages[0].externalRefs: is no list"),
        ({**syft(), "source": "x"}, "source: is no mapping"),
        ({**cyclonedx(LANGUAGE, system=("", "")), "metadata": {}}, "is no bill of an image or of a system"),
    ],
)  # fmt: skip
def test_what_is_no_bill(content: Any, cause: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository, content)
    write(repository, Dockerfile="FROM debian:13\nUSER 1000\n")
    answer = check(capsys, ".", "--sbom", "bill.json")
    assert answer.status == 3
    assert any(cause in gap for gap in gaps(answer.report)), gaps(answer.report)
    assert answer.subject("Dockerfile")["verdict"] == "pass"


def test_a_key_that_stands_twice_is_refused_wherever_it_is(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = json.dumps(cyclonedx())
    for one in (
        '"version": "3.5.1-1"',
        '"purl": "pkg:pypi/requests@2.32.3"',
        '"timestamp": "2026-11-20T00:00:00+00:00"',
    ):
        assert one in written
        put(repository, written.replace(one, f"{one}, {one}", 1))
        answer = check(capsys, "--sbom", "bill.json")
        assert answer.status == 3
        assert "twice in one mapping" in gaps(answer.report)[0]


def test_places_are_those_in_the_file(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = cyclonedx(PURLS[0])
    content["components"].append({"type": "library", "name": "x", "purl": 7})
    put(repository, json.dumps(content, indent=1))
    answer = check(capsys, "--sbom", "bill.json")
    (gap,) = answer.report["coverage"]["not_understood"]
    line = gap["location"]["line"]
    assert '"purl": 7' in "\n".join((repository / "bill.json").read_text("utf-8").splitlines()[line - 1 : line + 5])


def test_limits(repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for form in ("cyclonedx", "spdx", "syft"):
        monkeypatch.setattr(f"gate.dialects.bill_{form}.MAX_LISTED", 3)
    for content in (cyclonedx(), spdx(), syft()):
        put(repository, content)
        answer = check(capsys, "--sbom", "bill.json")
        assert answer.status == 3
        assert "lists more than 3" in gaps(answer.report)[0]
    monkeypatch.setattr("gate.pipeline.scanned.MAX_REPORT", 100)
    assert "is larger than 100 bytes" in gaps(check(capsys, "--sbom", "bill.json").report)[0]


def test_a_bill_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    answer: Answer = check(capsys, "--sbom", "absent.json")
    assert (answer.status, answer.out) == (2, "")


VALUES = (
    st.none() | st.booleans() | st.integers(-1, 3) | st.sampled_from(["", "x", "sha256:", "pkg:", "pkg:deb/x", {}, []])
)


@given(st.data(), st.sampled_from(sorted(MADE)))
def test_whatever_stands_in_a_bill_is_read_or_refused(data: st.DataObject, made: str) -> None:
    content = copy.deepcopy(MADE[made])
    for _ in range(data.draw(st.integers(1, 3))):
        inner: Any = content
        while True:
            key = data.draw(
                st.sampled_from(sorted(inner)) if isinstance(inner, dict) else st.integers(0, len(inner) - 1)
            )
            if not isinstance(inner[key], (dict, list)) or not inner[key] or not data.draw(st.integers(0, 3)):
                break
            inner = inner[key]
        if data.draw(st.booleans()):
            inner[key] = data.draw(VALUES)
        else:
            del inner[key]
        if not inner:
            break
    try:
        found = bills.read(content)
    except InputError:
        return
    assert all(one.name and one.version for one in found.installed)
