"""The one ledger of an image's scanners, as lines for a person."""

from __future__ import annotations

from gate.reporters.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.agreement import Agreement, Dispute, Hole, Witness

#: What is named of a list that is not asked for as a whole.
FEW = 5


def lines(ledger: Agreement, *, verbose: bool) -> Iterator[str]:
    """Say who tells what, on how much they agree, and what each does not see; of long lists the beginning."""
    scanners = {one.name for one in ledger.witnesses if one.vulnerabilities is not None}
    for one in ledger.witnesses:
        if verbose or len(scanners) > 1 or one.blind:
            yield _witness(one)
        yield from (f"  blind: {visible(text)}" for text in one.blind)
    if len(scanners) > 1:
        yield f"agree on {ledger.agreed} {'vulnerability' if ledger.agreed == 1 else 'vulnerabilities'}"
    for name in sorted(scanners):
        only = [_hole(one.hole) for one in ledger.alone if one.scanner == name]
        if only:
            yield f"only {name}: {_some(only, verbose=verbose)}"
    told = [_dispute(one) for one in ledger.disputes]
    yield from told if verbose else told[:FEW]
    if len(told) > FEW and not verbose:
        yield f"and {len(told) - FEW} more disagreements (--verbose)"


def _witness(one: Witness) -> str:
    head = " ".join(part for part in (one.name, visible(one.version)) if part)
    said = [f"{one.packages} packages"]
    if one.vulnerabilities is not None:
        said.insert(0, f"{one.vulnerabilities} vulnerabilities")
    said += [visible(one.system)] if one.system else []
    said += [f"data of {visible(one.database[:10])}"] if one.database else []
    return f"{head}: {', '.join(said)}"


def _dispute(one: Dispute) -> str:
    of = f"{_hole(one.hole)}: " if one.hole is not None else ""
    return f"disagree on the {one.about}: {of}{'; '.join(f'{name} says {visible(text)}' for name, text in one.said)}"


def _hole(one: Hole) -> str:
    return f"{visible(one.id)} in {visible(one.package)}"


def _some(names: list[str], *, verbose: bool) -> str:
    shown = names if verbose else names[:FEW]
    return ", ".join(shown) + (f" and {len(names) - FEW} more" if len(names) > len(shown) else "")
