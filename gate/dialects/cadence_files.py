"""The names of the files that say what keeps images and templates up to date."""

from __future__ import annotations

#: Folders below which any file may be one: workflows and actions.
_FOLDERS = (".github/", ".circleci/", ".gitlab/")

_NAMES = frozenset(
    {
        ".azure-pipelines.yml",
        ".gitlab-ci.yml",
        ".renovaterc",
        ".renovaterc.json",
        ".renovaterc.json5",
        "Jenkinsfile",
        "action.yaml",
        "action.yml",
        "azure-pipelines.yaml",
        "azure-pipelines.yml",
        "package.json",
        "renovate.json",
        "renovate.json5",
    }
)


def is_upkeep(path: str) -> bool:
    """Say whether a file may say what keeps something up to date; actions of a repository stand anywhere."""
    name = path.rpartition("/")[2]
    return path.startswith(_FOLDERS) or (name in _NAMES and (name == path or name.startswith("action.")))
