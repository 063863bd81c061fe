"""Versions are compared exactly, and what a distribution made of one stays undecided."""

from __future__ import annotations

import pytest

from gate.boundary.versions import is_affected

RUNC = (("", "1.2.8"), ("1.3.0-rc.1", "1.3.3"), ("1.4.0-rc.1", "1.4.0-rc.3"))


@pytest.mark.parametrize(
    ("version", "answer"),
    [
        ("1.2.7", "yes"),
        ("1.2.8", "no"),
        ("v1.2.8", "no"),
        ("1.2.8-rc.1", "yes"),
        ("1.2.10", "no"),
        ("1.3.0-rc.1", "yes"),
        ("1.3.2", "yes"),
        ("1.3.3", "no"),
        ("1.4.0-rc.2", "yes"),
        ("1.4.0-rc.3", "no"),
        ("1.4.0-rc.10", "no"),
        ("1.4.0", "no"),
        ("1.0.0-rc93", "yes"),
        ("1.1", "yes"),
        ("1.2", "unknown"),
        ("1.3", "unknown"),
        ("1.5", "no"),
        ("1.2.7-0ubuntu1", "unknown"),
        ("1.2.8~rc1", "unknown"),
        ("1.2.8+ds1-2", "unknown"),
        ("1.2.9+ds1-2", "no"),
        ("latest", "unknown"),
        ("1", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_version_is_in_a_range_or_not(version: str, answer: str) -> None:
    assert is_affected(version, RUNC) == answer


def test_a_start_of_two_numbers_takes_in_what_came_before_the_release() -> None:
    assert is_affected("1.6.0-rc.1", (("1.6", "1.6.1"),)) == "yes"
    assert is_affected("1.6.0-rc.1", (("1.6.0", "1.6.1"),)) == "no"


def test_open_ends_take_in_everything() -> None:
    assert is_affected("0.1.0", (("", ""),)) == is_affected("999.0.0", (("", ""),)) == "yes"


def test_a_kernel_of_a_distribution_is_decided_far_from_the_bug_alone() -> None:
    pipe = (("5.8", "5.10.102"), ("5.11", "5.15.25"))
    assert is_affected("5.15.0-91-generic", pipe) == "unknown"
    assert is_affected("6.8.0-31-generic", pipe) == "no"
