"""What Renovate moves on: its configuration file, or the key `renovate` of `package.json`.

Source: Renovate documentation, configuration options, presets and managers. Options are read as far as they decide
whether an image of a file is kept: presets of others, and patterns that are not safe to follow, leave a doubt.
"""

from __future__ import annotations

from gate.dialects.cadence_files import PACKAGE
from gate.dialects.cadence_patterns import by_glob, by_pattern
from gate.dialects.cadence_tree import at_path, entries_of, is_off, members_of, texts_of
from gate.model.cadence import Keeper
from gate.model.errors import InputError
from gate.syntax.json5 import parse
from gate.syntax.tree import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source
    from gate.syntax.tree import Node

TOOL = "Renovate"

#: The manager that reads each kind of file.
MANAGERS = {"dockerfile": "dockerfile", "compose": "docker-compose", "kubernetes": "kubernetes"}
_CATEGORIES = {"dockerfile": "docker", "docker-compose": "docker", "kubernetes": "kubernetes"}

#: What a preset of Renovate's own begins with; of these, some switch images off, leave folders out, or pin digests.
_OWN: tuple[str, ...] = (
    ":",
    "abandonments:",
    "config:",
    "customManagers:",
    "default:",
    "docker:",
    "global:",
    "group:",
    "helpers:",
)
_OWN += ("mergeConfidence:", "monorepo:", "npm:", "packages:", "preview:", "regexManagers:", "replacements:")
_OWN += ("schedule:", "security:", "workarounds:")
_OFF = frozenset({":disableRenovate", "default:disableRenovate", "docker:disable", ":onlyNpm", "default:onlyNpm"})
_ONLY_SECURITY = "security:only-security-updates"
_LEAVES_OUT = frozenset(
    {
        "config:base",
        "config:best-practices",
        "config:js-app",
        "config:js-lib",
        "config:recommended",
        ":ignoreModulesAndTests",
        "default:ignoreModulesAndTests",
    }
)
_PINS = frozenset({"config:best-practices", "docker:pinDigests"})
_FOLDERS = ("node_modules", "bower_components", "vendor", "examples", "__tests__", "test", "tests", "__fixtures__")
LEFT_OUT = tuple(f"**/{name}/**" for name in _FOLDERS)

_SCHEDULES = {
    "daily": 1,
    "nightly": 1,
    "earlyMondays": 7,
    "weekly": 7,
    "weekends": 7,
    "weekdays": 3,
    "nonOfficeHours": 1,
    "officeHours": 3,
    "monthly": 31,
    "quarterly": 92,
    "yearly": 366,
}

#: Updates that a rule may name; one that is for major ones alone takes none away that keep an image.
_MAJOR = frozenset({"major"})


def keepers(source: Source, path: str, kind: str, image: str) -> Iterator[Keeper]:
    """Yield what moves on an image that a file of a kind names; `image` is its name as Renovate has it."""
    try:
        root: Node | None = parse(source)
    except InputError as error:
        yield Keeper(TOOL, "bump", error.at, doubt=f"{source.path} cannot be read: {error.cause}")
        return
    if source.path.rpartition("/")[2] == PACKAGE:
        root = at_path(root, "renovate")
    if not isinstance(root, Mapping):
        return
    config = _Config(root, MANAGERS[kind], image, path)
    answer = config.answer(kind)
    if answer != "off":
        yield Keeper(TOOL, "bump", root.at, config.every(), answer, config.pins())


