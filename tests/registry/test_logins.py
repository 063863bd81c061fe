"""Logins are found where docker and podman keep them, for their own registry alone, and never shown."""

from __future__ import annotations

import os
from pathlib import Path
from socket import gaierror
from typing import TYPE_CHECKING, Any

import pytest

from gate.tools import registry_http, registry_logins
from gate.tools.registry_http import RegistryError, is_loopback, url
from gate.tools.registry_logins import Logins
from gate.tools.registry_tokens import challenges
from tests.packages.scanning import gaps
from tests.readers.layouts import layout
from tests.registry.logins import BASIC, SECRET, USER, auth, helper, keep, log_in
from tests.verbs import check

if TYPE_CHECKING:
    from tests.registry.serving import Handler, Serving

HOST = "registry.example:5000"
LOGIN = (USER, SECRET, "")


def found(domain: str = HOST, path: str = "shop/web", tree: str = "/nowhere") -> tuple[str, str, str] | None:
    """Return the login for a repository: user, password and token."""
    login = Logins(tree).of(domain, path)
    return None if login is None else (login.user, login.secret, login.token)


def docker(home: Path) -> Path:
    return home / ".docker" / "config.json"


@pytest.mark.parametrize("key", [HOST, f"https://{HOST}", f"https://{HOST}/v1/", f"http://{HOST}/v2/", f"{HOST}/"])
def test_a_login_of_docker(key: str, home: Path) -> None:
    log_in(home, key)
    assert found() == LOGIN
    for other in (
        "registry.example",
        "registry.example:5001",
        "example:5000",
        "evil.registry.example:5000",
        "docker.io",
    ):
        assert found(other) is None


@pytest.mark.parametrize("key", ["https://index.docker.io/v1/", "docker.io", "index.docker.io", "registry-1.docker.io"])
def test_a_login_of_docker_hub(key: str, home: Path) -> None:
    log_in(home, key)
    assert found("docker.io", "library/debian") == LOGIN
    assert found() is None


def test_the_longest_name_counts(home: Path) -> None:
    """Podman keeps logins for parts of a registry."""
    keys = {"": "all", "/shop": "shop", "/shop/web": "web", "/sho": "sho", "/shop/web/api": "api"}
    keep(docker(home), auths={f"{HOST}{key}": {"auth": auth(user)} for key, user in keys.items()})
    for path, user in (("shop/web", "web"), ("shop/api", "shop"), ("other", "all"), ("shop/web/api/x", "api")):
        assert found(path=path) == (user, SECRET, "")


@pytest.mark.parametrize(
    ("entry", "login"),
    [
        ({"username": USER, "password": SECRET}, LOGIN),
        ({"auth": auth(), "username": "another", "password": "x"}, LOGIN),
        ({"auth": auth(USER, "")}, (USER, "", "")),
        ({"auth": auth(), "identitytoken": "refresh"}, ("", "", "refresh")),
        ({"auth": ""}, None),
        ({}, None),
        ([], None),
        ("text", None),
        ({"auth": 1}, None),
        ({"username": USER}, None),
    ],
)
def test_what_an_entry_holds(entry: Any, login: tuple[str, str, str] | None, home: Path) -> None:
    keep(docker(home), auths={HOST: entry})
    assert found() == login


