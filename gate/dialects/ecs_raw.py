"""A task definition as the API takes it: what `aws ecs register-task-definition` registers, or how one is described.

Elastic Beanstalk's `Dockerrun.aws.json` of version 2 holds the same container definitions, and starts them on EC2.
"""

from __future__ import annotations

from gate.dialects.ecs_fields import TASK, canonical
from gate.dialects.ecs_launch import EC2, Start
from gate.dialects.ecs_task import Task
from gate.model.evidence import Stated
from gate.syntax.tree import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.syntax.tree import Mapping

_BEANSTALK = "AWSEBDockerrunVersion"


def task(node: Mapping, root: Mapping, path: str) -> Task:
    """Return the task definition of a file; it is called by its family, or by the file."""
    family = node.get("family")
    name = family.value if isinstance(family, Scalar) and isinstance(family.value, str) else ""
    name = name or path.rpartition("/")[2].partition(".")[0] or "task"
    beanstalk = root.keys.get(_BEANSTALK)
    starts = () if beanstalk is None else (Start("Elastic Beanstalk", Stated(EC2, beanstalk.at)),)
    return Task(f"{path}#TaskDefinition/{name}", name, node.at, canonical(node, TASK, "api"), starts)
