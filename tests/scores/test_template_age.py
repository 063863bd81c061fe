from __future__ import annotations

import pytest

from gate.data.tables import Tables
from gate.model.source import Source
from gate.model.template import Template
from gate.readers.packer import READER
from gate.scores.image_age import template_age
from tests.scores.images import NoFiles

NOW = "2026-11-23"


def template(iso_url: str) -> Template:
    """Read a Packer template that installs from a medium."""
    text = f"""
source "qemu" "web" {{
  iso_url      = "{iso_url}"
  iso_checksum = "none"
  ssh_username = "root"
}}

build {{
  sources = ["source.qemu.web"]
}}
"""
    reading = READER.read(Source("build.pkr.hcl", text.encode()), NoFiles())
    (subject,) = reading.subjects
    assert isinstance(subject, Template)
    return subject


@pytest.mark.parametrize("iso", ["debian-13.1.0-amd64-netinst.iso", "base.iso", "ubuntu-20.04.6-live-server-amd64.iso"])
def test_a_template_that_installs_nothing_ended_has_no_age(iso: str) -> None:
    assert template_age(template(iso), Tables(), NOW) is None


def test_an_ended_release_costs_what_it_costs_an_image() -> None:
    found = template_age(template("CentOS-7-x86_64-Minimal-2009.iso"), Tables(), NOW)
    assert found is not None
    assert (found.lo, found.hi) == (30, 30)
