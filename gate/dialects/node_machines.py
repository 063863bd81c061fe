"""What machines of AWS are started from, for those who make nodes of them: launch templates and their images.

The image of a launch template is an id, which says nothing; what finds it says more: the filters of `aws_ami`, or the
name of a parameter of the store. Of a name that is only known in part, the known parts count where they are enough.
`http_tokens` and the hop limit decide who asks the machine for its credentials. Sources: the references of
`aws_launch_template`, `aws_ami` and `aws_ssm_parameter` in Terraform's provider, and `AWS::EC2::LaunchTemplate`; the
EC2 guide, "Use the Instance Metadata Service".
"""

from __future__ import annotations

import re

from gate.data.machine_images import release_of
from gate.dialects.cloudformation_values import Resource, Stored
from gate.dialects.cluster_parts import Part, pascal
from gate.dialects.terraform_values import Found, Managed
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.model.record import replace
from gate.syntax.tree import Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.cloudformation import Template
    from gate.dialects.terraform import Module
    from gate.model.cluster import NodePool
    from gate.model.evidence import Setting
    from gate.syntax.hcl import Block
    from gate.syntax.tree import Node

#: What pods reach of a machine, in words of our own: there is no one setting that says it.
FIRST_VERSION, FAR, CLOSED = "IMDSv1", "a hop limit above 1", "closed"

_TEMPLATES = ("launch_template_id", "launch_template_name", "id", "name")
_DYNAMIC = r"[\"']?\{\{resolve:ssm:([^{}]{1,300})\}\}"
_GROUP = ("launch_template", "launch_configuration", "launch_configuration_name")


class Machines:
    """The launch templates of one module or template, by what refers to them."""

    __slots__ = ()

    def referred(self, node: Node | None) -> Part | None:
        """Return the resource that a node refers to."""
        raise NotImplementedError

    def image(self, node: Node) -> Setting[str]:
        """Return what the name of an image says."""
        return _text(node)

    def started(self, pool: NodePool, part: Part) -> NodePool:
        """Return a pool with what its launch template says."""
        launched = self._template(part.sub("launch_template"))
        return pool if launched is None else self.of(pool, launched)

    def of(self, pool: NodePool, launched: Part) -> NodePool:
        """Return a pool with what a launch template says, or whoever takes the same arguments."""
        node = next((launched.node(name) for name in ("image_id", "ami_id") if launched.has(name)), None)
        if node is not None and not (isinstance(node, Scalar) and not node.value):
            pool = replace(pool, image=self.image(node))
        options = launched.sub("metadata_options")
        return replace(pool, metadata=reached(options)) if options.present else pool

    def group(self, pool: NodePool, group: Part) -> NodePool:
        """Return a pool with what its group of machines is launched with."""
        for name in _GROUP:
            inner = group.sub(name)
            found = self._template(inner) if inner.present else self.referred(group.node(name))
            if found is not None:
                return self.of(pool, found)
        return pool

    def _template(self, named: Part) -> Part | None:
        found = next((self.referred(named.node(name)) for name in _TEMPLATES if named.has(name)), None)
        data = found.sub("launch_template_data") if found is not None else None
        return data if data is not None and data.present else found


class OfModule(Machines):
    """Those of a Terraform module."""

    __slots__ = ("_blocks", "_whole")

    def __init__(self, whole: Module) -> None:
        """Take the module."""
        self._whole = whole
        named = [block for block in whole.blocks if block.type in ("data", "resource") and len(block.labels) == 2]
        self._blocks: dict[str, Block] = {
            ".".join(("data", *block.labels) if block.type == "data" else block.labels): block for block in named
        }

    def referred(self, node: Node | None) -> Part | None:
        """Return the resource that a reference is to."""
        block = self._blocks.get(node.address) if isinstance(node, Managed) else None
        return Part.of(self._whole.tree(block)) if block is not None else None

    def image(self, node: Node) -> Setting[str]:
        """Return the name of an image, or of what looks one up."""
        block = self._blocks.get(node.address) if isinstance(node, Found) else None
        if block is None:
            return _text(node)
        tree = self._whole.tree(block)
        if block.labels[0] == "aws_ssm_parameter":
            return self._named(tree.get("name"), node)
        if block.labels[0] != "aws_ami":
            return _text(node)
        for one in Part.of(tree).blocks("filter"):
            values = one.node("values")
            if known(one.text("name")) == "name" and isinstance(values, Sequence) and len(values.items) == 1:
                return self._named(values.items[0], node)
        return self._named(tree.get("name_regex"), node)

    def _named(self, name: Node | None, node: Node) -> Setting[str]:
        if isinstance(name, Opaque):
            # Its spelling, with a star for what is not known of it.
            spelled = re.sub(r"\$\{[^{}]{0,200}\}", "*", name.source.text[name.start : min(name.end, name.start + 400)])
            if re.fullmatch(r"\"[^\"\n]*\"", spelled) and release_of(spelled) is not None:
                return Stated(spelled, name.at)
        return _text(node if name is None else name)


class OfTemplate(Machines):
    """Those of a CloudFormation template."""

    __slots__ = ("_template_of",)

    def __init__(self, template: Template) -> None:
        """Take the template."""
        self._template_of = template

    def referred(self, node: Node | None) -> Part | None:
        """Return the properties of the resource that a reference is to."""
        for logical, _, resource in self._template_of.resources() if isinstance(node, Resource) else ():
            properties = resource.get("Properties")
            if isinstance(node, Resource) and logical == node.name and properties is not None:
                return Part.of(self._template_of.value(properties), pascal)
        return None

    def image(self, node: Node) -> Setting[str]:
        """Return the name of an image, or of the parameter that holds its id."""
        if isinstance(node, Stored):
            return Stated(node.path, node.at)
        # A dynamic reference looks like a template of other tools.
        dynamic = re.match(_DYNAMIC, node.source.text[node.start : node.end]) if isinstance(node, Opaque) else None
        return Stated(dynamic[1], node.at) if dynamic is not None else _text(node)


def _text(node: Node) -> Setting[str]:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return Stated(node.value, node.at)
    return Unknown(node.reason if isinstance(node, Opaque) else "it is no text", node.at)


def reached(options: Part) -> Setting[str]:
    """Say who reaches the credentials of a machine, by its metadata options; what is not written is the account's."""
    asked = [options.text(name) for name in ("http_endpoint", "http_tokens", "http_put_response_hop_limit")]
    endpoint, tokens, hops = (known(one) for one in asked)
    if endpoint == "disabled":
        return Stated(CLOSED, asked[0].at)
    if tokens == "optional" and isinstance(asked[1], Stated):
        return Stated(FIRST_VERSION, asked[1].at)
    if hops and hops.isascii() and hops.isdigit() and int(hops[:3]) > 1:
        return Stated(FAR, asked[2].at)
    doubt = next((one for one in asked if isinstance(one, Unknown)), None)
    if doubt is not None:
        return doubt
    return Stated(CLOSED, asked[1].at) if tokens == "required" and hops == "1" else Defaulted("", options.at)
