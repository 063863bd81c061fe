"""What the Packer reader makes of a folder of HCL files and of an older JSON template: subjects and variables."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.dialects.packer import MAX_BUILDERS, MAX_STEPS
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.model.source import Source
from gate.model.template import Template
from gate.readers.packer import READER
from tests.readers.packer import MEDIUM, Tree, older, read, template, values

# What is a template, and which file reports it.


def test_names_and_content_are_claimed() -> None:
    def claims(path: str, text: str) -> bool:
        return READER.claims(Source(path, text.encode()))

    assert claims("a.pkr.hcl", "")
    assert claims("a.json", '{"builders": [{"type": "qemu"}]}')
    assert not claims("a.json", '{"builders": {"type": "qemu"}}')
    assert not claims("a.json", '{"builders": []}')
    assert not claims("a.json", '{"builders": [')
    assert not claims("package.json", '{"name": "builders"}')


def test_each_source_is_reported_by_the_file_that_holds_it() -> None:
    files = {
        "a__pkr__hcl": f'source "qemu" "one" {{\n{MEDIUM}}}\n',
        "b__pkr__hcl": f'source "hyperv-iso" "two" {{\n{MEDIUM}}}\n',
        "c__pkr__hcl": 'build {\n  sources = ["qemu.one", "source.hyperv-iso.two"]\n}\n',
    }
    ids = [[subject.id for subject in read(f"{name}.pkr.hcl", **files).subjects] for name in "abc"]
    assert ids == [["a.pkr.hcl#source/qemu.one"], ["b.pkr.hcl#source/hyperv-iso.two"], []]


def test_platforms_are_those_of_the_hypervisors() -> None:
    platforms = {
        builder: template(builder).platform for builder in ("qemu", "virtualbox-iso", "vmware-iso", "hyperv-iso")
    }
    assert list(platforms.values()) == ["kvm", "virtualbox", "vmware", "hyper-v"]
    assert set(platforms.values()) == set(READER.platforms)


def test_a_builder_without_a_hypervisor_of_ours_is_skipped() -> None:
    reading = read(
        "a.pkr.hcl", a__pkr__hcl='source "amazon-ebs" "a" {}\nbuild {\n  sources = ["source.amazon-ebs.a"]\n}\n'
    )
    assert reading.subjects == ()
    assert "amazon-ebs" in reading.skipped[0].reason


def test_a_source_that_no_build_uses_is_skipped() -> None:
    reading = read("a.pkr.hcl", a__pkr__hcl='source "qemu" "a" {}\nbuild {\n  sources = ["source.qemu.b"]\n}\n')
    assert reading.subjects == ()
    assert [skipped.reason for skipped in reading.skipped] == ["no build uses this source"]


def test_a_source_that_a_build_may_use_is_judged_without_knowing_how() -> None:
    text = 'variable "sources" {}\nsource "qemu" "a" {}\nbuild {\n  sources = var.sources\n}\n'
    (subject,) = read("a.pkr.hcl", a__pkr__hcl=text).subjects
    assert isinstance(subject, Template)
    assert isinstance(subject.provisioning.updates, Unknown)
    assert isinstance(subject.provisioning.box, Unknown)


def test_a_file_that_packer_would_refuse_is_a_problem() -> None:
    (problem,) = read("a.pkr.hcl", a__pkr__hcl='source "qemu" "a" {\n').problems
    assert (problem.at.path, bool(problem.remedy)) == ("a.pkr.hcl", True)


def test_hcl_written_as_json_is_a_problem() -> None:
    assert read("a.pkr.json", a__pkr__json="{}").problems


# Variables and locals.


def test_variables_come_from_the_whole_folder() -> None:
    subject = template(
        "qemu",
        "accelerator = local.accelerator",
        rest="locals {\n  accelerator = lower(var.kind)\n}\n",
        b__pkr__hcl='variable "kind" {\n  type    = string\n  default = "TCG"\n}\n',
    )
    setting = subject.hardware.accelerator
    assert isinstance(setting, Stated)
    assert setting.value == "tcg"
    assert (setting.at.path, setting.via[0].path) == ("a.pkr.hcl", "a.pkr.hcl")


def test_a_variable_without_a_default_is_unknown() -> None:
    setting = template("qemu", "accelerator = var.kind", rest='variable "kind" {}\n').hardware.accelerator
    assert isinstance(setting, Unknown)
    assert "var.kind" in setting.reason


@pytest.mark.parametrize(
    ("name", "text"), [("x__auto__pkrvars__hcl", 'kind = "tcg"\n'), ("x__auto__pkrvars__json", '{"kind": "tcg"}')]
)
def test_variable_files_that_packer_loads_by_itself_win(name: str, text: str) -> None:
    rest = 'variable "kind" {\n  default = "kvm"\n}\n'
    subject = template("qemu", "accelerator = var.kind", rest=rest, **{name: text})
    assert known(subject.hardware.accelerator) == "tcg"


def test_variable_files_that_somebody_has_to_name_do_not_count() -> None:
    rest = 'variable "kind" {\n  default = "kvm"\n}\n'
    subject = template("qemu", "accelerator = var.kind", rest=rest, x__pkrvars__hcl='kind = "tcg"\n')
    assert known(subject.hardware.accelerator) == "kvm"


def test_a_conditional_that_hangs_on_the_unknown_is_unknown() -> None:
    rest = 'variable "fast" {\n  type = bool\n}\n'
    setting = template("qemu", 'accelerator = var.fast ? "kvm" : "tcg"', rest=rest).hardware.accelerator
    assert isinstance(setting, Unknown)


def test_null_is_the_default_of_the_builder() -> None:
    rest = 'variable "vtpm" {\n  default = null\n}\n'
    assert isinstance(template("qemu", "vtpm = var.vtpm", rest=rest).firmware.tpm, Defaulted)


def test_a_sibling_that_cannot_be_read_leaves_variables_open() -> None:
    setting = template("qemu", "accelerator = var.kind", b__pkr__hcl="variable {{").hardware.accelerator
    assert isinstance(setting, Unknown)
    assert "b.pkr.hcl" in setting.reason


def test_files_that_contradict_each_other_are_templates_of_their_own() -> None:
    def one(kind: str) -> str:
        return (
            f'variable "kind" {{\n  default = "{kind}"\n}}\nsource "qemu" "app" {{\n  accelerator = var.kind\n}}\n'
            'build {\n  sources = ["source.qemu.app"]\n}\n'
        )

    files = {"a__pkr__hcl": one("kvm"), "b__pkr__hcl": one("tcg")}
    found: list[Any] = [read(path, **files).subjects[0] for path in ("a.pkr.hcl", "b.pkr.hcl")]
    assert [known(subject.hardware.accelerator) for subject in found] == ["kvm", "tcg"]


def test_a_build_may_add_to_a_source() -> None:
    text = 'source "qemu" "a" {\n}\nbuild {\n  source "qemu.a" {\n    accelerator = "tcg"\n  }\n}\n'
    (subject,) = read("a.pkr.hcl", a__pkr__hcl=text).subjects
    assert isinstance(subject, Template)
    assert known(subject.hardware.accelerator) == "tcg"


# The older JSON.


def test_user_variables_are_filled_in() -> None:
    subject = older({"accelerator": "{{ user `kind` }}"}, variables={"kind": "tcg"})
    assert known(subject.hardware.accelerator) == "tcg"
    assert subject.id == "a.json#source/qemu.qemu"


def test_joined_variables_are_filled_in_as_far_as_they_are_known() -> None:
    builder = {"iso_url": "http://{{user `host`}}/a.iso", "iso_checksum": "{{user `kind`}}:{{user `sum`}}"}
    media = older(builder, variables={"kind": "md5", "sum": None, "host": ""}).media
    assert (known(media.checksum_kind), values(media.transports)) == ("md5", ["http"])


@pytest.mark.parametrize(
    "variables", [{}, {"kind": None}, {"kind": "{{env `KIND`}}"}, {"kind": "{{user `kind`}}"}, {"other": "x"}]
)
def test_a_variable_that_is_given_elsewhere_is_unknown(variables: dict[str, Any]) -> None:
    assert isinstance(older({"accelerator": "{{user `kind`}}"}, variables=variables).hardware.accelerator, Unknown)


def test_provisioners_run_for_the_builders_they_name() -> None:
    step = {"type": "shell", "inline": ["dnf -y upgrade"]}
    for line, level in (
        ({}, "full"),
        ({"only": ["other"]}, "none"),
        ({"except": ["app"]}, "none"),
        ({"only": ["app"]}, "full"),
    ):
        subject = older({"name": "app"}, provisioners=[{**step, **line}])
        assert known(subject.provisioning.updates) == level


def test_post_processors_may_be_names_and_chains() -> None:
    assert known(older({}, **{"post-processors": [["compress", {"type": "vagrant"}]]}).provisioning.box) is True
    assert known(older({}, **{"post-processors": ["vagrant"]}).provisioning.box) is True
    assert known(older({}, **{"post-processors": ["compress"]}).provisioning.box) is False


def test_old_checksum_keys_still_count() -> None:
    builder = {"iso_url": "https://a.example/a.iso", "iso_checksum": "00", "iso_checksum_type": "md5"}
    assert known(older(builder).media.checksum_kind) == "md5"


# Hostile input.


def test_more_builders_than_anybody_writes_are_a_problem() -> None:
    text = json.dumps({"builders": [{"type": "qemu"}] * (MAX_BUILDERS + 1)})
    assert read("a.json", a__json=text).problems


def test_more_steps_than_anybody_writes_leave_open_what_is_done() -> None:
    steps = [{"type": "shell", "inline": ["true"]}] * (MAX_STEPS + 1)
    assert isinstance(older({}, provisioners=steps).provisioning.updates, Unknown)


_WORDS = st.sampled_from(
    [
        "iso_url",
        "iso_checksum",
        "qemuargs",
        "vmx_data",
        "boot_command",
        "none",
        "{{user `a`}}",
        "{{",
        "}}",
        "-device",
        "tcg",
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS | st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.sampled_from(["qemu", "virtualbox-iso", "vmware-iso", "vsphere-clone", "hyperv-iso", "virtualbox-ovf"]),
    st.dictionaries(_WORDS, _JSON, max_size=4),
    _JSON,
)
def test_any_older_template_is_read(builder: str, keys: dict[str, Any], rest: Any) -> None:
    document = {
        "builders": [{**keys, "type": builder}],
        "variables": rest,
        "provisioners": rest,
        "post-processors": rest,
    }
    source = Source("a.json", json.dumps(document).encode())
    assert READER.claims(source)
    assert len(READER.read(source, Tree({})).subjects) == 1


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.sampled_from(["qemu", "virtualbox-iso", "vmware-iso", "vsphere-iso", "hyperv-iso"]),
    st.dictionaries(
        st.sampled_from(["iso_url", "qemuargs", "vmx_data", "vboxmanage", "boot_command"]), _JSON, max_size=4
    ),
    st.sampled_from(["shell", "file", "ansible", "windows-update"]),
    st.dictionaries(
        st.sampled_from(["inline", "scripts", "source", "destination", "only", "filters"]), _JSON, max_size=4
    ),
)
def test_any_hcl_template_is_read(builder: str, keys: dict[str, Any], step: str, lines: dict[str, Any]) -> None:
    def body(entries: dict[str, Any]) -> str:
        return "".join(
            f"{key} = {json.dumps(value).replace('${', '').replace('%{', '')}\n" for key, value in entries.items()
        )

    text = f'source "{builder}" "a" {{\n{body(keys)}}}\nbuild {{\nsources = ["source.{builder}.a"]\n'
    text += f'provisioner "{step}" {{\n{body(lines)}}}\n}}\n'
    tree = Tree({"a.pkr.hcl": text})
    reading = READER.read(tree.sources["a.pkr.hcl"], tree)
    assert len(reading.subjects) + len(reading.problems) == 1