class _Config:
    """One configuration, asked about one image in one file. Answers are `off`, a doubt, or nothing where it is on."""

    __slots__ = ("_image", "_manager", "_path", "_presets", "_root")

    def __init__(self, root: Mapping, manager: str, image: str, path: str) -> None:
        self._root = root
        self._manager = manager
        self._image = image
        self._path = path
        self._presets = [one.partition("(")[0] for one in texts_of(root.get("extends"))]

    def answer(self, kind: str) -> str:
        """Say whether the image is kept."""
        asked = (self._switched(), self._paths(), self._picked(kind), self._rules())
        if is_off(self._root.get("enabled")):
            return "off"
        custom = self._custom()
        if "off" in asked:
            return custom or "off"
        foreign = self._foreign()
        if foreign:
            return f"it extends {foreign[:120]}, which is not in this repository"
        return next((one for one in asked if one), "")

    def _foreign(self) -> str:
        """Return the first preset that is not one of Renovate's own; empty where there is none."""
        return next((one for one in self._presets if not one.startswith(_OWN)), "")

    def _custom(self) -> str:
        """Say that a manager of the file's own may move the image on; nothing where none reads the file."""
        enabled = self._root.get("enabledManagers")
        if enabled is not None and not any("regex" in one or "jsonata" in one for one in texts_of(enabled)):
            return ""
        for name in ("customManagers", "regexManagers"):
            for manager in members_of(self._root.get(name)):
                patterns = [f"/{one}/" for one in texts_of(at_path(manager, "fileMatch"))]
                patterns += texts_of(at_path(manager, "managerFilePatterns"))
                if any(by_pattern(one, self._path) is not False for one in patterns):
                    return f"line {manager.at.line} of it has a manager of its own for this file"
        return ""

    def _switched(self) -> str:
        root = self._root
        managers = root.get("enabledManagers")
        off = is_off(root.get("enabled")) or not _OFF.isdisjoint(self._presets)
        off = off or (managers is not None and self._manager not in texts_of(managers))
        off = off or any(is_off(at_path(root, name, "enabled")) for name in (self._manager, "docker"))
        if off or self._image in texts_of(root.get("ignoreDeps")) or _ONLY_SECURITY in self._presets:
            return "off"
        asks = at_path(root, "dependencyDashboardApproval")
        return "somebody has to ask for every update" if isinstance(asks, Scalar) and asks.value is True else ""

    def _paths(self) -> str:
        """Ask the lists of paths; a list of the file takes the place of one that a preset gives."""
        included, ignored = self._root.get("includePaths"), self._root.get("ignorePaths")
        if texts_of(included):
            found = [by_glob(one, self._path) for one in texts_of(included)]
            if True not in found:
                return "its includePaths cannot be followed" if None in found else "off"
        listed = texts_of(ignored) if ignored is not None else [*LEFT_OUT] if self._leaves_out() else []
        # An entry without a pattern leaves out what has it anywhere in its path.
        found = [one in self._path or by_glob(one, self._path) for one in listed if one]
        return "off" if True in found else "its ignorePaths cannot be followed" if None in found else ""

    def _leaves_out(self) -> bool:
        return not _LEAVES_OUT.isdisjoint(self._presets)

    def _picked(self, kind: str) -> str:
        """Ask the patterns of the manager, and those that the file adds."""
        if _by_default(kind, self._path):
            return ""
        own = [f"/{one}/" for one in texts_of(at_path(self._root, self._manager, "fileMatch"))]
        own += texts_of(at_path(self._root, self._manager, "managerFilePatterns"))
        found = [by_pattern(one, self._path) for one in own]
        if True in found:
            return ""
        if not own and self._foreign():
            return f"what it extends may add patterns of {self._manager}"
        return f"its patterns of {self._manager} cannot be followed" if None in found else "off"

    def _rules(self) -> str:
        """Ask the package rules in their order: a later one counts more."""
        answer = ""
        for rule in members_of(self._root.get("packageRules")):
            enabled = at_path(rule, "enabled")
            if not isinstance(enabled, Scalar) or not isinstance(rule, Mapping):
                continue
            met = self._met(rule)
            if enabled.value is True and met is True:
                answer = ""
            elif enabled.value is False and met is not False:
                doubt = f"line {rule.at.line} of its rules may switch {self._image} off"
                answer = "off" if met is True else answer or doubt
        return answer

    def _met(self, rule: Mapping) -> bool | None:
        """Say whether a rule speaks of the image as a whole; None where that is not known."""
        answers = [
            self._matcher(name, node) for name, node in entries_of(rule) if name.startswith(("match", "exclude"))
        ]
        if False in answers:
            return False
        return None if None in answers else True

    def _matcher(self, name: str, node: Node) -> bool | None:
        values = texts_of(node)
        if name == "matchManagers":
            return self._manager in values
        if name == "matchDatasources":
            return "docker" in values
        if name == "matchCategories":
            return _CATEGORIES[self._manager] in values
        if name in ("matchFileNames", "matchPaths"):
            return _either([by_glob(one, self._path) for one in values])
        if name in ("matchPackageNames", "matchDepNames"):
            return _either([_names(one, self._image) for one in values])
        if name == "matchUpdateTypes":
            return None if set(values) - _MAJOR else False
        return None

    def pins(self) -> bool:
        """Say whether it gives digests to images that have none, or what it extends may."""
        if self._foreign():
            return True
        named = [at_path(self._root, *keys, "pinDigests") for keys in ((), ("docker",), (self._manager,))]
        rules = [one for one in members_of(self._root.get("packageRules")) if isinstance(one, Mapping)]
        named += [rule.get("pinDigests") for rule in rules if self._met(rule) is True]
        return not _PINS.isdisjoint(self._presets) or any(
            isinstance(one, Scalar) and one.value is True for one in named
        )

    def every(self) -> int | None:
        """Return the days between two runs where a preset says it; Renovate itself runs at any time."""
        found = [_SCHEDULES.get(one.removeprefix("schedule:")) for one in self._presets if one.startswith("schedule:")]
        return max((one for one in found if one), default=None)


def _by_default(kind: str, path: str) -> bool:
    """Say whether a manager reads a file without being told to; that of Kubernetes reads none."""
    name = path.rpartition("/")[2].lower()
    if kind == "dockerfile":
        stem = name.rpartition(".")[2]
        return name.startswith(("dockerfile", "containerfile")) or stem in ("dockerfile", "containerfile")
    return kind == "compose" and "compose" in name and name.endswith((".yaml", ".yml"))


def _either(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _names(pattern: str, image: str) -> bool | None:
    """Match a name, exactly or by a glob; expressions and negations are not followed."""
    if pattern.startswith(("/", "!")):
        return None
    return pattern == image or by_glob(pattern, image)
