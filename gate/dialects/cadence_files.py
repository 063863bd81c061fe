"""The names of the files that say what keeps images and templates up to date."""

from __future__ import annotations

#: Where Dependabot and Renovate look, in their order; of a `package.json` one key is Renovate's.
DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
RENOVATE = (
    "renovate.json",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".gitlab/renovate.json",
    ".gitlab/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.json5",
)
PACKAGE = "package.json"

#: Where GitHub looks for workflows, and what other services read.
WORKFLOWS = ".github/workflows"
PIPELINES = (
    ".azure-pipelines.yml",
    ".circleci/config.yml",
    ".gitlab-ci.yml",
    "Jenkinsfile",
    "azure-pipelines.yaml",
    "azure-pipelines.yml",
)

#: Folders below which any file may be one: workflows and actions.
_FOLDERS = (".github/", ".circleci/", ".gitlab/")

_ACTIONS = ("action.yml", "action.yaml")


def is_upkeep(path: str) -> bool:
    """Say whether a file may say what keeps something up to date; actions of a repository stand anywhere."""
    is_named = path in RENOVATE or path in PIPELINES or path == PACKAGE
    return is_named or path.startswith(_FOLDERS) or path.rpartition("/")[2] in _ACTIONS
