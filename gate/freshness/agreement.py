"""What scanners and the layers of an image agree on, say differently, and cannot see.

Nothing here decides: findings and scores take the graver of what contradicts. It shows whose word they rest on.
"""

from __future__ import annotations

from gate.freshness.scanned import PRODUCTS
from gate.model.agreement import Agreement, Alone, Dispute, Hole, Witness
from gate.model.evidence import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from gate.model.contents import Contents, InstalledPackage
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
    if scan.installed:
        yield from _elsewise(scan, contents)
    # grype's reports list only packages with a vulnerability, so that their number says nothing.
    elif scan.scanner != "grype" and listed < shown:
        yield f"{_who(scan)} lists {listed} packages, and the layers show {shown}"


def _elsewise(scan: Scan, contents: Contents) -> Iterator[str]:
    """Say that other packages are listed than the layers show, or other versions, as of an earlier build."""
    inside = _versions(one for one in map(known, contents.packages.members) if one is not None)
    listed = _versions(scan.installed)
    absent = [name for name in inside if name not in listed]
    if absent:
        yield f"{_who(scan)} leaves out {_counted(absent)} that the layers show"
    further = [name for name in listed if name not in inside]
    if further and contents.packages.complete:
        yield f"{_who(scan)} lists {_counted(further)} that the layers do not show"
    others = [name for name in listed if name in inside and not listed[name] <= inside[name]]
    if others:
        (_manager, name), more = others[0], f" (and {len(others) - 1} more)" if len(others) > 1 else ""
        said, own = (", ".join(sorted(one[others[0]])) for one in (listed, inside))
        yield f"{_who(scan)} lists {name} {said}, and the layers show {own}{more}"


def _versions(packages: Iterable[InstalledPackage]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for one in packages:
        found.setdefault((one.manager, one.name), set()).add(one.version)
    return found


def _counted(names: list[tuple[str, str]]) -> str:
    return f"{len(names)} {'package' if len(names) == 1 else 'packages'}, such as {names[0][1]},"


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
