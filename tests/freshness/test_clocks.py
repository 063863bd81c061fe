"""What the layers of an image prove of its age, against what its configuration claims."""

from __future__ import annotations

import pytest

from gate.data.tables import Tables
from gate.freshness.claims import is_upgrade
from gate.freshness.clocks import Clocks, age, clocks
from gate.freshness.system import carried
from gate.linking.bases import based
from gate.model.days import days
from gate.model.evidence import known
from gate.model.image import Image
from gate.rules.age.base_near_end_of_life import check as near_its_end
from gate.rules.age.end_of_life_base import check as ended
from tests.freshness.image_scenarios import (
    APP,
    EPOCH,
    NOW,
    ROOT,
    Scenario,
    Step,
    at,
    built,
    centos,
    debian,
    scenarios,
    second,
    stamp,
    wolfi,
)
from tests.readers.layouts import INDEX, MANIFEST, Layout, config, images, read, text
from tests.readers.rootfs import OS_RELEASE, Entry, layer

TODAY = days(NOW)
TABLES = Tables()
BASE = "org.opencontainers.image.base.name"


def judged(*steps: Step, created: str, base: str = "") -> Clocks:
    return clocks(built(steps, created, annotations={BASE: base} if base else None), TABLES, NOW)


def interval(found: Clocks) -> tuple[int, int | None]:
    return found.content.least, found.content.most


def since(day: str) -> int:
    return TODAY - days(day)


@pytest.mark.parametrize("one", scenarios(), ids=lambda one: f"{one.builder}: {one.what}")
def test_every_interval_contains_the_truth(one: Scenario) -> None:
    found = clocks(one.image, TABLES, NOW).content
    if one.renewed:
        assert found.least <= since(one.renewed) <= (TODAY if found.most is None else found.most)
        assert found.estimate is None or found.least <= found.estimate <= (found.most or TODAY)
    else:
        assert (found.least, found.most) == (0, None)


@pytest.mark.parametrize("builder", ["apko", "mmdebstrap", "Jib", "Buildpacks", "docker build"])
def test_the_day_of_the_image_says_something_else(builder: str) -> None:
    assert any(one.builder == builder and one.created != one.renewed for one in scenarios())


@pytest.mark.parametrize("created", [EPOCH, "1980-01-01T00:00:01Z", "0001-01-01T00:00:00Z"])
def test_a_zeroed_image_is_no_older_than_when_its_base_was_installed(created: str) -> None:
    found = judged(Step(layer(*debian("2026-11-02", slim=True)), created, ""), created=created)
    assert interval(found) == (0, since("2026-11-02"))
    assert "base-files was installed on 2026-11-02" in age(found.content).text
    assert found.contradictions == ()


def test_zeroed_days_are_recorded_and_bound_nothing() -> None:
    found = judged(Step(layer(*debian("2026-11-02", slim=True)), EPOCH, ""), created=EPOCH)
    (one,) = (one for one in found.build.evidence if one.id == "E1")
    assert (one.day, one.bound, bool(one.unused)) == (0, "claim", True)


def test_an_image_without_packages_stays_unknown() -> None:
    app = Step(layer(Entry("ko-app/web", b"\x7fELF", second=0)), at("2026-11-20"), "COPY web /")
    assert interval(judged(app, app, created=at("2026-11-20"))) == (3, None)


def test_without_its_os_release_nothing_dates_an_image() -> None:
    whole = debian("2026-11-02")
    bare = [one for one in whole if one.name != "etc/os-release"]
    assert interval(judged(Step(layer(*bare), EPOCH, ""), created=EPOCH)) == (0, None)


def test_an_old_system_in_a_new_wrapping() -> None:
    found = judged(Step(layer(*wolfi("2026-02-10")), at("2026-11-01"), ""), created=at("2026-11-01"))
    assert found.content.most is not None
    assert found.content.most >= since("2026-02-10")
    (wrong,) = found.contradictions
    assert "2026-11-01" in wrong.text
    assert "2026-02-01" in wrong.text


@pytest.mark.parametrize("zeroed", [True, False])
def test_one_package_that_was_added_makes_nothing_younger(zeroed: bool) -> None:
    """Neither in a layer of its own, nor in one with all others."""
    old = debian("2026-01-20", zeroed=zeroed)
    more = debian("2026-01-20", {"nginx": "2026-11-20"}, zeroed=zeroed, lists="2026-11-20")
    created = EPOCH if zeroed else at("2026-11-20")
    before = judged(Step(layer(*old), created, ""), created=created).content.most
    apart = judged(Step(layer(*old), created, ""), Step(layer(*more), created, ""), created=created).content.most
    squashed = judged(Step(layer(*more), created, ""), created=created).content.most
    assert before is not None
    assert before >= since("2026-01-20")
    assert apart == squashed == before


