"""A real registry (distribution, Debian's `docker-registry`) on the loopback interface, which wants a login."""

from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket
from time import sleep

import pytest

from tests.registry.logins import SECRET, USER

#: What `htpasswd -B` makes of the login of the tests.
ACCOUNT = f"{USER}:$2y$05$NopQHPmMHD9AgwKDG3MGqeysRMJF6b8aL2ZSv6DCOOrYzoIts0nOG\n"

CONFIGURATION = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}, cache: {{}}}}
http: {{addr: "{host}"}}
auth: {auth}
compatibility: {{schema1: {{enabled: true}}}}
"""

PROGRAMS = ("docker-registry", "skopeo")

#: Seconds that the registry has to begin.
PATIENCE = 30


class Registry:
    """A registry while it runs: from entering on, until it is left."""

    def __init__(self, folder: Path, auth: str = "") -> None:
        self.folder = folder
        self._auth = auth or f"{{htpasswd: {{realm: registry, path: {folder}/htpasswd}}}}"
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Registry:  # noqa: PYI034 - nothing is made of it
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "htpasswd").write_text(ACCOUNT, encoding="utf-8")
        configuration = self.folder / "config.yml"
        text = CONFIGURATION.format(folder=self.folder, host=self.host, auth=self._auth)
        configuration.write_text(text, encoding="utf-8")
        with (self.folder / "log").open("wb") as log:
            command = ["docker-registry", "serve", str(configuration)]
            # Variables `REGISTRY_...` would change its configuration.
            own = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=own)
        for _ in range(PATIENCE * 10):
            if self._answers():
                return self
            assert self._process.poll() is None, (self.folder / "log").read_text(encoding="utf-8")
            sleep(0.1)
        self.__exit__()
        raise AssertionError("the registry does not begin")

    def __exit__(self, *_error: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        connection = HTTPConnection(self.host, timeout=5)
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status == 401
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def push(self, source: str, name: str, *options: str) -> str:
        """Push with skopeo, every platform; return the digest that the tag leads to then."""
        login = ("--dest-tls-verify=false", "--dest-creds", f"{USER}:{SECRET}")
        self._skopeo("copy", "--all", "--quiet", *login, *options, source, f"docker://{self.host}/{name}")
        return self.digest(name)

    def pull(self, name: str, target: str) -> None:
        """Copy everything with skopeo, which verifies it; raise CalledProcessError where it does not want it."""
        login = ("--src-tls-verify=false", "--src-creds", f"{USER}:{SECRET}")
        self._skopeo("copy", "--all", "--quiet", *login, f"docker://{self.host}/{name}", target)

    def digest(self, name: str) -> str:
        """Return the digest that skopeo sums up for a reference."""
        return f"sha256:{_digest(self._inspect(name, '--raw'))}"

    def configuration(self, name: str) -> bytes:
        """Return the configuration of an image as skopeo reads it."""
        return self._inspect(name, "--config")

    def _inspect(self, name: str, what: str) -> bytes:
        login = ("--tls-verify=false", "--creds", f"{USER}:{SECRET}")
        return self._skopeo("inspect", *login, what, f"docker://{self.host}/{name}")

    @staticmethod
    def _skopeo(*arguments: str) -> bytes:
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        command = ["skopeo", "--insecure-policy", *arguments]
        return subprocess.run(command, capture_output=True, check=True, timeout=120, env=environment).stdout

    def blob(self, digest: str) -> Path:
        """Return the file in which the registry keeps a blob."""
        algorithm, _, digits = digest.partition(":")
        return self.folder / "data/docker/registry/v2/blobs" / algorithm / digits[:2] / digits / "data"


def needed(*programs: str) -> None:
    """Skip the test where a program is missing; `.ci/run` installs those of the registry where it can."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
