"""Brings together images, what scanners report of them, the policy's deadlines, and what VEX documents excuse.

A report belongs to an image by its layers or a digest; by its name only where neither speaks against it, because a name
may have moved on to another build. A report of an image that is no other input makes it one.
"""

from __future__ import annotations

from gate.dialects.image_name import identity
from gate.model.coverage import NotUnderstood
from gate.model.errors import InputError
from gate.model.image import Identity, Image
from gate.model.packages import Packages, Remediation
from gate.model.record import replace
from gate.pipeline.named import named_source
from gate.pipeline.remarks import about
from gate.pipeline.scanned import database, image_of, report
from gate.policy.excuses import Excuses, Known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.packages import Match, Scan, Scanner
    from gate.model.policy import Policy
    from gate.model.reader import Subject
    from gate.model.reference import Definition
    from gate.model.rule import Finding
    from gate.model.sensitivity import Sensitivity
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.files import Files
    from gate.pipeline.options import Options
    from gate.pipeline.reading import Ledger

NOTHING = Identity((), (), ())

#: Statements that a finding about a whole document names.
SHOWN = 5


class Scans:
    """The reports of one run by the images that they are of, and the VEX documents."""

    __slots__ = ("_bills", "_database", "_excuses", "_files", "_ledger", "_of")

    def __init__(self, files: Files, options: Options, ledger: Ledger, declarations: Declarations) -> None:
        """Read everything; an image that only a report knows is added to the subjects."""
        self._files = files
        self._ledger = ledger
        self._of: dict[str, list[Scan]] = {}
        self._database = self._dated(options.trivy_database) if options.trivy_database else ""
        for path in dict.fromkeys(options.trivy_reports):
            self._take(path, "trivy")
        for path in dict.fromkeys(options.grype_reports):
            self._take(path, "grype")
        self._bills: dict[str, list[Image]] = {}
        for path in dict.fromkeys(options.sboms):
            self._bill(path, scanned=bool(options.scanner))
        if options.scanner:
            self._start(options)
        self._excuses = _excuses(options, declarations)

    def speak_of(self, subject: Subject) -> bool:
        """Tell whether a scanner reported of a subject."""
        return subject.id in self._of

    def scanned(self, image: Image) -> Image:
        """Return an image with what scanners reported of it, before any policy is known."""
        scans = tuple(self._of.get(image.id, ()))
        return replace(image, packages=Packages(scans, Remediation((), None, ""))) if scans else image

    def given(self, image: Image, policy: Policy, sensitivity: Sensitivity) -> Image:
        """Return an image with what scanners reported of it, and by when the policy wants it fixed."""
        scans = self._of.get(image.id)
        if not scans:
            return image
        known = _known(image, scans)
        excused = tuple(self._excused(scan, known) for scan in scans)
        return replace(image, packages=Packages(excused, _remediation(policy, sensitivity)))

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for every VEX document with statements that excused nothing, once everything is judged."""
        for unused in self._excuses.unused().values():
            names = ", ".join(dict.fromkeys(one.ids[0] for one in unused[:SHOWN]))
            more = f" and {len(unused) - SHOWN} more" if len(unused) > SHOWN else ""
            statements = "a statement excuses" if len(unused) == 1 else f"{len(unused)} statements excuse"
            text = f"{statements} nothing that was reported of the product: {names}{more}"
            yield about("PKG012", text, unused[0].at)

    def _dated(self, path: str) -> str:
        """Read when trivy's data was made, which its reports do not say."""
        self._ledger.seen += 1
        try:
            updated, source = database(self._files, path)
        except InputError as error:
            self._ledger.not_understood.append(NotUnderstood(error.at, error.cause, error.remedy))
            return ""
        self._ledger.read[source.path] = source
        return updated

    def _take(self, path: str, scanner: Scanner) -> None:
        self._ledger.seen += 1
        try:
            found = report(self._files, path, scanner)
            self._ledger.read[found.source.path] = found.source
            images, match = _matching(found.scan, self._images()) or ([self._new(*image_of(found))], "report")
        except InputError as error:
            self._ledger.not_understood.append(NotUnderstood(error.at, error.cause, error.remedy))
            return
        made = found.scan.database or (self._database if scanner == "trivy" else "")
        for image in images:
            self._of.setdefault(image.id, []).append(replace(found.scan, match=match, database=made))

    def _bill(self, path: str, *, scanned: bool) -> None:
        """Read a bill of materials; one in a form that is not read here is left to the scanner that is started."""
        from gate.dialects.bill import OtherFormError
        from gate.pipeline import bills

        self._ledger.seen += 1
        try:
            found = bills.read(self._files, path)
            self._ledger.read[found.source.path] = found.source
            images, match = _matching(found.scan, self._images()) or ([self._new(*bills.image_of(found))], "report")
        except InputError as error:
            if not (scanned and isinstance(error, OtherFormError)):
                self._ledger.not_understood.append(NotUnderstood(error.at, error.cause, error.remedy))
            return
        self._bills[found.source.path] = images
        for one in images:
            self._of.setdefault(one.id, []).append(replace(found.scan, match=match))

    def _start(self, options: Options) -> None:
        """Have trivy scan what is named for it, beside whatever reports there are."""
        from tempfile import TemporaryDirectory

        from gate.pipeline.starting import Starting

        with TemporaryDirectory(prefix="boundary-gate-", ignore_cleanup_errors=True) as folder:
            starting = Starting(self._files, options, folder)
            for made in starting.scans(self._ledger.images):
                if isinstance(made, InputError):
                    self._ledger.not_understood.append(NotUnderstood(made.at, made.cause, made.remedy))
                    continue
                if made.is_new and made.image.id not in self._bills:
                    self._ledger.seen += 1
                    self._ledger.subjects.append(made.image)
                for image in self._bills.get(made.image.id, [made.image]):
                    self._of.setdefault(image.id, []).append(made.scan)

    def _images(self) -> list[Image]:
        return [one for one in self._ledger.subjects if isinstance(one, Image) and one.identity is not None]

    def _new(self, image: Image, definitions: tuple[Definition, ...]) -> Image:
        """Add an image of which nothing else tells to the subjects."""
        self._ledger.subjects.append(image)
        self._ledger.definitions += definitions
        return image

    def _excused(self, scan: Scan, known: Known) -> Scan:
        return replace(
            scan,
            vulnerabilities=tuple(
                replace(one, excuse=excuse) if (excuse := self._excuses.of(one, known)) is not None else one
                for one in scan.vulnerabilities
            ),
        )