def test_a_point_release_bounds_both_sides() -> None:
    found = judged(Step(layer(*debian("2026-03-20", zeroed=True)), EPOCH, ""), created=EPOCH)
    bounds = {(one.bound, one.day) for one in found.content.evidence if "13.4" in one.text}
    assert bounds == {("not-before", days("2026-03-14") - 14), ("not-after", days("2026-05-16") + 14)}
    assert found.content.least == since("2026-05-30")


def test_a_package_that_was_patched_later_takes_the_next_point_release_from_it() -> None:
    patched = debian("2026-03-20", renewed={"libssl3t64": "2026-11-18"}, zeroed=True)
    found = judged(Step(layer(*patched), EPOCH, ""), created=EPOCH)
    assert found.content.least == 0


def test_the_times_of_files_count_where_the_point_release_bears_them_out() -> None:
    copied = debian("2026-01-20", stamped="2026-11-20", slim=True)
    found = judged(Step(layer(*copied), EPOCH, ""), created=EPOCH)
    assert found.content.most is not None
    assert found.content.most > since("2026-01-20")
    nameless = [one for one in copied if one.name != "etc/debian_version"]
    assert (judged(Step(layer(*nameless), EPOCH, ""), created=EPOCH).content.most or 0) >= found.content.most


def test_lists_of_packages_count_where_the_base_came_with_them() -> None:
    fresh = debian("2026-11-20", lists="2026-11-20")
    stale = debian("2026-11-02", {"nginx": "2026-11-20"}, lists="2026-11-20")
    assert judged(Step(layer(*fresh), EPOCH, ""), created=EPOCH).content.most == since("2026-11-20")
    assert judged(Step(layer(*stale), EPOCH, ""), created=EPOCH).content.most == since("2026-11-02")


def test_a_claim_close_to_the_packages_is_no_contradiction() -> None:
    base = Step(layer(*wolfi("2026-11-18")), at("2026-11-19"), "ADD rootfs.tar / # buildkit")
    found = judged(base, Step(APP, at("2026-11-21"), "COPY web /app/"), created=at("2026-11-21"))
    assert interval(found) == (since("2026-11-19"), since("2026-11-17"))
    assert found.contradictions == ()


def test_an_image_that_is_older_than_its_newest_package() -> None:
    found = judged(Step(layer(*wolfi("2026-11-20")), at("2026-03-01"), ""), created=at("2026-03-01"))
    (wrong,) = found.contradictions
    assert wrong.text.startswith("the image says that it was made on 2026-03-01, and its package libcrypto3")
    assert found.content.least == 0


def test_a_layer_that_is_older_than_its_base() -> None:
    base, app = Step(layer(*debian("2026-10-20")), stamp("2026-10-20"), ROOT), Step(APP, at("2026-03-01"), "COPY web /")
    (wrong,) = judged(base, app, created=EPOCH).contradictions
    assert "a layer says that it was made on 2026-03-01, before the layer below it, on 2026-10-20" in wrong.text


def test_what_has_not_come_yet_is_said_and_bounds_nothing() -> None:
    stanza = f"P:a\nV:1-r0\nA:x86_64\nt:{second('2027-03-01')}\n\n".encode()
    future = Entry("lib/apk/db/installed", stanza)
    found = judged(Step(layer(future), EPOCH, ""), created=EPOCH)
    assert interval(found) == (0, None)
    assert [one.text for one in found.contradictions] == ["a is of 2027-03-01, which has not come yet"]


def test_the_three_clocks_of_an_old_base_that_was_upgraded() -> None:
    base = Step(layer(*debian("2026-02-02")), stamp("2026-02-02"), ROOT)
    upgrade = Step(layer(*debian("2026-11-19")), at("2026-11-19"), "RUN apt-get update && apt-get -y upgrade")
    found = judged(base, upgrade, Step(APP, at("2026-11-21"), "COPY web /app/"), created=at("2026-11-21"))
    assert (found.base.most or 0) >= since("2026-02-02")
    assert interval(found) == (since("2026-11-19"), since("2026-11-19"))
    assert found.build.most == since("2026-11-21")
    assert {one.name for one in found.all} == {"build", "base", "content"}


def test_what_a_build_attests_is_the_last_day_that_it_can_be() -> None:
    found = attested("2026-10-01")
    assert found.content.least == found.build.least == since("2026-10-01")
    assert any(one.id == "E15" for one in found.build.evidence)


DEBIAN_13_4 = "pkg:docker/debian@13.4?platform=linux%2Famd64"
FRONTEND = "pkg:docker/docker/dockerfile@1.9"


