"""A token server that a real registry trusts: anybody may pull what is public, and who has a login may do all.

Source: distribution `docs/spec/auth/jwt.md`.
"""

from __future__ import annotations

import json
import subprocess
import time
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.registry.logins import BASIC
from tests.registry.serving import Serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registry.serving import Handler

PUBLIC = "public/"


class Tokens:
    """The server; `configuration` is what makes a registry want its tokens."""

    def __init__(self, folder: Path) -> None:
        self._key, self._certificate = folder / "key.pem", folder / "certificate.pem"
        command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "rsa:2048", "-subj", "/CN=tokens"]
        command += ["-keyout", str(self._key), "-out", str(self._certificate)]
        subprocess.run(command, capture_output=True, check=True)
        self.serving = Serving()
        self.serving.first.append(self._give)
        realm = f"realm: http://{self.serving.host}/token, service: registry, issuer: tests"
        self.configuration = f"{{token: {{{realm}, rootcertbundle: {self._certificate}}}}}"

    def _give(self, handler: Handler) -> bool:
        asked = parse_qs(urlsplit(handler.path).query)
        shown = handler.headers.get("Authorization")
        if shown not in (None, BASIC):
            handler.answer(401)
            return True
        access = []
        for scope in " ".join(asked.get("scope", [])).split():
            kind, name, actions = scope.split(":")
            allowed = [one for one in actions.split(",") if shown or (one == "pull" and name.startswith(PUBLIC))]
            access.append({"type": kind, "name": name, "actions": allowed})
        body = json.dumps({"token": self._signed(access)}).encode()
        handler.answer(200, body, {"Content-Type": "application/json"})
        return True

    def _signed(self, access: list[dict[str, Any]]) -> str:
        now = int(time.time())
        der = subprocess.run(
            ["openssl", "x509", "-in", str(self._certificate), "-outform", "DER"], capture_output=True, check=True
        ).stdout
        head = {"typ": "JWT", "alg": "RS256", "x5c": [b64encode(der).decode()]}
        times = {"exp": now + 300, "nbf": now - 60, "iat": now}
        claims = {"iss": "tests", "sub": "", "aud": "registry", "jti": str(now), **times, "access": access}
        text = f"{_coded(json.dumps(head).encode())}.{_coded(json.dumps(claims).encode())}"
        signed = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self._key)],
            input=text.encode(),
            capture_output=True,
            check=True,
        ).stdout
        return f"{text}.{_coded(signed)}"


def _coded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
