"""What `gate explain` says of whatever a report, a policy or a declaration names, apart from rules and ways out."""

from __future__ import annotations

from gate.boundary.facts import FACTS
from gate.boundary.level import HARDENED_NEEDS, NAMES, WEAKENED, WHOLE
from gate.model.errors import UsageError
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES
from gate.pipeline.escape_page import escape_page, pages_of_bug
from gate.pipeline.pages import explained, names_of_rules, rule_named
from gate.policy.describe import requirement, spelled
from gate.policy.shipped import DEFAULT, SHIPPED, shipped_policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.policy import Condition, RequirementRule

#: What stands between a workload at a level and everything else, as in the README.
LADDER = (
    "nothing: the manifest hands the host over",
    "the shared kernel, with a default protection taken away",
    "the shared kernel with the platform's defaults",
    "the shared kernel, hardened: no root, capabilities or privilege gain, filtered system calls, nothing of the host",
    "a kernel in user space (gVisor)",
    "a kernel of its own on virtual hardware (Kata Containers, Firecracker, Hyper-V)",
    "a virtual machine of its own",
    "a host of its own",
)

#: What a workload says of itself on each axis, as in docs/declaration.md.
HARM = "the harm if it is lost (FIPS 199); the class implies one for confidentiality"
ASKS = {
    "sensitivity": "the class",
    "confidentiality": HARM,
    "integrity": HARM,
    "availability": HARM,
    "label": "a government classification",
    "tenancy": "whom it serves; `soft`: tenants who trust each other in part, `hard`: not at all",
    "code_trust": "whose code runs: `untrusted` is customers' code, plug-ins, jobs from forks, generated code; "
    "`hostile` is malware on purpose",
    "exposure": "who reaches it",
    "host_trust": "whether whoever runs the host may see its memory",
    "regulated": "the regimes it falls under",
    "placement": "whose workloads share its hosts: nobody's, the same tenant's and security domain's, the same team's, "
    "anybody's",
    "role": "a part of the platform itself",
}
VALUES: dict[str, tuple[str, ...]] = {
    "sensitivity": CLASSES,
    **AXES,
    "regulated": REGIMES,
    "placement": PLACEMENTS,
    "role": ROLES,
}

#: Fields of conditions by the name of the axis that they rest on, where that is another one.
RESTS_ON: dict[str, tuple[str, ...]] = {"sensitivity": ("class", "impact", "confidentiality")}
RESTS_ON |= {name: (name, "impact") for name in ("confidentiality", "integrity", "availability")}

#: Where each score is described.
SCORES = {
    "image_age": "how old a recipe's base or an image's packages are, in points of 100 (docs/image-age.md)",
    "package_freshness": "how much that could have been fixed was not, in points of 100 (docs/vulnerabilities.md)",
    "isolation_fitness": "how far the level is from what is required, and which ways out are open, in points of 100",
}

KNOWN = (
    "a rule (ISO004), a requirement (R5), a level (L4), a fact (W.host_pid), a way out (E10, `escapes`, or a CVE that "
    "is one), what is declared (code_trust) or a score (image_age)"
)

WEIGHTS = {
    "grant": "the workload has the host: L0",
    "weakener": "less than the platform's default: L1 at most",
    "hardening": "a safeguard that L3 needs",
    "safeguard": "a safeguard that no level needs",
    "note": "a risk that is reported and moves no level",
}


def explanation(name: str) -> Iterator[str]:
    """Yield the lines about a name; raise UsageError for one that stands for nothing, with what was probably meant."""
    wanted = name.strip()
    if rule_named(wanted):
        yield explained(wanted)
        return
    for page in (escape_page, _bug, _requirement, _level, _fact, _axis, _score):
        lines = list(page(wanted))
        if lines:
            yield from lines
            return
    raise UsageError(f"there is nothing called {wanted} to explain", remedy=_nearest(wanted))


def _nearest(name: str) -> str:
    """Ask whether something else was meant, or say what there is."""
    from difflib import get_close_matches

    from gate.boundary.escape_matrix import MATRIX

    path, is_subject, _ = name.partition("#")
    if is_subject:
        return f"`gate check --verbose {path}` shows what the verdict on it rests on"
    others = [
        *NAMES,
        *WEAKENED.values(),
        *FACTS,
        *VALUES,
        *DIMENSIONS,
        *(one.id for one in _requirements()),
        *(one.id for one in MATRIX),
    ]
    by_name = {one.lower(): one for one in (*names_of_rules(), *others, "escapes")}
    near = get_close_matches(name.lower(), by_name, 3)
    meant = " or ".join(by_name[one] for one in near)
    return f"did you mean {meant}?" if near else f"name {KNOWN}; `gate explain` lists the rules"


def _bug(name: str) -> Iterator[str]:
    """Explain the ways out that a vulnerability is; of any other a scanner's report has to speak."""
    wanted = name.upper()
    yield from pages_of_bug(wanted)
    if wanted.startswith(("CVE-", "GHSA-")) and not [*pages_of_bug(wanted)]:
        yield f"{wanted} is no way out of a container that is judged here. What scanners report of an image by that"
        yield "name counts for its packages (`gate explain PKG009`): give it with --trivy-report or --grype-report."


