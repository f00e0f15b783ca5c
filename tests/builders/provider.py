"""A small identity provider on loopback, speaking OpenID Connect over real HTTP: discovery, keys, authorisation, tokens."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

__all__ = ["CLIENT", "SECRET", "IdentityProvider", "running_provider"]

CLIENT, SECRET = "jiesu", "only-the-two-of-us"


class IdentityProvider:
    """Signs in whoever `subject` names at once. `change` may falsify the claims of the next ID tokens."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.issuer = ""

    def begin(self, now: Callable[[], int]) -> None:
        """Honest again, at that time, whatever the last test made it do."""
        self.now = now
        self.subject, self.amr = "u-1", ["pwd", "otp"]
        self.change: dict[str, Any] = {}
        self.signing_key: RSAKey | None = None
        self.codes: dict[str, dict[str, str]] = {}
        self.published_issuer: str | None = None

    def discovery(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        paths |= {"end_session_endpoint": "leave"}
        return {"issuer": self.published_issuer or self.issuer} | {k: f"{self.issuer}/{p}" for k, p in paths.items()}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid")
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Tokens for a code, once; None for whoever cannot prove that it is theirs."""
        asked = self.codes.pop(form.get("code", ""), None)
        credentials = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or authorization != f"Basic {credentials}":
            return None
        if create_s256_code_challenge(form.get("code_verifier", "")) != asked["code_challenge"]:
            return None
        now = self.now()
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], "amr": self.amr} | self.change
        kept = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, kept, self.signing_key or self.key)
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}


@contextmanager
def running_provider() -> Iterator[IdentityProvider]:
    """The provider behind a socket of its own for the length of the block."""
    provider = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(_one_each(url.query)))
                self.end_headers()
            elif url.path == "/jwks":
                self._say(KeySet([provider.key]).as_dict(private=False))
            else:
                self._say(provider.discovery() if url.path.startswith("/.well-known/") else None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(provider.token(_one_each(body), self.headers.get("Authorization", "")))

        def _say(self, found: dict[str, Any] | None) -> None:
            self.send_response(400 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found or {"error": "invalid_grant"}).encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _one_each(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
