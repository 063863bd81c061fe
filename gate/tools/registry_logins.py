"""The logins that docker, podman and their kin keep for registries, in files or with helpers: read when one is wanted.

A login is for one registry, by the name of its host alone. What a helper is told is that name; it gets the variables by
which programs of its kind find what they keep, and no others.

Sources: docker/cli `docs/reference/commandline/login`, `cli/config`; docker/docker-credential-helpers, its protocol;
containers/image `docs/containers-auth.json.5`.
"""

from __future__ import annotations

import os
import stat

from gate.tools.process import Bounds, ProcessError, first_in_path, places, run
from gate.tools.registry_http import RegistryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

#: What Docker Hub's logins are kept under.
HUB = "docker.io"
HUB_KEY = "https://index.docker.io/v1/"

#: Bytes of one file of logins.
MAX_FILE = 1024 * 1024

#: Characters of what a helper is asked for.
MAX_KEY = 300

#: Seconds that a helper may take: one may ask a cloud for a token.
HELPER_SECONDS = 30.0

#: The user whose secret is a refresh token and no password.
TOKEN_USER = "<token>"  # noqa: S105 - the name of a kind of user

#: Variables that every helper gets, and how those begin that one of a cloud gets.
VARIABLES = (
    *("HOME", "LANG", "USER", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS"),
    *("DISPLAY", "WAYLAND_DISPLAY", "GNUPGHOME", "PASSWORD_STORE_DIR", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"),
)
CLOUDS = {
    "ecr-login": ("AWS_",),
    "gcr": ("GOOGLE_", "CLOUDSDK_"),
    "gcloud": ("GOOGLE_", "CLOUDSDK_"),
    "acr-env": ("AZURE_", "ACR_"),
}

_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class Login:
    """A user with a password, or with a token that stands for one; never shown."""

    __slots__ = ("secret", "token", "user")

    def __init__(self, user: str = "", secret: str = "", token: str = "") -> None:
        """Take what is kept; a `token` is exchanged, and has no user."""
        self.user = user
        self.secret = secret
        self.token = token


class Logins:
    """Finds the login for a repository; `tree` is what is judged, whose programs are not started."""

    __slots__ = ("_tree",)

    def __init__(self, tree: str) -> None:
        """Take the folder; nothing is read yet."""
        self._tree = tree

    def of(self, domain: str, path: str) -> Login | None:
        """Return the login for a repository, None where there is none; raise RegistryError where it cannot be read."""
        for shown, file in _files():
            document = _document(shown, file)
            found = self._in(document, shown, domain, path) if document else None
            if found is not None:
                return found
        return None

    def _in(self, document: dict[str, Any], shown: str, domain: str, path: str) -> Login | None:
        """Look into one file: a helper of this registry, a helper of all, or the file itself."""
        helpers, kept = document.get("credHelpers"), document.get("auths")
        key = HUB_KEY if domain == HUB else domain
        named = next((helpers[one] for one in (key, domain) if one in helpers), "") if isinstance(helpers, dict) else ""
        helper = named or document.get("credsStore", "")
        if helper:
            found = self._helped(helper, key, shown)
            if found is not None:
                return found
        return _kept(kept, domain, path, shown) if isinstance(kept, dict) else None

    def _helped(self, helper: object, key: str, shown: str) -> Login | None:
        """Ask a helper, by its protocol: the key on its standard input, and JSON on its standard output."""
        if not isinstance(helper, str) or not helper or not _WORD.issuperset(helper):
            raise RegistryError(f"{shown} names a helper that is none", "write the name behind docker-credential-")
        name = f"docker-credential-{helper}"
        program = first_in_path(name, self._tree)
        if not program:
            raise RegistryError(f"{name}, which {shown} names, is not installed", "install it where PATH finds it")
        if len(key) > MAX_KEY:
            raise RegistryError(f"the name of the registry is too long for {name}", "name another registry")
        from tempfile import TemporaryDirectory

        remedy = f"see what `{name} get` does; nothing of what it says is repeated here"
        try:
            with TemporaryDirectory(prefix="boundary-gate-", ignore_cleanup_errors=True) as folder:
                variables = _variables(helper) | {"PATH": os.pathsep.join(places(self._tree))}
                ended = run([program, "get"], folder, variables, Bounds(HELPER_SECONDS), key.encode())
        except ProcessError as error:
            raise RegistryError(f"{name} {error}", remedy) from None
        if ended.status:
            if b"credentials not found" in ended.out + ended.err:
                return None
            raise RegistryError(f"{name} {ended.how}", remedy)
        said = _parsed(ended.out)
        user, secret = said.get("Username"), said.get("Secret")
        if not isinstance(user, str) or not isinstance(secret, str):
            raise RegistryError(f"{name} answers with no login", remedy)
        if not secret:
            return None
        return Login(token=secret) if user == TOKEN_USER else Login(user, secret)


def _files() -> Iterator[tuple[str, str]]:
    """Yield the files that may hold logins, each as it is shown and where it is."""
    environ = os.environ
    named = environ.get("REGISTRY_AUTH_FILE", "")
    if named:
        yield "the file of REGISTRY_AUTH_FILE", named
        return
    docker = environ.get("DOCKER_CONFIG", "")
    home = os.path.expanduser("~")
    if docker:
        yield "config.json of DOCKER_CONFIG", os.path.join(docker, "config.json")
    else:
        yield "~/.docker/config.json", os.path.join(home, ".docker", "config.json")
    running = environ.get("XDG_RUNTIME_DIR", "")
    if running:
        yield "containers/auth.json of XDG_RUNTIME_DIR", os.path.join(running, "containers", "auth.json")
    own = environ.get("XDG_CONFIG_HOME", "") or os.path.join(home, ".config")
    yield "containers/auth.json of the user", os.path.join(own, "containers", "auth.json")


def _document(shown: str, file: str) -> dict[str, Any]:
    """Read a file of logins; nothing where there is none."""
    remedy = "log in again, or mend it: a JSON document in a regular file"
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        reason = ((error.strerror if isinstance(error, OSError) else "") or "not a usable name").lower()
        raise RegistryError(f"{shown} cannot be read: {reason}", remedy) from None
    with open(handle, "rb") as opened:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE:
            raise RegistryError(f"{shown} is no file of logins", remedy)
        data = opened.read(MAX_FILE)
    found = _parsed(data)
    if not found and data.strip() not in (b"", b"{}"):
        raise RegistryError(f"{shown} is no file of logins", remedy)
    return found


def _parsed(data: bytes) -> dict[str, Any]:
    from json import loads

    try:
        found = loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _variables(helper: str) -> dict[str, str]:
    begins = CLOUDS.get(helper, ())
    return {name: value for name, value in os.environ.items() if name in VARIABLES or name.startswith(begins)}


def _kept(kept: dict[str, Any], domain: str, path: str, shown: str) -> Login | None:
    """Return the login of a file: of the longest part of the repository's name that it speaks of."""
    by_name: dict[str, Any] = {}
    for key, entry in kept.items():
        by_name.setdefault(_registry(key), entry)
    parts = f"{domain}/{path}".split("/")
    names = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    entry = next((by_name[name] for name in names if isinstance(by_name.get(name), dict)), None)
    if entry is None:
        return None
    token = entry.get("identitytoken")
    if isinstance(token, str) and token:
        return Login(token=token)
    return _decoded(entry, shown)


def _registry(key: str) -> str:
    """Return what a key speaks of: docker writes URLs for some registries, of which the host counts."""
    name = key.partition("://")[2].partition("/")[0] if "://" in key else key.rstrip("/")
    return HUB if name in ("index.docker.io", "registry-1.docker.io") else name


def _decoded(entry: dict[str, Any], shown: str) -> Login | None:
    """Decode `auth`, the user and the password in base64; docker reads them apart as well."""
    from base64 import b64decode

    auth, user, secret = (entry.get(name) for name in ("auth", "username", "password"))
    if isinstance(auth, str) and auth:
        try:
            user, colon, secret = b64decode(auth, validate=True).rstrip(b"\0").decode().partition(":")
        except ValueError:
            colon = ""
        if not colon:
            raise RegistryError(f"{shown} holds a login that cannot be decoded", "log in again")
    return Login(user, secret) if isinstance(user, str) and isinstance(secret, str) and user else None