def test_where_logins_are_kept(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker's own file before podman's two; a file that is named for it alone."""
    assert found() is None

    def add(file: Path, user: str) -> Path:
        keep(file, auths={HOST: {"auth": auth(user)}})
        return file

    add(home / ".config" / "containers" / "auth.json", "one")
    assert found() == ("one", SECRET, "")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    add(tmp_path / "run" / "containers" / "auth.json", "two")
    assert found() == ("two", SECRET, "")
    add(docker(home), "three")
    assert found() == ("three", SECRET, "")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    assert found() == ("two", SECRET, "")
    add(tmp_path / "docker" / "config.json", "four")
    assert found() == ("four", SECRET, "")
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "auth.json"))
    assert found() is None
    add(tmp_path / "auth.json", "five")
    assert found() == ("five", SECRET, "")


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"{", "is no file of logins"),
        (b"[]", "is no file of logins"),
        (b"[" * 100_000, "is no file of logins"),
        (b"\xff", "is no file of logins"),
        (b" " * (registry_logins.MAX_FILE + 1), "is no file of logins"),
        (b'{"auths": {"registry.example:5000": {"auth": "!!!"}}}', "cannot be decoded"),
        (b'{"auths": {"registry.example:5000": {"auth": "YW5u"}}}', "cannot be decoded"),
        (b'{"credsStore": "../../owned"}', "names a helper that is none"),
        (b'{"credsStore": 1}', "names a helper that is none"),
        (b'{"credsStore": "absent"}', "docker-credential-absent, which ~/.docker/config.json names, is not installed"),
    ],
)
def test_a_file_that_cannot_be_used(data: bytes, cause: str, home: Path) -> None:
    docker(home).parent.mkdir()
    docker(home).write_bytes(data)
    with pytest.raises(RegistryError, match=cause) as refused:
        found()
    assert refused.value.remedy


def test_a_file_that_is_none(home: Path) -> None:
    docker(home).parent.mkdir()
    os.mkfifo(docker(home))
    with pytest.raises(RegistryError, match="is no file of logins"):
        found()


# ------------------------------------------------------------------------------------------------------------ helpers


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


ANSWER = f"""printf '%s' '{{"ServerURL": "x", "Username": "{USER}", "Secret": "{SECRET}"}}\'"""


def test_a_helper_is_asked_by_its_protocol(home: Path, programs: Path) -> None:
    helper(programs, "kept", f'printf "%s" "$*" > "$HERE/arguments"; cat > "$HERE/told"; {ANSWER}')
    for document in ({"credsStore": "kept"}, {"credHelpers": {HOST: "kept"}, "credsStore": "absent"}):
        keep(docker(home), **document)
        assert found() == LOGIN
        assert (programs / "arguments").read_text() == "get"
        assert (programs / "told").read_text() == HOST
    keep(docker(home), credsStore="kept")
    assert found("docker.io") == LOGIN
    assert (programs / "told").read_text() == "https://index.docker.io/v1/"


def test_a_helper_gets_few_variables(home: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "LD_LIBRARY_PATH", "PYTHONPATH", "GNUPGHOME"):
        monkeypatch.setenv(name, name)
    monkeypatch.setenv("PATH", os.pathsep.join((".", os.environ["PATH"], str(home / "judged" / "bin"))))
    for name in ("kept", "ecr-login"):
        helper(programs, name, f'env > "$HERE/{name}.env"; {ANSWER}')
        keep(docker(home), credsStore=name)
        assert found(tree=str(home / "judged")) == LOGIN
    seen = {
        name: dict(line.partition("=")[::2] for line in (programs / f"{name}.env").read_text().splitlines())
        for name in ("kept", "ecr-login")
    }
    assert "GNUPGHOME" in seen["kept"]
    assert not {"GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "LD_LIBRARY_PATH", "PYTHONPATH"} & seen["kept"].keys()
    assert "AWS_SECRET_ACCESS_KEY" in seen["ecr-login"]
    places = seen["kept"]["PATH"].split(os.pathsep)
    assert "." not in places
    assert str(home / "judged" / "bin") not in places


def test_a_helper_that_has_a_token(home: Path, programs: Path) -> None:
    helper(programs, "kept", ANSWER.replace(USER, "<token>"))
    keep(docker(home), credsStore="kept")
    assert found() == ("", "", SECRET)


def test_a_helper_that_has_nothing(home: Path, programs: Path) -> None:
    """Then the file may have something."""
    helper(programs, "kept", "echo 'credentials not found in native keychain'; exit 1")
    keep(docker(home), credsStore="kept")
    assert found() is None
    keep(docker(home), credsStore="kept", auths={HOST: {"auth": auth()}})
    assert found() == LOGIN


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (f"echo '{SECRET}'; echo '{SECRET}' >&2; exit 1", "ended with exit status 1"),
        ("kill -KILL $$", "was ended by SIGKILL"),
        (f"echo '{SECRET}'", "answers with no login"),
        ("""echo '{"Username": 1, "Secret": 2}'""", "answers with no login"),
        ("exec sleep 60", "took longer than 0.3 seconds"),
        ("yes", "said more than"),
        ("yes >&2", "said more than"),
    ],
)
def test_a_helper_that_fails(
    script: str, cause: str, home: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_logins, "HELPER_SECONDS", 0.3 if "sleep" in script else 30.0)
    helper(programs, "kept", script)
    keep(docker(home), credsStore="kept")
    with pytest.raises(RegistryError, match=cause) as refused:
        found()
    assert SECRET not in f"{refused.value.cause} {refused.value.remedy}"