def _excuses(options: Options, declarations: Declarations) -> Excuses:
    """Read the VEX documents from the trusted side of the run."""
    if not options.vex:
        return Excuses((), options.now)
    from gate.policy.vex import load_vex

    sources = [named_source(declarations.files, path, "VEX document") for path in dict.fromkeys(options.vex)]
    declarations.sources.update((source.path, source) for source in sources)
    return Excuses([statement for source in sources for statement in load_vex(source)], options.now)


def _matching(scan: Scan, images: list[Image]) -> tuple[list[Image], Match] | None:
    """Find the images that a report is of, by what ties it to them most surely; None when there are none."""
    known = [(image, image.identity or NOTHING) for image in images]
    possible = [(image, one) for image, one in known if not (one.layers and scan.layers) or _are_layers(one, scan)]
    by_digest = [image for image, one in possible if {*one.digests} & {*scan.digests}]
    by_layers = [image for image, one in possible if one.layers and _are_layers(one, scan)]
    if by_layers:
        return by_layers, "digest" if all(image in by_digest for image in by_layers) else "layers"
    if by_digest:
        return by_digest, "digest"
    names = {identity(name) for name in scan.names} - {""}
    by_name = [image for image, one in possible if {*one.names} & names]
    return (by_name, "name") if by_name else None


def _are_layers(one: Identity, scan: Scan) -> bool:
    """Say whether a report lists an image's layers; in a bill of materials they stand in any order."""
    return {*one.layers} == {*scan.layers} if scan.is_bill else one.layers == scan.layers


def _known(image: Image, scans: list[Scan]) -> Known:
    """Return by what VEX documents may know an image: not by what a bill of materials calls it, nor one made of a bill.

    A bill may be of the change, and could call an image as one is called that is excused.
    """
    told = [scan for scan in scans if not scan.is_bill]
    is_of_bill = any(scan.is_bill and scan.match == "report" for scan in scans)
    own = NOTHING if is_of_bill or image.identity is None else image.identity
    written = {*(() if is_of_bill else (image.name,)), *(name for scan in told for name in (*scan.names, scan.name))}
    names = {*own.names, *(called for scan in told for name in scan.names if (called := identity(name)))}
    digests = {*own.digests, *(digest for scan in told for digest in scan.digests)}
    return Known(frozenset(digests), frozenset(names), frozenset(written))


def _remediation(policy: Policy, sensitivity: Sensitivity) -> Remediation:
    whole, *unlabelled = dict.fromkeys(_asked(policy, reading) for reading in sensitivity.readings)
    return replace(whole, unlabelled=tuple(unlabelled))


def _asked(policy: Policy, sensitivity: Sensitivity) -> Remediation:
    exposure = sensitivity.axes.get("exposure")
    counted = sensitivity.cls or ("" if sensitivity.declared or policy.undeclared == "warn" else policy.undeclared)
    impact = policy.classes[counted] if counted else ""
    return Remediation(policy.remediation, None if exposure is None else exposure == "internet", impact)