@pytest.mark.parametrize(
    ("used", "shown"),
    [
        ((DEBIAN_13_4,), "docker.io/library/debian"),
        ((DEBIAN_13_4, FRONTEND), "docker.io/library/debian"),
        (("pkg:docker/ghcr.io/acme/base@1",), "ghcr.io/acme/base"),
        ((DEBIAN_13_4, "pkg:docker/golang@1.26"), ""),
        ((DEBIAN_13_4, "pkg:docker/x@sha256:1"), ""),
        (("pkg:github/acme/web@1",), ""),
        ((), ""),
    ],
)
@pytest.mark.parametrize("version", ["0.2", "1"])
def test_a_build_that_used_one_image_started_from_it(used: tuple[str, ...], shown: str, version: str) -> None:
    listed = [{"uri": uri, "digest": {"sha256": "0" * 64}} for uri in used]
    predicate: dict[str, object] = (
        {"materials": listed} if version == "0.2" else {"buildDefinition": {"resolvedDependencies": listed}}
    )
    one, other = two_platforms("2026-10-01", predicate)
    name = known(one.base_name)
    assert (name.repository if name is not None else "") == shown
    assert known(other.base_name) is None


def test_an_image_starts_from_the_one_whose_layers_are_its_lowest() -> None:
    layout = Layout()
    whole = layer(*debian("2026-03-20"))
    for name, layers in (("debian:13.4", (whole,)), ("web:1", (whole, APP)), ("other:1", (APP, whole))):
        layout.add(layout.manifest(config(layers, created=EPOCH), layers), name)
    found = {one.name: one for one in based(list(read(layout.files()).subjects)) if isinstance(one, Image)}
    bases = {name: known(one.base_name) for name, one in found.items()}
    assert {name for name, base in bases.items() if base is not None} == {"web:1"}
    evidence = clocks(found["web:1"], TABLES, NOW).base.evidence
    assert {one.bound for one in evidence if one.id == "E13"} == {"not-before", "not-after"}


def attested(day: str) -> Clocks:
    """Judge an image of two platforms, one of which has an attestation."""
    made, _other = two_platforms(day)
    return clocks(made, TABLES, NOW)


def two_platforms(day: str, predicate: dict[str, object] | None = None) -> tuple[Image, Image]:
    layout = Layout()
    predicate = {"metadata": {"buildFinishedOn": f"{day}T10:00:00Z"}, **(predicate or {})}
    statement = layout.blob(text({"predicate": predicate}), "application/vnd.in-toto+json")
    about = {"vnd.docker.reference.type": "attestation-manifest"}
    children = []
    for architecture, when in (("amd64", "2026-09-20"), ("arm64", "2026-02-02")):
        data = layer(*debian(when, slim=True))
        made = config((data,), created=EPOCH, architecture=architecture, history=[{"created": EPOCH}])
        children.append(layout.blob(text(layout.manifest(made, (data,))), MANIFEST))
    about["vnd.docker.reference.digest"] = children[0]["digest"]
    attestation = {**layout.manifest(config((b"",)), ()), "layers": [statement]}
    children.append(layout.blob(text(attestation), MANIFEST, annotations=about))
    created = {"org.opencontainers.image.created": "2026-11-22T00:00:00Z"}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": children, "annotations": created}
    layout.add(index, "web:1", INDEX)
    one, other = images(read(layout.files())).values()
    return one, other


def test_every_platform_of_an_index_is_judged_by_its_own_layers() -> None:
    """What the index says of itself counts for none of them, and an attestation for the one it is about."""
    one, other = (clocks(made, TABLES, NOW) for made in two_platforms("2026-10-01"))
    assert interval(one) == (since("2026-10-01"), since("2026-09-20"))
    assert interval(other) == (since("2026-03-28"), since("2026-02-02"))
    assert not any(evidence.id in ("E3", "E15") for evidence in other.build.evidence)


def test_an_annotation_is_a_claim_of_the_build() -> None:
    step = Step(layer(*debian("2026-11-02", slim=True)), EPOCH, "")
    created = {"org.opencontainers.image.created": "2026-11-10T08:00:00+02:00"}
    found = clocks(built((step,), EPOCH, annotations=created), TABLES, NOW)
    assert [(one.id, one.clock, one.bound) for one in found.build.evidence if one.id == "E3"] == [
        ("E3", "build", "claim")
    ]
    assert interval(found) == (0, since("2026-11-02"))


@pytest.mark.parametrize(
    ("command", "whole"),
    [
        ("RUN /bin/sh -c apt-get update && apt-get -y upgrade # buildkit", True),
        ("/bin/sh -c apt-get update; apt-get dist-upgrade -yq -o Dpkg::Options::=--force-confold >/dev/null", True),
        ("RUN apk -U upgrade --no-cache && apk add curl", True),
        ("RUN microdnf update -y && microdnf clean all", True),
        ("RUN yum update -y openssl", False),
        ("RUN apk upgrade libcrypto3", False),
        ("RUN apt-get update", False),
        ("RUN apt-get install -y upgrade", False),
        ("RUN apk add --upgrade curl", False),
    ],
)
def test_an_upgrade_is_one_of_all_packages(command: str, whole: bool) -> None:
    assert is_upgrade(command) is whole


