"""Bases that are too old come with the smallest change that mends them: proven, with its evidence, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.advice.tags import distance, spelled
from gate.data.tables import Tables
from tests.verbs import check, gate, rules, write

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = f"@sha256:{'0' * 64}"


def suggested(folder: Path, capsys: pytest.CaptureFixture[str], recipe: str) -> Any:
    """Return what is suggested for a recipe; None where that is nothing."""
    write(folder, Dockerfile=recipe)
    found = check(capsys, folder).subject("Dockerfile")["suggestions"]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # A patch of a line that is still supported: the line.
        ("ruby:3.3.5", "ruby:3.3"),
        ("python:3.11.4-slim-bookworm", "python:3.11-slim-bookworm"),
        # A distribution that has ended: the next that has not, under the same kind of name.
        ("debian:buster-slim", "debian:bookworm-slim"),
        ("debian:bookworm-20230109-slim", "debian:bookworm-slim"),
        ("eclipse-temurin:11-jre-focal", "eclipse-temurin:11-jre-jammy"),
        ("ubuntu:20.04", "ubuntu:22.04"),
        ("alpine:3.14", "alpine:3.22"),
        # A product that has ended: its next line that has not, with the same words.
        ("python:3.8-slim-buster", "python:3.11-slim-bookworm"),
        ("php:7.4-fpm-alpine3.16", "php:8.3-fpm-alpine3.23"),
        ("node:14-alpine", "node:22-alpine"),
        ("node:14.17.0-buster-slim", "node:22-bookworm-slim"),
        ("postgres:11", "postgres:15"),
    ],
)
def test_the_smallest_change_is_suggested_and_mends_it(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = f"# syntax=docker/dockerfile:1\nFROM --platform=linux/amd64 {old} AS base\nUSER 1000\n"
    found = suggested(tmp_path, capsys, recipe)
    assert found["title"] == f"base it on {new}"
    (edit,) = found["edits"]
    at, lines = edit["location"], recipe.split("\n")
    line = lines[at["line"] - 1]
    lines[at["line"] - 1] = f"{line[: at['column'] - 1]}{edit['text']}{line[at['end_column'] - 1 :]}"
    assert "\n".join(lines) == recipe.replace(old, new)
    write(tmp_path, Dockerfile="\n".join(lines))
    subject = check(capsys, tmp_path).subject("Dockerfile")
    assert not {"AGE001", "AGE003"} & rules(subject)
    assert subject["verdict"] == "pass"


@pytest.mark.parametrize(
    "base",
    [
        "centos:7",  # nothing newer under the name
        "openjdk:8-jdk-alpine",
        "rockylinux:8.5",  # still listed, and not rebuilt for years
        "redis:5-alpine",  # what is newer has no release that is known
        "registry.example/python:3.8",
        "public.ecr.aws/docker/library/python:3.8",  # when copies are renewed is not known
        "python:3.9.0rc1",
        f"python{DIGEST}",
        "python:3.13-slim",  # nothing is wrong with it
        "scratch",
    ],
)
def test_rather_nothing_than_what_is_not_certain(base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert suggested(tmp_path, capsys, f"FROM {base}\nUSER 1000\n") is None


def test_no_digest_is_made_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = suggested(tmp_path, capsys, f"FROM python:3.8-slim-buster{DIGEST}\nUSER 1000\n")
    assert found["edits"] == []
    assert "sha256" not in found["snippet"]
    assert "docker buildx imagetools inspect python:3.11-slim-bookworm" in found["snippet"]


def test_a_name_made_of_variables_gets_no_patch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = suggested(tmp_path, capsys, "ARG V=3.8\nFROM python:${V}-slim-buster\nUSER 1000\n")
    assert (found["edits"], found["title"]) == ([], "base it on python:3.11-slim-bookworm")
    assert "variables" in found["snippet"]


def test_the_evidence_stands_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, Dockerfile="FROM python:3.8-slim-buster\nUSER 1000\n")
    out = gate(capsys, "check", "--now", "2026-11-23", tmp_path).out
    assert "next  base it on python:3.11-slim-bookworm (reaches image age 85)" in out
    assert "# Python 3.11: fixes until 2027-10-31" in out
    assert "costs: Debian 10 becomes Debian 12, which may lack or rename what the image uses" in out


def test_support_that_has_to_be_bought_is_no_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = suggested(tmp_path, capsys, "FROM ubuntu:20.04\nUSER 1000\n")
    assert "# Ubuntu 22.04: fixes until 2027-06-01" in found["snippet"]


def test_a_stricter_threshold_takes_another_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = "version: 1\nworkloads:\n- {name: a, paths: ['**'], sensitivity: restricted}\n"
    write(tmp_path, Dockerfile="FROM fedora:35\nUSER 1000\n")
    loose = check(capsys, tmp_path).subject("Dockerfile")["suggestions"]
    (tmp_path / ".gate.yaml").write_text(declared, encoding="utf-8")
    strict = check(capsys, tmp_path).subject("Dockerfile")["suggestions"]
    assert [one["reaches"] for one in loose] == ["image age 77..100"]
    assert strict == []


def test_what_is_wrong_elsewhere_is_mended_by_no_other_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = "FROM golang:1.18 AS b\nRUN go build\nFROM debian:trixie-slim\nCOPY --from=b /a /a\nUSER 1000\n"
    assert suggested(tmp_path, capsys, recipe) is None


@pytest.mark.parametrize(
    ("was", "new", "expected"),
    [
        ("3.9-slim", "3.10-slim", True),
        ("3.9-slim", "3.8-slim", False),
        ("3.9-slim", "3.10-alpine", False),
        ("3.9-slim", "3.10", False),
        ("3.9", "3.10.1", False),
        ("3.9-bookworm", "3.9-bullseye", False),
        ("3.9-alpine3.16", "3.9-alpine3.20", True),
        ("3.9-alpine3.16", "3.9-alpine", False),
        ("bookworm", "bookworm-20260101", False),
        ("12", "bookworm", False),
    ],
)
def test_what_may_take_the_place_of_a_tag(was: str, new: str, *, expected: bool) -> None:
    before, after = spelled(was), spelled(new)
    assert before is not None
    assert after is not None
    assert (distance(before, after) is not None) is expected


def test_the_nearest_comes_first() -> None:
    was = spelled("3.8-slim-buster")
    assert was is not None
    tags = ["4.0-slim-buster", "3.12-slim-buster", "3.9-slim-trixie", "3.9-slim-bookworm", "3.8-slim-trixie"]
    far = {tag: distance(was, found) for tag in tags if (found := spelled(tag)) is not None}
    assert sorted(tags, key=lambda tag: far[tag] or ()) == tags[::-1]


def test_the_tags_that_are_still_built_have_windows() -> None:
    tables = Tables()
    repository = "docker.io/library/python"
    found = tables.current(repository)
    assert ("3.13-slim-trixie", tables.window(repository, "3.13-slim-trixie")) in found
    assert "3.8-slim-buster" not in {tag for tag, _ in found}
    assert tables.current("registry.example/python") == []
