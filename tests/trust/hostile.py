"""A repository that tries to change its own verdict: modules to be imported, other tools' configuration, variables."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: What is judged, the same in every tree.
JUDGED = {
    "Dockerfile": "FROM debian:12\nRUN apt-get update\nUSER root\n",
    "deploy/compose.yaml": "services:\n  agent:\n    image: agent:1\n    privileged: true\n",
    "deploy/pod.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: [{name: a, image: b}]}\n"
    ),
    "vm/a.pkr.hcl": 'source "qemu" "a" {\n  iso_url = "http://example.org/a.iso"\n}\n',
}

#: Modules that the gate, what it needs, the interpreter or a test runner would import.
MODULES = (
    "json re yaml hashlib os sys types typing fnmatch difflib subprocess secrets pathlib datetime time gc contextlib "
    "tree_sitter tree_sitter_hcl pydantic jsonschema sitecustomize usercustomize conftest setup encodings runpy "
    "_yaml importlib argparse traceback"
).split()

#: Configuration by which other tools, or a gate that reads what it finds, would be told to pass.
CONFIGURATION = {
    ".trivyignore": "*\n",
    "trivy.yaml": "exit-code: 0\nseverity: [CRITICAL]\nscan: {skip-dirs: ['**']}\n",
    ".hadolint.yaml": "no-fail: true\nignored: [DL3002]\n",
    ".checkov.yaml": "external-checks-dir: [checks]\nsoft-fail: true\n",
    ".kube-linter.yaml": "checks: {doNotAutoAddDefaults: true}\n",
    ".gateignore": "*\n",
    ".dockerignore": "**\n",
    ".snyk": "ignore: {'*': []}\n",
    "gate.yaml": "version: 1\npolicy: lax\n",
    "gate.toml": "[gate]\nexit_zero = true\n",
    "pyproject.toml": "[tool.gate]\nexit-zero = true\npolicy = 'lax.yaml'\n",
    "setup.cfg": "[gate]\nexit-zero = true\n[install]\nprefix = .\n",
    "tox.ini": "[gate]\nexit-zero = true\n",
    "pip.conf": "[global]\nno-index = true\n",
    "lax.yaml": "name: lax\nextends: standard\n",
    "policies/standard.yaml": "name: standard\nrequirements: []\n",
    "gate/policies/standard.yaml": "name: standard\nrequirements: []\n",
    "gate/schemas/report.schema.json": "true\n",
    ".config/gate/config.yaml": "version: 1\n",
}

#: Paths of the tree in every variable that might name code, and values that would make other programs lenient.
LENIENT = {
    "TRIVY_EXIT_CODE": "0",
    "TRIVY_IGNOREFILE": ".trivyignore",
    "TRIVY_CONFIG": "trivy.yaml",
    "HADOLINT_NOFAIL": "1",
    "HADOLINT_IGNORE": "DL3002",
    "CKV_SOFT_FAIL": "true",
    "GATE_CONFIG": "gate.yaml",
    "GATE_POLICY": "lax.yaml",
    "GATE_DECLARATION": "gate.yaml",
    "GATE_EXIT_ZERO": "1",
    "GATE_FAIL_ON": "never",
    "GATE_NOW": "1999-01-01",
    "GATE_STAGE": "commit",
    "SOURCE_DATE_EPOCH": "0",
    "COMPOSE_FILE": "nothing.yaml",
    "COMPOSE_PROFILES": "none",
    "COMPOSE_PROJECT_NAME": "other",
    "DOCKER_HOST": "tcp://127.0.0.1:1",
    "DOCKER_BUILDKIT": "0",
    "BUILDKIT_SYNTAX": "example.org/lax",
    "KUBECONFIG": "kubeconfig",
    "PKR_VAR_iso_url": "https://example.org/b.iso",
    "PACKER_CONFIG": "packer.json",
}


def tree(folder: Path, canary: Path) -> Path:
    """Write the repository; whatever of it is executed leaves its name in the canary."""
    write(folder, {**JUDGED, **CONFIGURATION})
    for name in MODULES:
        module(folder / f"{name}.py", canary, name)
    for name in ("gate/__init__.py", "gate/__main__.py", "gate/cli/__init__.py", "gate/cli/main.py", "checks/x.py"):
        module(folder / name, canary, name)
    for name in ("hostile.pth", "distutils-precedence.pth", "gate.pth"):
        (folder / name).write_text(f"import sys; open({str(canary)!r}, 'a').write('{name} ')\n", encoding="utf-8")
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    below = folder / "lib" / python / "site-packages"
    below.mkdir(parents=True)
    shutil.copy2(folder / "hostile.pth", below / "hostile.pth")
    module(below / "usercustomize.py", canary, "user-site")
    return folder


def plain(folder: Path) -> Path:
    """Write the same repository without anything hostile."""
    return write(folder, JUDGED)


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files, and make the folder the root of a repository."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def module(file: Path, canary: Path, name: str) -> None:
    """Write a module that leaves its name in the canary and ends the process as if all were well."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # Without `open`, which works only once `encodings` has been imported.
    opened = f"posix.open({str(canary)!r}, posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND)"
    text = f"import posix\nposix.write({opened}, {(name + ' ').encode()!r})\nposix._exit(0)\n"
    file.write_text(text, encoding="utf-8")


def variables(folder: Path, *, home: bool = True) -> dict[str, str]:
    """Return an environment that points at the tree wherever the interpreter or another tool would look."""
    here = str(folder)
    python = {
        "PYTHONPATH": f".{os.pathsep}{here}",
        "PYTHONSTARTUP": f"{here}/sitecustomize.py",
        "PYTHONUSERBASE": here,
        "PYTHONPYCACHEPREFIX": f"{here}/cache",
        "PYTHONWARNINGS": "error::hostile.Warning",
        "PYTHONBREAKPOINT": "conftest.main",
        "PYTHONINSPECT": "1",
        **({"PYTHONHOME": here} if home else {}),
    }
    return {**LENIENT, **python, "HOME": here, "XDG_CONFIG_HOME": f"{here}/.config"}


#: The program that installers make of the entry point: today's, and that of older ones, which imports `re`.
SCRIPTS = {
    "new": (
        "import sys\nfrom gate.cli.main import console\n"
        "if __name__ == '__main__':\n"
        "    sys.argv[0] = sys.argv[0].removesuffix('.exe')\n    sys.exit(console())\n"
    ),
    "old": (
        "import re\nimport sys\nfrom gate.cli.main import console\n"
        "if __name__ == '__main__':\n"
        "    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n    sys.exit(console())\n"
    ),
}


def installed(folder: Path) -> Path:
    """Install the gate as the Action does, and its program as installers do; return the folder of programs."""
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    asked = [str(python), "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    shutil.copytree(ROOT / "gate", packages / "gate", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("policies", "schemas"):
        shutil.copytree(ROOT / name, packages / "gate" / name)
    (packages / "needs.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    for name, text in SCRIPTS.items():
        script = folder / "bin" / f"gate-{name}"
        script.write_text(f"#!{python}\n{text}", encoding="utf-8")
        script.chmod(0o755)
    return folder / "bin"
