"""Runs where botocore and cfn-lint are installed: answers a question on standard input about AWS's models, in JSON.

`{"shapes": true}`: the shapes of `RegisterTaskDefinition` and of CloudFormation's task definition;
`{"validate": [...]}`: of each task definition, the parameters that the client refuses before it sends anything.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer."""
    question = json.load(sys.stdin)
    if question.get("shapes"):
        json.dump({"api": api(), "cloudformation": cloudformation()}, sys.stdout)
    else:
        json.dump([refused(task) for task in question["validate"]], sys.stdout)


def _service() -> Any:
    path = next(Path(str(import_module("botocore").__file__)).parent.glob("data/ecs/*/service-2.json*"))
    data = path.read_bytes()
    return json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)


def api() -> Any:
    """Return the shape of a request as types: a name, a list of one, or the fields of a structure."""
    shapes = _service()["shapes"]

    def of(name: str) -> Any:
        shape = shapes[name]
        if shape["type"] == "structure":
            return {field: of(member["shape"]) for field, member in shape["members"].items()}
        if shape["type"] == "list":
            return [of(shape["member"]["shape"])]
        return shape["type"]

    return of("RegisterTaskDefinitionRequest")


def cloudformation() -> Any:
    """Return the properties of CloudFormation's schema in the same form."""
    manager = import_module("cfnlint.schema.manager").PROVIDER_SCHEMA_MANAGER
    schema = manager.get_resource_schema("us-east-1", "AWS::ECS::TaskDefinition").schema

    def of(node: Any) -> Any:
        if "$ref" in node:
            return of(schema["definitions"][node["$ref"].rpartition("/")[2]])
        kind = node.get("type")
        if kind == "array":
            return [of(node["items"])]
        if "properties" in node:
            return {field: of(member) for field, member in node["properties"].items()}
        return "map" if "patternProperties" in node or kind == "object" else kind

    return of(schema)


def refused(task: Any) -> list[str]:
    """Return the paths of the parameters that are of the wrong type."""
    model = import_module("botocore.model").ServiceModel(_service())
    shape = model.operation_model("RegisterTaskDefinition").input_shape
    report = import_module("botocore.validate").ParamValidator().validate(task, shape).generate_report()
    return re.findall(r"Invalid type for parameter ([^,]+), value", report)


if __name__ == "__main__":
    main()
