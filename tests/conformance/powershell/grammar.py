# ruff: noqa: T201 - a program, run in an environment of its own: it answers on its standard output
"""Asks tree-sitter's grammar of PowerShell for the commands of scripts: their names, and their words as written.

Run as a program it reads a JSON list of scripts and answers with a JSON list of their commands, null for a script that
the grammar does not take.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import Any

#: The grammar and what loads it.
PACKAGES = ("tree-sitter==0.26.1", "tree-sitter-powershell==0.26.4")

#: A command: its name, and its words; of a parameter with a colon the colon is a word of its own.
Command = list[str]


def ask(texts: list[str]) -> list[list[Command] | None]:
    """Return the commands of some scripts."""
    from tests.conformance.golang import CACHE

    folder = CACHE / f"powershell-{hashlib.sha256(repr(PACKAGES).encode()).hexdigest()[:16]}"
    if not (folder / "complete").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(pip, check=True)
        (folder / "complete").touch()
    done = subprocess.run(
        [str(folder / "bin" / "python"), __file__], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    answers: list[list[Command] | None] = json.loads(done.stdout)
    return answers


def _commands(node: Any, found: list[Command]) -> None:
    if node.type == "command":
        name = node.child_by_field_name("command_name")
        elements = next((one for one in node.children if one.type == "command_elements"), None)
        if name is not None and name.type == "command_name":
            words = [name.text.decode()]
            for one in elements.children if elements is not None else ():
                text = one.text.decode()
                if one.type == "command_argument_sep":
                    words += [":"] if text.strip() == ":" else []
                else:
                    words.append(text)
            found.append(words)
    for one in node.children:
        _commands(one, found)


def _main() -> None:
    import tree_sitter
    import tree_sitter_powershell  # type: ignore[import-not-found]

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    answers: list[list[Command] | None] = []
    for text in json.load(sys.stdin):
        root = parser.parse(text.encode()).root_node
        found: list[Command] = []
        _commands(root, found)
        answers.append(None if root.has_error else found)
    print(json.dumps(answers))


if __name__ == "__main__":
    _main()