@pytest.mark.parametrize(("time", "least"), [(at("2026-11-19"), 4), (stamp("2026-11-19"), 0)])
def test_a_day_for_which_no_clock_was_read_is_no_last_day(time: str, least: int) -> None:
    found = judged(Step(layer(*debian("2026-10-20", zeroed=True)), time, ""), created=time)
    assert found.content.least == least


def test_an_age_grows_with_the_days() -> None:
    made = built((Step(layer(*debian("2026-09-14")), EPOCH, ""),), EPOCH)
    ages = [clocks(made, TABLES, now).content.most or 0 for now in ("2026-10-01", NOW, "2027-01-01")]
    assert ages == sorted(ages)
    assert len(set(ages)) == len(ages)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (OS_RELEASE.replace(b"12", b"9").replace(b"bookworm", b"stretch"), "ended"),
        (b"ID=alpine\nVERSION_ID=3.10.2\n", "ended"),
        (b'ID="amzn"\nVERSION_ID="2023"\n', "supported"),
        (b"ID=nobody\nVERSION_ID=1\n", ""),
    ],
)
@pytest.mark.parametrize("base", ["", "debian:trixie-slim", "registry.example/base:1"])
def test_the_system_in_the_layers_decides_whatever_its_base_is_called(said: bytes, state: str, base: str) -> None:
    step = Step(layer(Entry("etc/os-release", said)), EPOCH, "")
    made = built((step,), EPOCH, annotations={BASE: base} if base else None)
    assert [one.state for one in carried(made, TABLES, NOW)] == ([state] if state else [])
    truths = [one.answer for one in ended(made, TABLES, NOW)]
    assert truths == (["yes"] if state == "ended" else [])


def test_a_base_that_its_layers_belie_is_said() -> None:
    old = Step(layer(Entry("etc/os-release", OS_RELEASE.replace(b"12", b"9"))), EPOCH, "")
    (wrong,) = judged(old, created=EPOCH, base="debian:trixie-slim").contradictions
    assert wrong.text == "its base is named debian:trixie-slim, and its layers carry Debian 9"
    same = Step(layer(*debian("2026-11-02")), EPOCH, "")
    assert judged(same, created=EPOCH, base="debian:trixie-slim").contradictions == ()


def test_a_system_about_to_end_is_said_whatever_its_base_is_called() -> None:
    alpine = layer(Entry("etc/os-release", b"ID=alpine\nVERSION_ID=3.22.5\n"))
    made = built((Step(alpine, EPOCH, ""),), EPOCH, annotations={BASE: "debian:trixie-slim"})
    (truth,) = near_its_end(made, TABLES, "2027-03-01")
    assert "Alpine Linux 3.22" in truth.because[0].text


def test_the_release_of_a_base_that_was_given_up_bounds_what_nothing_renewed() -> None:
    base = Step(layer(*debian("2026-03-20")), stamp("2026-03-20"), ROOT)
    found = judged(base, Step(APP, at("2026-11-21"), "COPY web /"), created=at("2026-11-21"), base="debian:13.4")
    assert any(one.id == "E13" and one.bound == "not-after" for one in found.content.evidence)
    assert found.base.least > 0


def test_a_release_with_a_day_in_its_number() -> None:
    amazon = [Entry("etc/os-release", b'ID="amzn"\nVERSION_ID="2023"\n')]
    amazon.append(Entry("etc/system-release", b"Amazon Linux release 2023.9.20251208 (Amazon Linux)\n"))
    found = judged(Step(layer(*amazon), EPOCH, ""), created=EPOCH)
    assert interval(found) == (since("2026-01-30"), since("2025-12-08"))


def test_centos_is_of_the_month_that_its_number_ends_with() -> None:
    found = judged(Step(layer(*centos("2018-12-04")), EPOCH, ""), created=EPOCH)
    assert interval(found) == (since("2019-11-25"), since("2018-12-04"))


def test_above_a_layer_that_was_not_read_nothing_is_known() -> None:
    base, lost = layer(*debian("2026-11-02")), b"\x28\xb5\x2f\xfd" + bytes(20)
    layout = Layout()
    made = config((base, lost), created=EPOCH, history=[])
    layout.add(layout.manifest(made, (base, lost)), "web:1")
    (found,) = read(layout.files()).subjects
    assert isinstance(found, Image)
    assert clocks(found, TABLES, NOW).content.most is None