def _requirements() -> Iterator[RequirementRule]:
    """Yield the requirements of every shipped pack, each as often as packs word it differently."""
    said = [rule for pack in SHIPPED for rule in shipped_policy(pack).requirements]
    yield from dict.fromkeys(said)


def _requirement(name: str) -> Iterator[str]:
    packs = {pack: shipped_policy(pack).requirements for pack in SHIPPED}
    for rule in _requirements():
        if rule.id == name.upper():
            yield f"# {rule.id} of policy {' and '.join(pack for pack, rules in packs.items() if rule in rules)}"
            yield ""
            yield from requirement(rule)
            yield ""


def _level(name: str) -> Iterator[str]:
    if name.lower() in WEAKENED.values():
        yield from _weakened(name.lower())
    found = [at for at, one in enumerate(NAMES) if name.upper() in (f"L{at}", one.upper())]
    for number in found:
        yield f"# L{number} {NAMES[number]}"
        yield ""
        yield f"What stands between a workload and everything else: {LADDER[number]}."
        yield from _makes(number)
        yield from _asked(number)


def _weakened(name: str) -> Iterator[str]:
    kinds = [f"{kind} (L{level})" for kind, level in WHOLE.items() if WEAKENED[kind] == name]
    yield f"# {name}"
    yield ""
    yield f"A boundary of a kind that has a higher level, as long as nothing leads around it: {', '.join(kinds)}."
    yield "Its level says how much does: a path, a device or a folder of the host, or an option of the boundary itself."


def _makes(number: int) -> Iterator[str]:
    """Name the facts that make a level of the shared kernel."""
    weight = {0: "grant", 1: "weakener"}.get(number)
    if weight:
        yield ""
        yield "Any of these facts makes it, where no sandbox contains that:"
        risks = (fact for fact in FACTS.values() if (fact.weight, fact.phase) == (weight, "runtime"))
        yield from (f"- {fact.id}  {fact.title}" for fact in risks)
    if NAMES[number] == "hardened-shared-kernel":
        yield ""
        yield "All of these facts make it, with one of H.nonroot and H.userns:"
        yield from (f"- {fact}  {FACTS[fact].title}" for fact in HARDENED_NEEDS)


def _asked(number: int) -> Iterator[str]:
    asking = [rule for rule in shipped_policy().requirements if f"L{number}" in (rule.level, rule.allows)]
    if asking:
        yield ""
        yield f"The policy {DEFAULT} speaks of it in {', '.join(rule.id for rule in asking)}."


def _fact(name: str) -> Iterator[str]:
    fact = next((one for one in FACTS.values() if one.id.lower() == name.lower()), None)
    if fact is None:
        return
    from gate.boundary.escape_matrix import MATRIX
    from gate.rules import asking

    yield f"# {fact.id} {fact.title}"
    yield ""
    yield f"{WEIGHTS[fact.weight][:1].upper()}{WEIGHTS[fact.weight][1:]}."
    rules = [rule for rule, entry in asking("workload").items() if fact.id in entry.facts]
    ways = [way.id for way in MATRIX if fact.id in {term.lstrip("!") for terms in way.alternatives for term in terms}]
    yield f"Rules: {', '.join(rules) or 'none'}. Ways out that it decides: {', '.join(ways) or 'none'}."


def _axis(name: str) -> Iterator[str]:
    axis = {"class": "sensitivity"}.get(name.lower(), name.lower().replace("-", "_"))
    if axis not in VALUES:
        return
    fields = RESTS_ON.get(axis, (axis,))
    yield f"# {axis}"
    yield ""
    yield f"Declared of a workload: {ASKS[axis]}."
    yield f"Values: {', '.join(VALUES[axis])}."
    yield ""
    for rule in shipped_policy().requirements:
        if any(_rests_on(condition, fields) for condition in rule.when):
            yield f"{rule.id}  {rule.allows or rule.level}  when {spelled(rule.when)}"
    yield ""
    yield f"These are requirements of the policy {DEFAULT}; docs/declaration.md has all keys of a declaration."


def _rests_on(condition: Condition, fields: tuple[str, ...]) -> bool:
    inner = (one for alternative in condition.alternatives for one in alternative)
    return condition.field in fields or any(_rests_on(one, fields) for one in inner)


def _score(name: str) -> Iterator[str]:
    score = next((one for one in DIMENSIONS if one == name.lower().replace("-", "_").replace(" ", "_")), None)
    if score is None:
        return
    yield f"# {score}"
    yield ""
    yield f"It says {SCORES[score]}. `gate check --verbose` shows what was taken off."
    for pack in SHIPPED:
        least = (f"{cls} {shipped_policy(pack).thresholds[cls][score].minimum}" for cls in CLASSES)
        yield f"The least that the policy {pack} is content with: {', '.join(least)}."
