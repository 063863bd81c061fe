"""Comments, annotations and labels by which other tools are told to look away: they change nothing, and are listed.

Whoever reviews a change should see them all the same, since the other tool obeys them. Only where one stands is kept,
never what it says. A spelling is looked for as it is written; one that only a parser would see (an escaped key) is not
found, and changes as little.
"""

from __future__ import annotations

from gate.model.coverage import Suppression
from gate.model.record import Record
from gate.model.source import Archive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.source import Source

#: Entries of one file that are listed; the others change as little.
MOST = 1_000


class Mark(Record):
    """How one tool is told: words of which each such mark holds one, in lower case, and what the mark looks like.

    Patterns are matched without regard to case. Every repetition in them is bounded, so that matching is linear.
    """

    tool: str
    words: tuple[bytes, ...]
    pattern: str


#: Each with where the tool reads it. Dockle has none: it reads `.dockleignore`, `DOCKLE_IGNORES` and its options.
MARKS = (
    # hadolint src/Hadolint/Pragma.hs: `hadolint ignore=`, `hadolint global ignore=`
    Mark("hadolint", (b"hadolint",), r"#[ \t]{0,80}hadolint[ \t]{1,80}(?:[a-z]{1,20}[ \t]{1,80})?ignore[ \t]{0,80}="),
    # moby/buildkit frontend/dockerfile/parser/directives.go and linter/linter.go ParseLintOptions
    Mark(
        "BuildKit checks",
        (b"skip",),
        r"^[ \t]{0,80}#[ \t]{0,80}check[ \t]{0,80}=[ \t]{0,80}"
        r"(?:[a-z]{1,20}=[^;\n]{0,200};[ \t]{0,80})?skip[ \t]{0,80}=",
    ),
    # checkov common/comment/enum.py; kubernetes/kubernetes_utils.py; cloudformation/context_parser.py (`Metadata`)
    Mark(
        "Checkov",
        (b"checkov", b"bridgecrew", b"cortex"),
        r"\b(?:checkov|bridgecrew|cortex)(?::skip=|\.io/skip|[\"']?\s{0,80}:\s{0,80}(?:\{\s{0,80})?[\"']?skip[\"']?\s{0,80}:)",
    ),
    # trivy pkg/iac/ignore/parse.go: pairs of a name and a value, `ignore` among them
    Mark("Trivy", (b"trivy:",), r"\btrivy:(?:[^\s:]{1,80}:[^\s:]{0,80}:){0,4}ignore:"),
    Mark("tfsec", (b"tfsec:",), r"\btfsec:(?:[^\s:]{1,80}:[^\s:]{0,80}:){0,4}ignore:"),
    # kics pkg/model/model.go KICSCommentRgxp; docs/running-kics.md
    Mark("KICS", (b"kics-scan",), r"\bkics-scan[ \t]{1,80}(?:ignore|disable|enable)"),
    # semgrep src/reporting/Nosemgrep.ml: the old spelling is `nosem`
    Mark("Semgrep", (b"nosem",), r"(?<![\w-])nosem(?:grep)?(?![\w-])"),
    # bandit core/manager.py NOSEC_COMMENT; gosec analyzer.go
    Mark("Bandit or gosec", (b"nosec", b"gosec:"), r"(?:#|//)[ \t]{0,80}(?:nosec\b|gosec:disable)"),
    # kube-linter pkg/ignore/annotations.go
    Mark("KubeLinter", (b"kube-linter.io/",), r"\b(?:ignore-check\.kube-linter\.io/|kube-linter\.io/ignore-all)"),
    # kube-score scorecard/scorecard.go; parser/parser.go
    Mark("kube-score", (b"kube-score/",), r"\bkube-score/(?:ignore|skip)\b"),
    # kubeaudit pkg/override/override.go, the deprecated prefixes with it
    Mark(
        "kubeaudit",
        (b"kubeaudit.io/", b"audit.kubernetes.io/"),
        r"\b(?:container\.)?(?:kubeaudit\.io/|audit\.kubernetes\.io/(?=[\w.-]{1,200}allow-))",
    ),
    # polaris pkg/validator/schema.go hasExemptionAnnotation
    Mark("Polaris", (b"polaris.fairwinds.com/",), r"\bpolaris\.fairwinds\.com/(?:[\w.-]{1,200}-)?exempt(?!\w)"),
    # terrascan pkg/utils/skip_rules.go
    Mark("Terrascan", (b"runterrascan.io/skip", b"ts:skip="), r"\b(?:runterrascan\.io/skip|ts:skip=)"),
    # datree bl/evaluation SKIP_RULE_PREFIX
    Mark("Datree", (b"datree.skip/",), r"\bdatree\.skip/"),
    # Snyk Code: `deepcode ignore` and `file deepcode ignore`; Snyk reads `snyk:ignore` nowhere, though people write it
    Mark("Snyk", (b"deepcode", b"snyk:ignore"), r"\b(?:deepcode[ \t]{1,80}ignore|snyk:ignore)\b"),
    # SonarQube: the word alone
    Mark("SonarQube", (b"nosonar",), r"\bnosonar\b"),
)


def suppressions(sources: Iterable[Source]) -> Iterator[Suppression]:
    """Yield every such mark in the files that were read, in the order of the files and of their lines."""
    for source in sources:
        if not isinstance(source, Archive):
            yield from sorted(_found(source), key=lambda one: (one.at.start, one.tool))[:MOST]


def _found(source: Source) -> Iterator[Suppression]:
    """Search one file, with a pattern only where one of its words is."""
    lowered = source.data.lower()
    for mark in MARKS:
        if any(word in lowered for word in mark.words):
            import re

            pattern = re.compile(mark.pattern, re.ASCII | re.IGNORECASE | re.MULTILINE)
            for number, match in enumerate(pattern.finditer(source.text)):
                if number >= MOST:
                    break
                yield Suppression(mark.tool, source.location(match.start(), match.end()))
