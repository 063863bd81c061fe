"""What the ECS reader makes of CloudFormation: functions are evaluated as far as the template alone decides."""

from __future__ import annotations

import json

import pytest

from gate.model.evidence import Stated, Unknown, known
from gate.model.workload import Workload
from tests.readers.ecs import first, line, only, read, template, values

CONTAINER = "ContainerDefinitions: [{Name: web, Image: 'web:1'}]"


def mode(text: str, sections: str = "") -> tuple[str, str | None]:
    """Return what a network mode comes to: its kind, and the value or the reason."""
    found = template(f"NetworkMode: {text}\n{CONTAINER}", sections=sections).namespaces.network
    return type(found).__name__, found.reason if isinstance(found, Unknown) else known(found)


PARAMETERS = """Parameters:
  Mode: {Type: String, Default: host}
  Open: {Type: String}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /mode}
  List: {Type: CommaDelimitedList, Default: 'bridge, host'}
  Empty: {Type: String, Default: ''}
Mappings:
  Modes:
    test: {Mode: host, Deep: [x, host]}
Conditions:
  IsHost: !Equals [!Ref Mode, host]
  IsNot: !Not [!Condition IsHost]
  Both: !And [{Condition: IsHost}, !Equals [a, a]]
  Either: !Or [!Equals [!Ref Open, x], !Equals [a, a]]
  Unsure: !Equals [!Ref Open, x]
  Circle: !Not [!Condition Circle]
"""


@pytest.mark.parametrize(
    "text",
    [
        "host",
        "!Ref Mode",
        "{Ref: Mode}",
        "!Sub '${Mode}'",
        "!Sub ['${A}st', {A: ho}]",
        "{'Fn::Sub': 'host'}",
        "!FindInMap [Modes, test, Mode]",
        "!FindInMap [Modes, !Sub 'te${Empty}st', Mode]",
        "!FindInMap [Modes, none, Mode, {DefaultValue: host}]",
        "!Select [1, !FindInMap [Modes, test, Deep]]",
        "!Join ['', [ho, st]]",
        "!Select [1, !Split ['-', 'x-host']]",
        "!Select ['1', !Ref List]",
        "!If [IsHost, host, bridge]",
        "!If [IsNot, bridge, host]",
        "!If [Both, host, bridge]",
        "!If [Either, host, bridge]",
        "!If [IsHost, !Ref Mode, !Ref Open]",
    ],
)
def test_functions_that_the_template_decides(text: str) -> None:
    assert mode(text, PARAMETERS) == ("Stated", "host")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("!Ref Open", "the parameter `Open` has no default and is set where the stack is made"),
        ("!Ref Stored", "the parameter `Stored` is read from the parameter store"),
        ("!Ref AWS::Region", "`AWS::Region` is only known when the stack is made"),
        ("!Ref Bucket", "`Bucket` is only known when the stack is made"),
        ("!GetAtt Bucket.Name", "`Bucket` is only known when the stack is made"),
        ("!Sub '${Mode}-${Open}'", "the parameter `Open` has no default and is set where the stack is made"),
        ("!Join ['', [a, !Ref Open]]", "the parameter `Open` has no default and is set where the stack is made"),
        ("!ImportValue x", "another stack decides"),
        ("!GetAZs ''", "the region decides"),
        ("!If [Unsure, host, bridge]", "the parameter `Open` has no default and is set where the stack is made"),
        ("!If [Circle, host, bridge]", "the condition `Circle` refers to itself"),
        ("!If [Missing, host, bridge]", "there is no condition `Missing`"),
        ("!FindInMap [Modes, none, Mode]", "the mapping has no such key"),
        ("!Transform {Name: x}", "a transform makes it when the stack is made"),
        ("!Nonsense x", "the function `Fn::Nonsense` is not known"),
        ("{'Fn::Nonsense': x}", "the function `Fn::Nonsense` is not known"),
        ("!Select [7, [a]]", "the list has no such member"),
        ("!If [a]", "it is not of a form that CloudFormation takes"),
        ("'{{resolve:ssm:/mode}}'", "is a template expression"),
    ],
)
def test_functions_that_only_the_deployment_decides(text: str, reason: str) -> None:
    assert mode(text, PARAMETERS) == ("Unknown", reason)


def test_no_value_is_nothing() -> None:
    sections = "Conditions: {Never: !Equals [a, b]}\n"
    assert mode("!If [Never, host, !Ref AWS::NoValue]", sections) == ("Defaulted", "private")
    containers = "ContainerDefinitions: [{Name: web, Image: i}, !If [Never, {Name: b, Image: b}, !Ref 'AWS::NoValue']]"
    assert len(template(containers, sections=sections).containers.members) == 1


def test_scalars_are_converted_as_cloudformation_does() -> None:
    found = first(template("ContainerDefinitions: [{Name: web, Image: i, Privileged: 'true', User: 0, Memory: '64'}]"))
    assert known(found.privilege.privileged) is True
    assert getattr(known(found.privilege.user), "is_root", False)
    assert known(found.resources.memory_limit) == "64"


