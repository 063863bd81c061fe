"""What the metadata of a built image claims of its own age: builders zero such days, copy them and set them.

Source: OCI image-spec 1.1 `config.md` (`created`, `history`), in which all of them are optional.
"""

from __future__ import annotations

from itertools import pairwise

from gate.freshness.instant import day_of, is_plausible
from gate.model.days import iso
from gate.model.evidence import known
from gate.model.record import Record
from gate.model.truth import Because

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.location import Location

#: Labels that say when something was built; an image inherits those of its base.
DATED_LABELS = (
    "org.label-schema.build-date",
    "build-date",
    "org.opencontainers.image.created",
    "org.opensuse.base.created",
)

_UPGRADES = {
    **dict.fromkeys(("apt", "apt-get", "aptitude"), frozenset({"upgrade", "dist-upgrade", "full-upgrade"})),
    **dict.fromkeys(("dnf", "yum", "microdnf", "tdnf"), frozenset({"update", "upgrade"})),
    "apk": frozenset({"upgrade"}),
    "zypper": frozenset({"up", "update", "patch", "dup"}),
}

#: How a layer comes about that is a whole system: Docker's and BuildKit's `ADD`, and the scripts of distributions.
_ROOTS = (" ADD ", "# debian.sh ", "mkimage", "apko")


class Claim(Record):
    """A day that the metadata names; `text` is the command of a layer, and `layer` its index, None for no layer.

    `is_read` says that a clock was read for it: days that were set, such as `SOURCE_DATE_EPOCH`, are of whole seconds.
    """

    day: int
    at: Location
    text: str
    layer: int | None = None
    is_read: bool = False

    @property
    def is_upgrade(self) -> bool:
        """Say whether the command brings the whole system up to date."""
        return is_upgrade(self.text)

    @property
    def is_root(self) -> bool:
        """Say whether the command brings a whole system, and no change of one."""
        return any(sign in f" {self.text}" for sign in _ROOTS)


def created(image: Image) -> Claim | None:
    """Return when the image says it was created, whatever that is."""
    text = known(image.created) or ""
    day = day_of(text)
    return Claim(day, image.created.at, "", None, _is_read(text)) if day is not None else None


def layers(image: Image, today: int) -> tuple[Claim, ...]:
    """Return the claims of the layers that have a day which can be, the lowest first."""
    found = []
    index = -1
    for member in image.history.members:
        entry = known(member)
        if entry is None or entry.empty_layer:
            continue
        index += 1
        text = known(entry.created) or ""
        day = day_of(text)
        if day is not None and is_plausible(day) and day <= today + 1:
            found.append(Claim(min(day, today), entry.created.at, entry.created_by, index, _is_read(text)))
    return tuple(found)


def has_several(image: Image) -> bool:
    """Say whether the history tells layers apart: a squashed image has one entry for all that was done."""
    entries = [known(member) for member in image.history.members]
    return image.history.complete and sum(entry is not None and not entry.empty_layer for entry in entries) > 1


def labels(image: Image) -> Iterator[Claim]:
    """Yield the days of dated labels."""
    for member in image.labels.members:
        label = known(member)
        day = day_of(known(label.value) or "", label.name) if label is not None and label.name in DATED_LABELS else None
        if label is not None and day is not None and is_plausible(day):
            yield Claim(day, label.at, label.name)


def disorder(image: Image, today: int) -> Iterator[Because]:
    """Find a layer that claims to be older than the one below it, and an image that does than its last layer.

    The day of a commit as `SOURCE_DATE_EPOCH`, on a base that is newer than the commit, comes to this.
    """
    claims = layers(image, today)
    for below, above in pairwise(claims):
        if above.day + 1 < below.day:
            text = f"a layer says that it was made on {iso(above.day)}, before the layer below it, on {iso(below.day)}"
            yield Because(above.at, text)
            return
    whole = created(image)
    if whole is not None and claims and is_plausible(whole.day) and whole.day + 1 < claims[-1].day:
        text = f"the image says that it was made on {iso(whole.day)}, before a layer of it, on {iso(claims[-1].day)}"
        yield Because(whole.at, text)


def future(image: Image, today: int) -> Iterator[Because]:
    """Find days that have not come yet, beyond what time zones and clocks explain."""
    whole = created(image)
    named = [("the image", whole.day, whole.at)] if whole is not None else []
    for member in image.history.members:
        entry = known(member)
        day = day_of(known(entry.created) or "") if entry is not None else None
        if entry is not None and day is not None:
            named.append(("a layer", day, entry.created.at))
    for what, day, at in named:
        if day > today + 1:
            yield Because(at, f"{what} says that it was made on {iso(day)}, which has not come yet")


def is_upgrade(command: str) -> bool:
    """Say whether a command brings the whole system up to date, and not only packages that it names."""
    words = command.lower()
    for end in ("&&", "||", ";", "|", "\n"):
        words = words.replace(end, " ; ")
    return any(_is_upgrade(part.split()) for part in words.split(" ; "))


def _is_upgrade(words: list[str]) -> bool:
    for number, word in enumerate(words):
        actions = _UPGRADES.get(word.rpartition("/")[2])
        if actions:
            plain = [other for other in words[number + 1 :] if not other.startswith("-") and not _is_no_package(other)]
            return len(plain) == 1 and plain[0] in actions
    return False


def _is_no_package(word: str) -> bool:
    """Say whether a word behind a package manager is of the shell, of BuildKit's, or the value of an option of apt."""
    return ">" in word or "::" in word or word.startswith(("#", "/dev/")) or word == "buildkit"


def _is_read(text: str) -> bool:
    """Say whether a time has a fraction of a second that is not zero."""
    digits = text[20:] if text[19:20] == "." else ""
    return bool(digits[: len(digits) - len(digits.lstrip("0123456789"))].strip("0"))
