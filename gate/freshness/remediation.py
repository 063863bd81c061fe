"""By when a fix has to be applied, as the profiles say that a policy may name.

Each profile is other people's text, put into hours. Where a profile asks what nobody told (whether the internet reaches
the workload, whether the hole is exploited), the deadline is an interval over every answer.

Sources: PCI DSS 4.0.1, 6.3.3 (critical within one month; the days of the others are the entity's own, 90 here);
FedRAMP Rev. 5 continuous monitoring playbook, POA&M; FedRAMP 20x vulnerability detection and response, VDR-TFR-PVR and
VDR-TFR-MAV; CISA BOD 26-04, as CERT/CC's decision table for SSVC has it. `default` is our own.
"""

from __future__ import annotations

from gate.model.record import Record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from gate.model.packages import Remediation
    from gate.model.rule import Severity

    Clock = Literal["fix", "publication"]
    Hours: TypeAlias = int | None

DAY = 24

#: Days by severity.
_BY_SEVERITY: dict[str, dict[Severity, int]] = {
    "default": {"critical": 15, "high": 30, "medium": 90, "low": 180},
    "pci-4.0.1": {"critical": 30, "high": 90, "medium": 90, "low": 90},
    "fedramp-rev5": {"critical": 30, "high": 30, "medium": 90, "low": 180},
}

#: Days by the impact of the system and the adverse impact of the hole, N5 to N2, for which the severities stand: where
#: it is likely exploitable and reached from the internet, likely exploitable and not reached, not likely exploitable.
_VDR: dict[str, dict[Severity, tuple[float, int, int]]] = {
    "low": {"critical": (4, 8, 32), "high": (8, 32, 64), "medium": (32, 64, 192), "low": (96, 160, 192)},
    "moderate": {"critical": (2, 4, 16), "high": (4, 8, 64), "medium": (16, 32, 128), "low": (48, 128, 192)},
    "high": {"critical": (0.5, 1, 8), "high": (2, 8, 32), "medium": (8, 16, 64), "low": (24, 96, 192)},
}

#: Days by what BOD 26-04 asks: known to be exploited, publicly exposed, automatable, and the technical impact (partial
#: or total); None is the next upgrade. Where three days come with forensics, the days are the same.
_BOD: dict[str, int | None] = {
    "nnn-p": None,
    "ynn-p": 14,
    "nyn-p": 60,
    "nny-p": 60,
    "yyn-p": 14,
    "yny-p": 14,
    "nyy-p": 14,
    "yyy-p": 3,
    "nnn-t": None,
    "ynn-t": 14,
    "nyn-t": 14,
    "nny-t": 60,
    "yyn-t": 3,
    "yny-t": 3,
    "nyy-t": 3,
    "yyy-t": 3,
}

#: What starts the clock: the fix, or the day from which a scan could find the hole, where a profile counts from its
#: discovery. A fix has to be there in any case.
CLOCKS: dict[str, Clock] = {
    "default": "fix",
    "pci-4.0.1": "fix",
    "fedramp-rev5": "publication",
    "fedramp-vdr": "publication",
    "bod-26-04": "publication",
}

EXPLOITED = "bod-26-04"


class Deadline(Record):
    """The hours that one profile allows, the fewest and the most that may be meant; None is no end."""

    profile: str
    least: Hours
    most: Hours
    clock: Clock

    @property
    def text(self) -> str:
        """Say it: who allows how much."""
        least, most = _said(self.least), _said(self.most)
        if self.least is None:
            return f"{self.profile} allows it until {least}"
        if self.most is None:
            return f"{self.profile} allows {least} days, or until {most}"
        return f"{self.profile} allows {least if least == most else f'{least}..{most}'} days"


def deadlines(asked: Remediation, severity: Severity, exploited: bool | None) -> tuple[Deadline, ...]:
    """Return what every profile allows; the strictest of them counts."""
    return tuple(
        _shorter([_deadline(profile, one, severity, exploited) for one in (asked, *asked.unlabelled)])
        for profile in asked.profiles
    )


def _shorter(found: list[Deadline]) -> Deadline:
    """Join what a profile allows with what labels say and without: the fewest hours, and the fewest at most."""
    first, *others = found
    if not others:
        return first
    least = [one.least for one in found if one.least is not None]
    most = [one.most for one in found if one.most is not None]
    return replace(first, least=min(least, default=None), most=min(most, default=None))


def _deadline(profile: str, asked: Remediation, severity: Severity, exploited: bool | None) -> Deadline:
    if profile in _BY_SEVERITY:
        found: list[Hours] = [_BY_SEVERITY[profile][severity] * DAY]
    elif profile == "fedramp-vdr":
        found = [int(days * DAY) for days in _impact_days(asked, severity, exploited)]
    else:
        found = [None if days is None else days * DAY for days in _directive_days(asked, exploited)]
    ended = [hours for hours in found if hours is not None]
    least = min(ended) if ended else None
    return Deadline(profile, least, None if None in found else max(ended), CLOCKS[profile])


def _impact_days(asked: Remediation, severity: Severity, exploited: bool | None) -> list[float]:
    """Take what is exploited as likely exploitable; of anything else that is not known."""
    rows = [_VDR[asked.impact]] if asked.impact else list(_VDR.values())
    found: list[float] = []
    for row in rows:
        reached, unreached, unlikely = row[severity]
        found += [reached] if asked.exposed is not False else []
        found += [unreached] if asked.exposed is not True else []
        found += [] if exploited else [unlikely]
    return found


def _directive_days(asked: Remediation, exploited: bool | None) -> list[int | None]:
    """Take every row that may be meant: whether an attack can be automated, and what it gains, nobody told."""
    marks = {True: "y", False: "n", None: "yn"}
    return [days for row, days in _BOD.items() if row[0] in marks[exploited] and row[1] in marks[asked.exposed]]


def _said(hours: Hours) -> str:
    if hours is None:
        return "the next upgrade"
    days, rest = divmod(hours, DAY)
    return f"{days}.5" if rest else str(days)