def test_no_helper_of_the_tree_is_started(
    registry: Serving, repository: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.push(layout())
    registry.first.append(wanting)
    helper(repository / "bin", "kept", f'touch "$HERE/started"; {ANSWER}')
    keep(docker(home), credsStore="kept")
    for place in (str(repository / "bin"), "bin"):
        monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
        answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online")
        assert answer.status == 3
        assert "is not installed" in gaps(answer.report)[0]
    assert not (repository / "bin" / "started").exists()


def wanting(handler: Handler) -> bool:
    """Want a login, by name and password."""
    if handler.headers.get("Authorization") == BASIC:
        return False
    handler.answer(401, b"", {"WWW-Authenticate": 'Basic realm="registry"'})
    return True


def test_no_login_is_looked_for_unless_one_is_wanted(
    registry: Serving, repository: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.exists()
    registry.push(layout())
    keep(docker(home), credsStore="absent")
    assert gaps(check(capsys, "--image", f"{registry.host}/shop/web:1", "--online").report) == []
    registry.first.append(wanting)
    assert len(gaps(check(capsys, "--image", f"{registry.host}/shop/web:1", "--online").report)) == 1


def test_no_secret_is_repeated(
    registry: Serving, repository: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever goes wrong, and in every format."""
    assert repository.exists()
    registry.push(layout())
    log_in(home, registry.host)
    registry.otherwise("/manifests/1", 401, auth().encode(), WWW_Authenticate=f'Basic realm="{SECRET}"')
    for name in ("text", "json", "sarif", "github"):
        answer = check(capsys, "--image", f"{registry.host}/shop/web:1", "--online", "--format", f"{name}=out")
        said = answer.out + answer.err + (repository / "out").read_text(encoding="utf-8")
        assert answer.status == 3
        assert SECRET not in said
        assert auth() not in said
    assert BASIC in {one.shown for one in registry.seen}


def test_a_refresh_token_is_exchanged(
    registry: Serving, elsewhere: Serving, repository: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.exists()
    registry.push(layout())
    keep(docker(home), auths={registry.host: {"identitytoken": SECRET}})

    def bearing(handler: Handler) -> bool:
        if handler.headers.get("Authorization") == "Bearer right":
            return False
        challenge = f'Bearer realm="http://{elsewhere.host}/token",service="s"'
        handler.answer(401, b"", {"WWW-Authenticate": challenge})
        return True

    registry.first.append(bearing)
    elsewhere.otherwise("/token", 200, b'{"access_token": "right"}')
    assert gaps(check(capsys, "--image", f"{registry.host}/shop/web:1", "--online").report) == []
    (one,) = elsewhere.seen
    assert (one.method, one.path, one.shown) == ("POST", "/token", "")
    assert one.body.decode() == (
        "grant_type=refresh_token&client_id=boundary-gate&refresh_token=correct+horse%3A+battery"
        "&service=s&scope=repository%3Ashop%2Fweb%3Apull"
    )


# -------------------------------------------------------------------------------------------------------- who is asked


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.200.0.9", True),
        ("::1", True),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("127.1", False),
        ("2130706433", False),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("", False),
    ],
)
def test_this_machine(host: str, is_own: bool) -> None:
    assert is_loopback(host) is is_own


@pytest.mark.parametrize(
    ("text", "root", "target"),
    [
        ("https://registry.example", "https://registry.example:443", "/"),
        ("https://Registry.Example:5000/v2/?a=b#c", "https://registry.example:5000", "/v2/?a=b"),
        ("http://localhost:5000/v2/", "http://localhost:5000", "/v2/"),
        ("http://[::1]:5000/v2/", "http://[::1]:5000", "/v2/"),
        ("http://registry.example/v2/", "", ""),
        ("http://localhost@registry.example/v2/", "", ""),
        ("https://:secret@registry.example/v2/", "", ""),
        ("https:///v2/", "", ""),
        ("https://registry.example/a\r\nX-Evil: 1", "", ""),
        ("https://regis\u00e9.example/", "", ""),
        ("https://registry.example/" + "a" * registry_http.MAX_URL, "", ""),
        ("gopher://localhost/", "", ""),
        ("", "", ""),
    ],
)
def test_urls(text: str, root: str, target: str) -> None:
    found = url(text)
    assert (root, target) == ("", "") if found is None else (found.root, found.target) == (root, target)


def test_challenges() -> None:
    asked = challenges(['Bearer realm="https://a.example/t?x=1,2",service = "s" , scope="a:b:c,d"', "Basic", "", "a=b"])
    assert [one.scheme for one in asked] == ["bearer", "basic", "", "a=b"]
    assert asked[0].parameters == {"realm": "https://a.example/t?x=1,2", "service": "s", "scope": "a:b:c,d"}


# ------------------------------------------------------------------------------------------------------------- proxies


def test_a_proxy_passes_tls_on(
    elsewhere: Serving, repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.exists()
    elsewhere.otherwise("", 403, SECRET.encode())
    monkeypatch.setenv("HTTPS_PROXY", f"http://{USER}:secret@{elsewhere.host}")
    answer = check(capsys, "--image", "registry.example/shop/web:1", "--online")
    assert answer.status == 3
    assert gaps(answer.report) == ["cannot be fetched: the connection to registry.example breaks off"]
    (one,) = elsewhere.seen
    assert (one.method, one.path) == ("CONNECT", "registry.example:443")
    assert one.headers["Proxy-Authorization"] == f"Basic {auth(USER, 'secret')}"
    assert "secret" not in answer.out + answer.err


def test_no_proxy_for_this_machine_and_for_whom_it_is_not(
    registry: Serving,
    elsewhere: Serving,
    repository: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert repository.exists()
    registry.push(layout())
    monkeypatch.setenv("HTTPS_PROXY", f"http://{elsewhere.host}")
    monkeypatch.setenv("HTTP_PROXY", f"http://{elsewhere.host}")
    assert gaps(check(capsys, "--image", f"{registry.host}/shop/web:1", "--online").report) == []

    def absent(*_arguments: object, **_more: object) -> None:
        raise gaierror

    monkeypatch.setattr("socket.getaddrinfo", absent)
    monkeypatch.setenv("NO_PROXY", ".example")
    answer = check(capsys, "--image", "registry.example/shop/web:1", "--online")
    assert "is not found" in gaps(answer.report)[0]
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "proxy", ["https://proxy.example", "socks5://proxy.example", "http://", "http://[::1", "http://a:b"]
)
def test_a_proxy_that_cannot_be_used(
    proxy: str, repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.exists()
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    answer = check(capsys, "--image", "registry.example/shop/web:1", "--online")
    assert "the proxy that HTTPS_PROXY names" in gaps(answer.report)[0]
