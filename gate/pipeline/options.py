"""What one run was asked to do."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.policy import Stage


class Options(Record):
    """The command line of `gate check`, checked; paths as given, `now` an ISO 8601 day.

    `detailed` asks for what only the JSON report shows, and no verdict rests on. An index has its kind (apk, deb or
    rpm) before its path.
    """

    paths: tuple[str, ...]
    images: tuple[str, ...]
    policy: str
    declaration: str
    kubernetes_version: str
    now: str
    stage: Stage | None
    verbose: bool
    formats: tuple[tuple[str, str], ...]
    detailed: bool = True
    trusted_ref: str = ""
    trivy_reports: tuple[str, ...] = ()
    grype_reports: tuple[str, ...] = ()
    vex: tuple[str, ...] = ()
    baseline: str = ""
    write_baseline: bool = False
    trivy_database: str = ""
    against: str = ""
    scanner: str = ""
    trivy: str = ""
    trivy_cache: str = ""
    rootfs: tuple[str, ...] = ()
    sboms: tuple[str, ...] = ()
    data: str = ""
    online: bool = False
    indexes: tuple[tuple[str, str], ...] = ()
    render: bool = False

    @property
    def reports(self) -> tuple[str, ...]:
        """The reports of scanners, and what only a scanner reads."""
        return (*self.trivy_reports, *self.grype_reports, *self.rootfs, *self.sboms)
