"""What a registry is shown to be let in: a login, or a token that its token server gives for one, to pull and no more.

Sources: distribution `docs/spec/auth/token.md` and `oauth.md`; RFC 9110, 11 (challenges).
"""

from __future__ import annotations

from urllib.parse import urlencode
from urllib.request import parse_http_list

from gate.model.record import Record
from gate.tools.registry_http import RegistryError, basic, url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.tools.registry_http import Client, Url
    from gate.tools.registry_logins import Login

#: Bytes of what a token server answers.
MAX_ANSWER = 256 * 1024

#: What this client is called where a token is exchanged.
CLIENT = "boundary-gate"

LOGIN = "log in, as with `docker login`, to an account that may pull it"


class Challenge(Record):
    """How a registry wants to be asked: `scheme` in lower case, with its parameters."""

    scheme: str
    parameters: dict[str, str]


def none_kept(host: str) -> str:
    """Say that a registry does not let in whoever has no login."""
    return f"{host} wants a login, and none is kept for it"


def challenges(headers: Iterable[str]) -> list[Challenge]:
    """Read the headers `WWW-Authenticate`; of several challenges in one, the first."""
    found = []
    for header in headers:
        scheme, _, rest = header.strip().partition(" ")
        parameters: dict[str, str] = {}
        for item in parse_http_list(rest):
            key, equals, value = item.partition("=")
            if not equals or " " in key.strip():
                break
            parameters.setdefault(key.strip().lower(), value.strip().removeprefix('"').removesuffix('"'))
        found.append(Challenge(scheme.lower(), parameters))
    return found


def authorization(
    asked: list[Challenge], login: Login | None, about: tuple[Url, str], client: Client, deadline: float
) -> str:
    """Return what to show a registry; `about` is its URL, and the repository that is pulled from.

    Raise RegistryError where there is nothing to show, or where the token server gives no token.
    """
    registry, repository = about
    bearer = next((one for one in asked if one.scheme == "bearer"), None)
    if bearer is not None:
        return f"Bearer {_token(bearer, login, registry, repository, client, deadline)}"
    if not any(one.scheme == "basic" for one in asked):
        raise RegistryError(f"{registry.shown} wants to be asked in a way that is not known", "save the image instead")
    if login is None or not login.user:
        raise RegistryError(none_kept(registry.shown), LOGIN)
    return basic(login.user, login.secret)


def _token(
    challenge: Challenge, login: Login | None, registry: Url, repository: str, client: Client, deadline: float
) -> str:
    """Ask the token server that a registry names, over TLS unless both are on the loopback interface."""
    realm = url(challenge.parameters.get("realm", ""))
    if realm is None or (realm.scheme == "http" and not registry.is_loopback):
        cause = f"{registry.shown} names a token server that is not asked, since it is not reached over TLS"
        raise RegistryError(cause, "ask whoever runs it, or save the image and judge the layout")
    wanted = {"service": challenge.parameters.get("service", ""), "scope": _scope(challenge, repository)}
    headers = {"Accept": "application/json"}
    form = b""
    if login is not None and login.token:
        refresh = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": login.token}
        form = urlencode({**refresh, **wanted}).encode()
    else:
        joint = "&" if "?" in realm.target else "?"
        realm = url(f"{realm.root}{realm.target}{joint}{urlencode(wanted)}") or realm
        if login is not None:
            headers["Authorization"] = basic(login.user, login.secret)
    answer = client.ask(realm, headers, deadline, form)
    body = b"".join(answer.body(MAX_ANSWER))
    if answer.status in (400, 401, 403):
        if login is None:
            raise RegistryError(none_kept(registry.shown), LOGIN)
        raise RegistryError(f"{realm.shown} refuses the login that is kept for {registry.shown}", LOGIN)
    token = _read(body) if answer.status == 200 else ""
    if not token:
        cause = f"{realm.shown}, the token server of {registry.shown}, gives no token (status {answer.status})"
        raise RegistryError(cause, "try again, or ask whoever runs it")
    return token


def _scope(challenge: Challenge, repository: str) -> str:
    """Return what is asked for: to pull from the repository by the name that the registry has for it, and no more."""
    kind, _, rest = challenge.parameters.get("scope", "").partition(":")
    name, _, actions = rest.rpartition(":")
    own = name if kind == "repository" and "pull" in actions.split(",") and " " not in rest else repository
    return f"repository:{own}:pull"


def _read(body: bytes) -> str:
    """Return the token of an answer; empty where there is none that a header could hold."""
    from json import loads

    try:
        found = loads(body)
    except (ValueError, RecursionError):
        return ""
    token = (found.get("token") or found.get("access_token")) if isinstance(found, dict) else ""
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token:
        return ""
    return token
