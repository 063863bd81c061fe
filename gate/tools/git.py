"""Reads the object store of a git repository: commits, trees and blobs, never the index's or the working tree's files.

Only plumbing is started, with the configuration of the system and of the user left out and everything in the
repository's own that could start a program or open a connection switched off (git-config(1): core.fsmonitor,
core.hooksPath, protocol.allow). Replacement objects and lazily fetched ones are not used, because neither is what the
commit's name stands for.
"""

from __future__ import annotations

import os
import subprocess

from gate.model.record import Record

REGULAR, LINK, SUBMODULE = "100", "120", "160"

#: Seconds that one command may take; a tree of a million files takes a few.
PATIENCE = 120

_SETTINGS = (
    "--no-pager",
    "--no-replace-objects",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=false",
    "-c", "protocol.allow=never",
)  # fmt: skip


class GitError(Exception):
    """Something could not be read from the repository; the text is a clause that says what."""


class Entry(Record):
    """One file of a tree: `mode` is git's own, in octal digits."""

    mode: str
    blob: str

    @property
    def is_regular(self) -> bool:
        """Whether it is a file with bytes of its own."""
        return self.mode.startswith(REGULAR)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode.startswith(LINK)


class Repository:
    """One repository by its working tree's root; `close` ends the process that hands out blobs."""

    __slots__ = ("_blobs", "_git", "root")

    def __init__(self, root: str) -> None:
        """Find git; raise GitError where there is none."""
        self.root = root
        self._git = _program()
        self._blobs: subprocess.Popen[bytes] | None = None

    def commit(self, name: str) -> str:
        """Return the full id of the commit that a name stands for."""
        if not name or name.startswith("-") or any(ord(character) < 33 for character in name):
            raise GitError(f"{name!r} is no name of a commit")
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        found = done.stdout.decode("ascii", "replace").strip()
        if done.returncode or not found:
            raise GitError(f"the commit {name} is not in this repository")
        return found

    def merge_base(self, one: str, other: str) -> str:
        """Return the commit that two commits both come from."""
        done = self._run("merge-base", "--end-of-options", one, other)
        found = done.stdout.decode("ascii", "replace").split()
        if done.returncode or not found:
            raise GitError(f"the history here does not say where {one[:12]} and {other[:12]} part")
        return found[0]

    def files(self, commit: str) -> dict[str, Entry]:
        """Return every file of a commit's tree by its path."""
        done = self._run("ls-tree", "-r", "-z", "--full-tree", commit)
        if done.returncode:
            raise GitError(f"the tree of {commit[:12]} cannot be read: {_said(done.stderr)}")
        entries = (line.partition(b"\t") for line in done.stdout.split(b"\0") if line)
        return {path.decode("utf-8", "surrogateescape"): Entry(*_mode_and_blob(about)) for about, _tab, path in entries}

    def differing(self, commit: str) -> set[str]:
        """Return the paths that are in the commit or in the index and that may differ from the working tree.

        Where times do not tell, git reads the file through the filter programs that the repository configures; so it is
        given the objects and the index in a repository without any configuration.
        """
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="boundary-gate-") as folder:
            environment = self._bare(folder)
            arguments = ("--raw", "-z", "--no-renames", "--ignore-submodules", commit, "--")
            done = self._run("diff-index", *arguments, environment=environment)
        if done.returncode:
            raise GitError(f"{commit[:12]} cannot be compared with the working tree: {_said(done.stderr)}")
        return {part.decode("utf-8", "surrogateescape") for part in done.stdout.split(b"\0")[1::2]}

    def untracked(self) -> set[str]:
        """Return what is in the working tree and not in the index, ignored files too; other repositories end in `/`."""
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="boundary-gate-") as folder:
            done = self._run("ls-files", "--others", "-z", environment=self._bare(folder))
        if done.returncode:
            raise GitError(f"the working tree cannot be listed: {_said(done.stderr)}")
        return {part.decode("utf-8", "surrogateescape") for part in done.stdout.split(b"\0") if part}

    def blob(self, entry: Entry, most: int) -> bytes | None:
        """Return a file's bytes, None when it has more than `most` of them."""
        process = self._blob_process()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(entry.blob.encode("ascii") + b"\n")
            process.stdin.flush()
            header = process.stdout.readline(200).split()
        except OSError as error:
            raise GitError(f"the object {entry.blob[:12]} cannot be read: {error.strerror}") from None
        if len(header) != 3 or header[1] != b"blob":
            self.close()
            raise GitError(f"the object {entry.blob[:12]} is not in this repository")
        size = int(header[2])
        if size > most:
            self.close()  # rather than read what nobody wants
            return None
        data = process.stdout.read(size + 1)
        if len(data) != size + 1:
            self.close()
            raise GitError(f"the object {entry.blob[:12]} is cut short")
        return data[:-1]

    def close(self) -> None:
        """End the process that hands out blobs."""
        if self._blobs is not None:
            self._blobs.kill()
            self._blobs.communicate()
            self._blobs = None

    def _bare(self, folder: str) -> dict[str, str]:
        """Make a repository that has this one's objects and index and nothing else; return how git finds it."""
        asked = ("objects", "index")
        found = self._run(
            "rev-parse", "--show-object-format", *(word for name in asked for word in ("--git-path", name))
        )
        lines = found.stdout.decode("utf-8", "surrogateescape").splitlines()
        if found.returncode or len(lines) != 1 + len(asked):
            raise GitError(f"the repository cannot be read: {_said(found.stderr)}")
        for inner in ("objects", "refs"):
            os.mkdir(os.path.join(folder, inner))
        extension = "[extensions]\n\tobjectFormat = sha256\n" if lines[0] == "sha256" else ""
        version = "1" if extension else "0"
        for name, text in (
            ("HEAD", "ref: refs/heads/none\n"),
            ("config", f"[core]\n\trepositoryformatversion = {version}\n{extension}"),
        ):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        return {
            "GIT_DIR": folder,
            "GIT_WORK_TREE": self.root,
            "GIT_OBJECT_DIRECTORY": os.path.join(self.root, lines[1]),
            "GIT_INDEX_FILE": os.path.join(self.root, lines[2]),
        }

    def _run(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                self._command(arguments),
                cwd=self.root,
                env={**_environment(), **(environment or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=PATIENCE,
            )
        except OSError as error:
            raise GitError(f"git cannot be started: {(error.strerror or '').lower()}") from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git took longer than {PATIENCE} seconds") from None

    def _blob_process(self) -> subprocess.Popen[bytes]:
        if self._blobs is None:
            try:
                self._blobs = subprocess.Popen(
                    self._command(("cat-file", "--batch")),
                    cwd=self.root,
                    env=_environment(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise GitError(f"git cannot be started: {(error.strerror or '').lower()}") from None
        return self._blobs

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [self._git, *_SETTINGS, "-c", f"safe.directory={self.root}", *arguments]


def _mode_and_blob(about: bytes) -> tuple[str, str]:
    mode, _kind, blob = about.decode("ascii").split(" ")
    return mode, blob


def _program() -> str:
    """Find git in the absolute folders of PATH: a relative one is the scanned tree's."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        for name in ("git", "git.exe"):
            program = os.path.join(folder, name)
            if os.path.isabs(folder) and os.path.isfile(program) and os.access(program, os.X_OK):
                return program
    raise GitError("git is not installed")


def _environment() -> dict[str, str]:
    """Return what git may know of this process: where programs are, and nothing that changes what it reads."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _said(stderr: bytes) -> str:
    """Return git's last line."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines() or ["it says nothing"]
    return lines[-1][:200]