def test_the_line_is_that_of_the_key() -> None:
    found = template(
        """
PidMode: !If
  - IsHost
  - host
  - task
ContainerDefinitions:
- Name: web
  Image: !Sub '${AWS::AccountId}.dkr.example/web'
  Privileged:
    Ref: Mode
""",
        sections="Conditions: {IsHost: !Equals [a, a]}\nParameters: {Mode: {Type: String, Default: true}}\n",
    )
    privileged = first(found).privilege.privileged
    assert (line(found.namespaces.pid), known(found.namespaces.pid)) == (7, "host")
    assert (line(privileged), known(privileged)) == (14, True)


def test_json_is_read_alike() -> None:
    properties = {
        "Family": "web",
        "PidMode": {"Fn::If": ["IsHost", "host", {"Ref": "AWS::NoValue"}]},
        "ContainerDefinitions": [{"Name": "web", "Image": "i", "Privileged": True}],
        "Volumes": [{"Name": "d", "Host": {"SourcePath": "/etc"}}],
    }
    text = json.dumps(
        {
            "Conditions": {"IsHost": {"Fn::Equals": ["a", "a"]}},
            "Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}},
        },
        indent=1,
    )
    for path in ("stack.json", "stack.template"):
        found = only(path, {path: text})
        assert (found.id, found.name) == (f"{path}#TaskDefinition/Task", "web")
        assert known(found.namespaces.pid) == "host"
        privileged = first(found).privilege.privileged
        assert text.split("\n")[line(privileged) - 1].strip().startswith('"Privileged"')


def test_names_that_cloudformation_spells_in_its_own_way() -> None:
    found = template(
        """
ContainerDefinitions:
- Name: web
  Image: i
  MountPoints: [{SourceVolume: a, ContainerPath: /a}, {SourceVolume: b, ContainerPath: /b}]
Volumes:
- Name: a
  EFSVolumeConfiguration: {FilesystemId: fs-1}
- Name: b
  Host: {SourcePath: /b}
"""
    )
    assert [one.kind for one in values(first(found).exposure.mounts) if one] == ["volume", "bind"]
    assert found.ignored == ()


def test_a_key_in_another_case_is_no_property() -> None:
    found = template("pidMode: host\nContainerDefinitions: [{Name: web, Image: i, privileged: true}]")
    assert [one.key for one in found.ignored] == ["pidMode", "privileged"]
    assert known(found.namespaces.pid) == "private"


def test_a_serverless_file_has_variables_of_its_own() -> None:
    text = """service: x
resources:
  Resources:
    Task:
      Type: AWS::ECS::TaskDefinition
      Properties:
        NetworkMode: ${self:custom.mode}
        ContainerDefinitions: [{Name: web, Image: i, Privileged: true}]
"""
    found = only("serverless.yml", {"serverless.yml": text})
    assert isinstance(found.namespaces.network, Unknown)
    assert known(first(found).privilege.privileged) is True


def test_unknown_containers_hide_no_known_one() -> None:
    found = template(
        """
ContainerDefinitions:
- Name: web
  Image: i
  Privileged: true
- !If [Unsure, {Name: b, Image: b}, {Name: c, Image: c}]
- 'Fn::Transform': {Name: AWS::Include, Parameters: {Location: s3://x}}
""",
        sections=PARAMETERS,
    )
    privileged = [m.value.privilege.privileged for m in found.containers.members if isinstance(m, Stated)]
    assert [known(one) for one in privileged] == [True, None, None]
    assert [one.reason for one in privileged if isinstance(one, Unknown)] == [
        "the parameter `Open` has no default and is set where the stack is made",
        "a transform makes it when the stack is made",
    ]


@pytest.mark.parametrize(
    "properties",
    [
        "ContainerDefinitions: !Ref Containers",
        "Family: web\n'Fn::Transform': {Name: AWS::Include, Parameters: {Location: s3://x}}",
        "ContainerDefinitions: {Fn::ForEach::x: [a, [b], {c: d}]}",
    ],
)
def test_containers_that_are_not_there_are_not_known(properties: str) -> None:
    found = first(template(properties))
    assert isinstance(found.privilege.privileged, Unknown)
    assert not found.exposure.mounts.complete


def test_half_a_template_is_a_problem_with_a_place() -> None:
    (problem,) = read("a.yaml", {"a.yaml": "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n"}).problems
    assert (problem.at.line, problem.cause) == (2, "the task definition T has no properties")
    broken = "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties: {\n"
    (problem,) = read("a.yaml", {"a.yaml": broken}).problems
    assert "is not YAML" in problem.cause
    (problem,) = read("a.json", {"a.json": '{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition",'}).problems
    assert "is not JSON" in problem.cause


def test_a_loop_of_resources_is_not_expanded() -> None:
    text = """Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Tasks:
  - Name
  - [a, b]
  - Task${Name}:
      Type: AWS::ECS::TaskDefinition
      Properties: {ContainerDefinitions: [{Name: x, Image: y}]}
"""
    reading = read("a.yaml", {"a.yaml": text})
    assert reading.subjects == ()
    assert [(problem.at.line, problem.cause) for problem in reading.problems] == [
        (3, "makes task definitions in a loop")
    ]


def test_two_documents_with_the_same_name_are_both_judged() -> None:
    one = (
        "Resources: {T: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: a, Image: a}]}}}\n"
    )
    found = read("a.yaml", {"a.yaml": f"{one}---\n{one}"}).subjects
    assert [subject.id for subject in found] == ["a.yaml#TaskDefinition/T", "a.yaml#TaskDefinition/T@2"]
    assert all(isinstance(subject, Workload) for subject in found)
