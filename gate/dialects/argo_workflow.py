"""The pods of Argo's workflows: every template that runs containers is a pod of its own.

Fields: argo-workflows `pkg/apis/workflow/v1alpha1/workflow_types.go`; what a pod is made of: `workflow/controller/
workflowpod.go`.
"""

from __future__ import annotations

from gate.dialects.pod_assembled import MAX_PODS, assemble, called, joined, listed, members, of
from gate.syntax.tree import Mapping, Opaque, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.syntax.tree import Node

GROUP = "argoproj.io"

#: Where each kind keeps the workflow.
SPECS: dict[str, tuple[str, ...]] = {
    "Workflow": ("spec",),
    "WorkflowTemplate": ("spec",),
    "ClusterWorkflowTemplate": ("spec",),
    "CronWorkflow": ("spec", "workflowSpec"),
}

#: What a template says of its pod, over what the workflow says of all of them.
_OF_POD = ("automountServiceAccountToken", "nodeSelector", "securityContext", "serviceAccountName", "tolerations")

#: What only the workflow says.
_OF_ALL = ("hostNetwork",)

#: Actions of resource templates that start nothing of what the manifest says; a patch is no object.
_STARTING_NOTHING = frozenset({"get", "delete", "patch"})

#: Words without which a patch of the pod changes nothing that is judged; an escape or an expression may spell any.
_DECIDING = ("securityContext", "host", "volume", "Container", "image", "runtimeClass", "serviceAccount", "annotations",
             "shareProcess", "claims", "nodeName", "nodeSelector", "tolerations", "os", "$", "\\", "{{")  # fmt: skip
_PATCHED = "a patch changes the pod, and only Argo applies it"


def pods(root: Mapping, kind: str) -> Iterator[tuple[Mapping, str]]:
    """Yield the pod template of every template that runs containers, with its name."""
    workflow = of(root, *SPECS[kind])
    defaults = of(workflow, "templateDefaults")
    found = _templates(of(workflow, "templates"))
    for index, template in enumerate(found):
        if index >= MAX_PODS:
            return
        whole = joined(template, defaults, template)
        containers = list(_containers(whole, template)) if isinstance(whole, Mapping) else [template]
        if containers:
            yield _pod(template, whole, workflow, containers), called(template, str(index))


def manifests(root: Mapping, kind: str) -> Iterator[Node]:
    """Yield the texts that resource templates hand to the API server, or what says where one comes from."""
    for template in _templates(of(root, *SPECS[kind], "templates")) if kind in SPECS else ():
        manifest = of(template, "resource", "manifest") or of(template, "resource", "manifestFrom")
        action = of(template, "resource", "action")
        if manifest is not None and getattr(action, "value", None) not in _STARTING_NOTHING:
            yield manifest


def _templates(node: Node | None) -> Iterator[Node]:
    """Yield the templates, and those that steps and tasks write out in their place."""
    for template in members(node):
        yield template
        for stage in members(of(template, "steps")):
            for step in members(stage):
                yield from _inline(step)
        for task in members(of(template, "dag", "tasks")):
            yield from _inline(task)


def _inline(step: Node) -> Iterator[Node]:
    inline = of(step, "inline")
    if isinstance(inline, Mapping):
        name = inline.keys.get("name") or step.keys.get("name") if isinstance(step, Mapping) else None
        named = of(inline, "name") or of(step, "name")
        yield inline if name is None or named is None else joined(inline, assemble(step, {"name": named}), inline)


def _containers(template: Mapping, own: Node) -> Iterator[Node]:
    """Yield the main containers; Argo calls the one of a template `main`, and defaults alone make none."""
    for kind in ("container", "script"):
        one = of(template, kind)
        if one is not None and of(own, kind) is not None:
            name = Scalar(one.source, one.start, one.start, "main", "main")
            yield joined(one, one, None if called(one, "") else assemble(one, {"name": name}))
    yield from members(of(template, "containerSet", "containers"))


def _pod(template: Node, whole: Node, workflow: Node | None, containers: list[Node]) -> Mapping:
    first, spec = containers[0], _patches(template, whole, workflow)
    for name in _OF_POD:
        spec[name] = of(whole, name) or of(workflow, name)
    for name in _OF_ALL:
        spec[name] = of(workflow, name) or spec.get(name)
    own = (joined(one, of(one, "container"), one) for one in members(of(whole, "sidecars")))
    group = listed(first)
    group.items += [*containers, *own]  # type: ignore[attr-defined]
    spec["containers"] = group
    before = of(whole, "initContainers")
    spec["initContainers"] = listed(before or first, before, spec.get("initContainers"))
    spec["volumes"] = listed(first, of(workflow, "volumes"), of(whole, "volumes"))
    metadata = joined(template, of(workflow, "podMetadata"), of(whole, "metadata"))
    return assemble(template, {"metadata": metadata, "spec": assemble(template, spec)})


def _patches(template: Node, whole: Node, workflow: Node | None) -> dict[str, Node | None]:
    """Doubt everything that a patch of the pod may change; one that only speaks of resources changes nothing here."""
    for node in (of(whole, "podSpecPatch"), of(workflow, "podSpecPatch")):
        text = node.value if isinstance(node, Scalar) else ""
        if isinstance(node, Opaque) or (isinstance(text, str) and any(word in text for word in _DECIDING)):
            doubt: Node = Opaque(node.source, node.start, node.end, _PATCHED)  # type: ignore[union-attr]
            more = listed(template)
            more.items.append(doubt)  # type: ignore[attr-defined]
            return {"hostPID": doubt, "hostIPC": doubt, "hostNetwork": doubt, "runtimeClassName": doubt,
                    "initContainers": more}  # fmt: skip
    return {}
