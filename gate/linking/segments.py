"""Which policies close a pod's network: those of its namespace that select it by its labels."""

from __future__ import annotations

from gate.model.evidence import Defaulted, Deferred, Stated, Unknown, known
from gate.model.segments import NetworkPolicy, Segments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from gate.model.evidence import Items, Setting
    from gate.model.pod import Annotation
    from gate.model.reference import Definition
    from gate.model.segments import Wanted
    from gate.model.truth import Answer
    from gate.model.workload import Workload


def closed(workload: Workload, definitions: Iterable[Definition]) -> Segments | None:
    """Return the segments of a workload with nothing deferred; None where nobody speaks of them."""
    segments = workload.segments
    if segments is None or not isinstance(segments.ingress, Deferred):
        return segments
    policies = [one.body for one in definitions if isinstance(one.body, NetworkPolicy)]
    ingress, egress = (_direction(workload, segments, policies, name) for name in ("ingress", "egress"))
    return Segments(ingress, egress, segments.labels)


def _direction(
    workload: Workload, segments: Segments, policies: list[NetworkPolicy], direction: Literal["ingress", "egress"]
) -> Setting[bool]:
    """Join what the policies do: one that lets everything through undoes those that close."""
    network = workload.namespaces.network
    if known(network) != "private":
        if isinstance(network, Unknown):
            return Unknown("whether it is on the host's network is not known", network.at)
        return Stated(False, network.at)
    selecting = [(one, selects(one, workload, segments.labels)) for one in policies]
    speaking = [(one, answer) for one, answer in selecting if answer != "no" and getattr(one, direction) != "silent"]
    opening = [(one, answer) for one, answer in speaking if getattr(one, direction) == "opens"]
    closing = [(one, answer) for one, answer in speaking if getattr(one, direction) == "closes"]
    sure = next((one for one, answer in opening if answer == "yes"), None)
    if sure is not None:
        return Stated(False, sure.at)
    unsure = next((one for one, answer in [*opening, *closing] if answer == "unknown"), None)
    shut = next((one for one, answer in closing if answer == "yes"), None)
    if shut is not None and not opening:
        return Stated(True, shut.at)
    if unsure is not None:
        return Unknown(unsure.unreadable or "whether a policy selects it is not known", unsure.at)
    return Defaulted(False, workload.at)


def selects(policy: NetworkPolicy, workload: Workload, labels: Items[Annotation]) -> Answer:
    """Say whether a policy speaks of a workload that has these labels."""
    space: Answer = "yes" if policy.namespace in (None, workload.namespace) else "no"
    if space == "no" and not (policy.namespace and workload.namespace):
        space = "unknown"
    if space == "no":
        return "no"
    answers = [space, *(_fits(wanted, labels) for wanted in policy.selector)]
    if policy.unreadable:
        answers.append("unknown")
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


def _fits(wanted: Wanted, labels: Items[Annotation]) -> Answer:
    key, operator, values = wanted
    written = [one.value for one in labels.members if isinstance(one, Stated) and one.value.key == key]
    if not labels.complete:
        return "unknown"
    if not written:
        return "yes" if operator in ("NotIn", "DoesNotExist") else "no"
    if operator in ("Exists", "DoesNotExist"):
        return "yes" if operator == "Exists" else "no"
    value = known(written[-1].value)
    if value is None:
        return "unknown"
    return "yes" if (value in values) is (operator == "In") else "no"
