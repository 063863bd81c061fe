"""How the checks put their questions, so that they all speak alike and none overlooks what is not known."""

from __future__ import annotations

from gate.model.evidence import Defaulted, Inapplicable, Stated, any_of, holds
from gate.model.truth import no, unknown, yes

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


def shown(value: object) -> str:
    """Show a value in a message, in the spelling of a manifest, and cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return f'"{text}"' if isinstance(value, str) else text


def forbidden(
    setting: Setting[T], bad: Callable[[T], bool], who: str, field: str, show: Callable[[T], str] = shown
) -> Iterator[Truth]:
    """Ask whether a setting has a forbidden value; where there is no such setting, it has none."""
    if not isinstance(setting, Stated | Defaulted):
        yield from _doubted(setting, f"what {who} sets {field} to")
    elif bad(setting.value):
        yield yes(setting.at, f"{who} sets {field} to {show(setting.value)}")


def missing(setting: Setting[T | None], good: Callable[[T | None], bool], who: str, demand: str) -> Iterator[Truth]:
    """Ask whether a setting lacks the value that is demanded; where there is no such setting, it is not set."""
    if isinstance(setting, Inapplicable):
        setting = Defaulted(None, setting.at)
    if not isinstance(setting, Stated | Defaulted):
        yield from _doubted(setting, f"whether {who} sets {demand}")
    elif not good(setting.value):
        yield yes(setting.at, f"{who} must set {demand}")


def uninherited(
    inherited: Setting[T | None], own: Setting[T | None], good: Callable[[T | None], bool], who: str, demand: str
) -> Iterator[Truth]:
    """Ask whether a container leaves unset what its pod does not set to a good value either."""
    for above in missing(inherited, good, f"{who} or the pod", demand):
        for below in missing(own, lambda value: value is not None, f"{who} or the pod", demand):
            yield above & below


def members(items: Items[T], bad: Callable[[T], bool], who: str, field: str) -> Iterator[Truth]:
    """Ask every member of a collection whether it is forbidden."""
    for member in items.members:
        yield from forbidden(member, bad, who, field)
    yield from _others(items, f"what else {who} sets {field} to")


def unlisted(items: Items[str], wanted: str, who: str, field: str) -> Iterator[Truth]:
    """Ask whether a collection lacks the one member that is demanded."""
    listed = any_of(items, lambda name: (yes if name == wanted else no)(items.at, ""))
    if listed.answer == "no":
        yield yes(items.at, f"{who} must list {wanted} in {field}")
    elif listed.answer == "unknown":
        yield listed.about(f"whether {who} lists {wanted} in {field}")


def containers(pod: Pod, ask: Callable[[PodContainer, str], Iterable[Truth]]) -> Iterator[Truth]:
    """Ask every container of any kind; what messages call it comes with it."""
    for member in pod.containers.members:
        if isinstance(member, Stated | Defaulted):
            yield from ask(member.value, f"container {shown(member.value.name)}")
        else:
            yield from _doubted(member, "a container of the pod")
    yield from _others(pod.containers, "which other containers the pod has")


def contexts(pod: Pod, ask: Callable[[SecurityContext, str], Iterable[Truth]]) -> Iterator[Truth]:
    """Ask the pod's own security context and that of every container, as they stand and unmerged."""
    yield from ask(pod.security, "the pod")
    yield from containers(pod, lambda container, who: ask(container.security, who))


def annotated(pod: Pod, counts: Callable[[str], Truth], good: Callable[[str], bool]) -> Iterator[Truth]:
    """Ask every annotation whose key counts whether its value is a good one."""
    for member in pod.annotations.members:
        if isinstance(member, Stated | Defaulted):
            yield from _annotation(member.value, counts(member.value.key), good)
        else:
            yield from _doubted(member, "an annotation of the pod")
    yield from _others(pod.annotations, "which other annotations the pod has")


def _annotation(annotation: Annotation, counts: Truth, good: Callable[[str], bool]) -> Iterator[Truth]:
    if counts.answer != "no":
        for truth in forbidden(annotation.value, lambda value: not good(value), "the pod", shown(annotation.key)):
            yield truth if counts.answer == "yes" else truth & counts


def _doubted(setting: Setting[T], text: str) -> Iterator[Truth]:
    """Doubt what cannot be known at all."""
    truth = holds(setting, lambda _: True, "")
    if truth.answer == "unknown":
        yield truth.about(text)


def _others(items: Items[T], text: str) -> Iterator[Truth]:
    """Doubt what an open collection holds beside the members that are known of."""
    if not items.complete:
        yield unknown(items.at, items.open_because).about(text)
