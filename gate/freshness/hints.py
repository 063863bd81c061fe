"""What the commands of a recipe do to the age of its packages, as far as their text tells."""

from __future__ import annotations

from gate.freshness import recipe
from gate.model.days import days
from gate.model.evidence import known
from gate.model.truth import Because

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image, Stage, Step
    from gate.model.location import Location

#: Where distributions keep what they no longer fix.
ARCHIVES = (
    "archive.debian.org",
    "old-releases.ubuntu.com",
    "vault.centos.org",
    "archive.kernel.org/centos-vault",
    "archives.fedoraproject.org",
    "archive.fedoraproject.org",
)
#: Where they keep the state of a day.
SNAPSHOTS = ("snapshot.debian.org/archive/", "snapshot-cloudflare.debian.org/archive/", "snapshot.ubuntu.com/")

#: Folders that hold a package manager's list of what there is.
LISTS = {"/var/lib/apt": "apt", "/var/lib/apt/lists": "apt", "/var/cache/apk": "apk", "/etc/apk/cache": "apk"}

#: What words that turn off the check of certificates, or let in packages without a signature, hold some of.
TLS_MARKS = ("curl", "no-check-certificate", "strict", "trusted", "unauthorized", "verify")
UNSIGNED_MARKS = ("allow-un", "allowun", "force-yes", "gpgcheck", "no-gpg", "nosignature", "siglevel", "trusted=")


def archives(image: Image) -> tuple[Because, ...]:
    """Return the steps that install from an archive of ended releases."""
    found = []
    for step in _steps(image):
        name = next((name for name in ARCHIVES if _names(step.text, name)), "")
        if name:
            found.append(Because(step.at, f"packages come from {name}, where nothing is fixed any more"))
    return tuple(found)


def _names(text: str, host: str) -> bool:
    """Say whether a text names a host, and not another that ends like it."""
    at = text.find(host)
    return at >= 0 and not (text[at - 1 : at].isalnum() or text[at - 1 : at] == "-")


def snapshots(image: Image) -> tuple[tuple[Location, int], ...]:
    """Return the steps that install the packages of a day, with the day."""
    found = []
    for step in _steps(image):
        for place in SNAPSHOTS:
            day = _stamp(step.text, place)
            if day is not None:
                found.append((step.at, day))
    return tuple(found)


def _stamp(text: str, place: str) -> int | None:
    """Read the day out of the address of a snapshot."""
    at = text.find(place)
    while at >= 0:
        for part in text[at + len(place) :].split(None, 1)[:1]:
            for piece in part.split("/"):
                if len(piece) >= 15 and piece[:8].isdigit() and piece[8] == "T":
                    try:
                        return days(f"{piece[:4]}-{piece[4:6]}-{piece[6:8]}")
                    except ValueError:
                        continue
        at = text.find(place, at + 1)
    return None


def _steps(image: Image) -> Iterator[Step]:
    for stage in recipe.chain(image):
        yield from stage.steps


def lists_alone(image: Image) -> tuple[Because, ...]:
    """Return the steps that fetch the lists of packages into a layer of their own, from which later steps install.

    The layer is kept as long as nothing before it changes, and the lists in it grow old.
    """
    found = []
    for stage in recipe.chain(image):
        for number, step in enumerate(stage.steps):
            updated = {use.manager: use.at for use in step.packages if use.action == "update"}
            here = {use.manager for use in step.packages if use.action in ("install", "upgrade")}
            for manager, at in updated.items():
                if manager not in here and manager in _FAMILIES and _installs_later(stage, number, manager):
                    text = (
                        f"the lists of {manager} are fetched in a step of their own, whose layer is kept and grows old"
                    )
                    found.append(Because(at, text))
    return tuple(found)


_FAMILIES = frozenset({"apt"})


def _installs_later(stage: Stage, number: int, manager: str) -> bool:
    """Say whether a later step installs from the lists of this one without fetching them again."""
    for step in stage.steps[number + 1 :]:
        actions = [use.action for use in step.packages if use.manager == manager]
        if "update" in actions:
            return False
        if "install" in actions or "upgrade" in actions:
            return True
    return False


def kept_lists(image: Image) -> tuple[Because, ...]:
    """Return the steps that install from lists in a cache of the builder, without fetching them anew."""
    found = []
    for step in _steps(image):
        for mount in step.mounts:
            manager = LISTS.get(mount.target.rstrip("/")) if mount.kind == "cache" else None
            uses = [use for use in step.packages if use.manager == manager]
            installs = next((use for use in uses if use.action == "install"), None)
            if installs is not None and not any(use.action == "update" for use in uses):
                text = f"packages are installed from lists that the builder keeps in {mount.target} and never renews"
                found.append(Because(installs.at, text))
    return tuple(found)


def may_trust_anybody(image: Image) -> bool:
    """Say whether something in the image may turn the check of certificates off."""
    names = [variable.name for member in image.environment.members if (variable := known(member)) is not None]
    return any(may_hold(text, TLS_MARKS) for text in (*names, *(step.text for step in recipe.steps(image))))


def may_take_unsigned(image: Image) -> bool:
    """Say whether a step may let in packages without a signature."""
    return any(may_hold(step.text, UNSIGNED_MARKS) for step in recipe.steps(image))


def may_hold(text: str, marks: tuple[str, ...]) -> bool:
    """Say whether a word of a script may hold one of the marks, however quotes and escapes break it up."""
    bare = text.replace("\\\n", "").replace("\\", "").replace("'", "").replace('"', "").lower()
    return any(mark in bare for mark in marks)


def shown(url: str) -> str:
    """Shorten an address for a message, and leave away what may be a secret in it."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    address = (
        f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path.partition('?')[0].partition('#')[0]}" if mark else url
    )
    return address if len(address) <= 100 else f"{address[:97]}..."
