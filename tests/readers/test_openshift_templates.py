"""Templates of OpenShift: their objects, with the parameters filled in."""

from __future__ import annotations

import pytest

from gate.model.evidence import Stated, Unknown, known
from gate.model.workload import Workload
from tests.readers.kubernetes import read, values, workload

CONTAINER = (
    "name: c, image: 'r/${IMAGE}:${TAG}', securityContext: {privileged: '${{PRIVILEGED}}', runAsUser: '${{UID}}'}"
)


def template(parameters: str, container: str = CONTAINER) -> str:
    return (
        "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects:\n"
        "- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: '${NAME}'}\n"
        f"  spec: {{template: {{spec: {{containers: [{{{container}}}]}}}}}}\n"
        f"parameters: [{parameters}]\n"
    )


GIVEN = (
    "{name: NAME, value: web}, {name: IMAGE, value: app}, {name: TAG, value: '1.4'}, "
    "{name: PRIVILEGED, value: 'true'}, {name: UID, value: '1001'}"
)


def test_values_that_the_template_gives_are_filled_in() -> None:
    found = workload(template(GIVEN))
    (one,) = values(found.containers)
    assert (found.name, found.platform, known(one.image)) == ("web", "openshift", "r/app:1.4")
    assert known(one.privilege.privileged) is True
    assert getattr(known(one.privilege.user), "uid", None) == 1001
    assert one.privilege.privileged.at.line == 8


@pytest.mark.parametrize("rest", ["", ", required: true", ", value: ''", ", generate: expression, from: '[a-z]{8}'"])
def test_a_parameter_without_a_value_is_unknown_where_it_stands(rest: str) -> None:
    found = workload(template(GIVEN.replace(", value: 'true'", rest)))
    (one,) = values(found.containers)
    assert isinstance(one.privilege.privileged, Unknown)
    assert "PRIVILEGED" in one.privilege.privileged.reason
    assert one.privilege.privileged.at.line == 8
    assert isinstance(one.image, Stated)


@pytest.mark.parametrize(
    ("value", "written", "expected"),
    [
        ("'true'", "${{P}}", True),
        ("'true'", "${P}", None),
        ("'1'", "${{P}}", None),
        ("'false'", "${{P}}", False),
        ("'{\"a\": 1}'", "${{P}}", None),
    ],
)
def test_a_value_has_the_type_that_it_spells_only_in_double_braces(
    value: str, written: str, expected: bool | None
) -> None:
    text = template(f"{{name: P, value: {value}}}", f"name: c, image: i, securityContext: {{privileged: '{written}'}}")
    (one,) = values(workload(text).containers)
    assert known(one.privilege.privileged) is expected
    assert isinstance(one.privilege.privileged, Unknown) is (expected is None)


def test_what_is_no_parameter_stays_as_it_is() -> None:
    (one,) = values(workload(template("", "name: c, image: 'r/${OTHER}'")).containers)
    assert known(one.image) == "r/${OTHER}"


def test_templates_in_lists_are_read_too_and_do_not_nest_without_end() -> None:
    text = template(GIVEN)
    for _ in range(12):
        inner = "".join(f"  {line}\n" for line in text.splitlines())
        text = f"apiVersion: v1\nkind: Template\nobjects:\n- {inner.lstrip()}"
    reading = read(text)
    assert reading.problems
    assert not any(isinstance(one, Workload) for one in reading.subjects)


def test_an_alias_that_is_used_over_and_over_is_filled_in_once() -> None:
    levels = "".join(f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    text = f"x0: &a0 ['${{P}}']\n{levels}" + template("{name: P, value: v}").replace("'${NAME}'", "{name: *a8}")
    assert read(text) is not None
