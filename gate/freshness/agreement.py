"""What scanners and the layers of an image agree on, say differently, and cannot see.

Nothing here decides: findings and scores take the graver of what contradicts. It shows whose word they rest on.
"""

from __future__ import annotations

from gate.freshness.scanned import PRODUCTS
from gate.model.agreement import Agreement, Alone, Dispute, Hole, Witness
from gate.model.evidence import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from gate.model.contents import Contents
    from gate.model.image import Image
    from gate.model.packages import Scan, Vulnerability

    #: What each scanner says of one vulnerability.
    Told: TypeAlias = dict[str, list[Vulnerability]]

LAYERS = "layers"


def agreement(image: Image) -> Agreement | None:
    """Return the ledger of an image that was scanned; None for any other."""
    if image.packages is None or not image.packages.scans:
        return None
    scans, contents = image.packages.scans, image.contents
    witnesses = [_scanner(scan, contents) for scan in scans]
    told = _told(scans)
    disputes = [dispute for hole, said in told.items() for dispute in _differing(hole, said)]
    several = len({scan.scanner for scan in scans if not scan.is_bill}) > 1
    disputed = {dispute.hole for dispute in disputes}
    return Agreement(
        (*witnesses, *((_layers(contents),) if contents is not None else ())),
        sum(len(said) > 1 and hole not in disputed for hole, said in told.items()),
        tuple(Alone(hole, next(iter(said))) for hole, said in told.items() if several and len(said) == 1),
        (*disputes, *_systems(scans, contents)),
    )


def _told(scans: tuple[Scan, ...]) -> dict[Hole, Told]:
    """Bring together what is said of each vulnerability, as `gate.freshness.fixes` does."""
    told: dict[tuple[str, str], Told] = {}
    for scan in scans:
        for one in scan.vulnerabilities:
            told.setdefault((one.origin, one.ids[0]), {}).setdefault(scan.scanner, []).append(one)
    return {Hole(name, origin): said for (origin, name), said in told.items()}


def _differing(hole: Hole, told: Told) -> Iterator[Dispute]:
    """Yield what scanners say differently: severities that both give, and whether or in what it is fixed."""
    rated = {scanner: sorted({one.severity for one in ones if one.severity}) for scanner, ones in told.items()}
    given = {scanner: " or ".join(severities) for scanner, severities in rated.items() if severities}
    if len(set(given.values())) > 1:
        yield Dispute("severity", hole, tuple(given.items()))
    fixed = {scanner: {version for one in ones for version in one.fixed} for scanner, ones in told.items()}
    if len(fixed) > 1 and any(fixed.values()) and not set.intersection(*fixed.values()):
        said = ((scanner, ", ".join(sorted(versions)) or "no fix") for scanner, versions in fixed.items())
        yield Dispute("fix", hole, tuple(said))


def _systems(scans: tuple[Scan, ...], contents: Contents | None) -> Iterator[Dispute]:
    """Yield a dispute where not all name the same system; one that names only the major release disputes nothing."""
    named = [(scan.scanner, scan.system.family, scan.system.release) for scan in scans if scan.system is not None]
    own = known(contents.system) if contents is not None else None
    found: list[tuple[str, str, str]] = list(named)
    if own is not None and own.id:
        found.append((LAYERS, own.id, own.point or own.version_id))
    products = {PRODUCTS[family.lower()] for _name, family, _release in found if family.lower() in PRODUCTS}
    releases = [release.split(" ")[0].split(".") for _name, _family, release in found if release]
    alike = all(one[: len(other)] == other[: len(one)] for one in releases for other in releases)
    if len(products) > 1 or not alike:
        yield Dispute("system", None, tuple((name, f"{family} {release}".strip()) for name, family, release in found))


def _scanner(scan: Scan, contents: Contents | None) -> Witness:
    return Witness(
        scan.scanner,
        scan.version,
        scan.database,
        f"{scan.system.family} {scan.system.release}".strip() if scan.system is not None else "",
        scan.packages,
        None if scan.is_bill else len({(one.origin, one.ids[0]) for one in scan.vulnerabilities}),
        tuple(_unseen(scan, contents)),
        scan.at,
    )


def _unseen(scan: Scan, contents: Contents | None) -> Iterator[str]:
    """Say what a scanner cannot see, or cannot have seen."""
    if scan.blind:
        yield scan.blind
    if scan.uncovered:
        yield f"{scan.scanner} knows nothing of {scan.uncovered} of {scan.packages} packages"
    if scan.match == "name":
        yield f"{scan.title} is this image's by its name alone"
    if contents is None:
        return
    shown, listed = len(contents.packages.members), len(scan.installed) if scan.is_bill else scan.packages
    # grype's reports list only packages with a vulnerability, so that their number says nothing.
    if scan.scanner != "grype" and listed < shown:
        yield f"{_who(scan)} lists {listed} packages, and the layers show {shown}"
    yield from _elsewise(scan, contents)


def _elsewise(scan: Scan, contents: Contents) -> Iterator[str]:
    """Say that packages are listed in other versions than the layers show, as by a bill of an earlier build."""
    inside: dict[tuple[str, str], set[str]] = {}
    for member in contents.packages.members:
        one = known(member)
        if one is not None:
            inside.setdefault((one.manager, one.name), set()).add(one.version)
    named = [(one, inside.get((one.manager, one.name))) for one in scan.installed]
    others = [(one, own) for one, own in named if own and one.version not in own]
    if others:
        first, shown = others[0]
        more = f" (and {len(others) - 1} more)" if len(others) > 1 else ""
        versions = ", ".join(sorted(shown))
        yield f"{_who(scan)} lists {first.name} {first.version}, and the layers show {versions}{more}"


def _who(scan: Scan) -> str:
    return scan.title if scan.is_bill else scan.scanner


def _layers(contents: Contents) -> Witness:
    system = known(contents.system)
    blind = [] if contents.packages.complete else [contents.packages.open_because or "a database is not read"]
    unread = sum(bool(reason) for reason in contents.layers)
    blind += [f"{unread} of {len(contents.layers)} layers are not read"] if unread else []
    return Witness(
        LAYERS,
        "",
        "",
        f"{system.id} {system.point or system.version_id}".strip() if system is not None else "",
        len(contents.packages.members),
        None,
        tuple(blind),
        contents.packages.at,
    )
