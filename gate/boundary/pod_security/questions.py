"""How the checks put their questions, so that they all speak alike and none overlooks what is not known."""

from __future__ import annotations

from gate.model.evidence import Defaulted, Inapplicable, holds, known
from gate.model.truth import either, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from gate.model.evidence import Items, Setting
    from gate.model.pod import Annotation, Pod, PodContainer, SecurityContext
    from gate.model.truth import Truth

    T = TypeVar("T")

#: How much of a value a message repeats: what is scanned may be of any length.
SHOWN = 60


def forbidden(setting: Setting[T], bad: Callable[[T], bool], who: str, field: str) -> Truth:
    """Say whether a setting has a forbidden value; where there is no such setting, it has none."""
    truth = holds(setting, bad, "")
    if truth.answer == "unknown":
        return truth.about(f"what {who} sets {field} to")
    value: T | None = known(setting)
    return truth.about(f"{who} sets {field} to {shown(value)}")


def missing(setting: Setting[T | None], good: Callable[[T | None], bool], who: str, demand: str) -> Truth:
    """Say whether a setting lacks the value that is demanded; where there is no such setting, it is not set."""
    if isinstance(setting, Inapplicable):
        setting = Defaulted(None, setting.at)
    truth = holds(setting, lambda value: not good(value), "")
    return truth.about(f"whether {who} sets {demand}" if truth.answer == "unknown" else f"{who} must set {demand}")


def members(items: Items[T], bad: Callable[[T], bool], who: str, field: str) -> Iterator[Truth]:
    """Ask every member of a collection whether it is forbidden."""
    yield from (forbidden(member, bad, who, field) for member in items.members)
    yield from _others(items, f"what else {who} sets {field} to")


def containers(pod: Pod, ask: Callable[[PodContainer, str], Iterable[Truth]]) -> Iterator[Truth]:
    """Ask every container of any kind; what messages call it comes with it."""
    for member in pod.containers.members:
        container = known(member)
        if container is None:
            yield holds(member, lambda _: True, "").about("a container of the pod")
        else:
            yield either(ask(container, f"container {shown(container.name)}"))
    yield from _others(pod.containers, "which other containers the pod has")


def contexts(pod: Pod, ask: Callable[[SecurityContext, str], Truth]) -> Iterator[Truth]:
    """Ask the pod's own security context and that of every container, as they stand and unmerged."""
    yield ask(pod.security, "the pod")
    yield from containers(pod, lambda container, who: (ask(container.security, who),))


def annotated(pod: Pod, counts: Callable[[str], Truth], good: Callable[[str], bool]) -> Iterator[Truth]:
    """Ask every annotation whose key counts whether its value is a good one."""
    for member in pod.annotations.members:
        annotation = known(member)
        if annotation is None:
            yield holds(member, lambda _: True, "").about("an annotation of the pod")
        else:
            yield from _annotation(annotation, counts(annotation.key), good)
    yield from _others(pod.annotations, "which other annotations the pod has")


def _annotation(annotation: Annotation, counts: Truth, good: Callable[[str], bool]) -> Iterator[Truth]:
    truth = forbidden(annotation.value, lambda value: not good(value), "the pod", f"annotation {annotation.key}")
    if counts.answer == "yes":
        yield truth
    elif counts.answer == "unknown":
        yield truth & counts


def _others(items: Items[T], text: str) -> Iterator[Truth]:
    """Doubt what an open collection holds beside the members that are known of."""
    if not items.complete:
        yield unknown(items.at, items.open_because).about(text)


def shown(value: object) -> str:
    """Show a value in a message, in the spelling of a manifest, and cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return f'"{text}"' if isinstance(value, str) else text
