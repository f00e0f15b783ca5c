"""The identity provider: OpenID Connect with code flow, PKCE, state and nonce; what comes back is believed only when signed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import OpenIDProviderMetadata  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from jiesu.kit.crypto import token
from jiesu.settings import Settings

__all__ = ["Asked", "Provider", "ProviderFault", "Subject", "provider_of"]

#: Signatures with a key pair only: with a shared secret whoever knows it could sign in as anybody.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
#: How far the provider's clock may differ from ours, in seconds, and how long what it publishes is kept.
LEEWAY, KEPT = 60, 3600.0
#: Ways of proof that are a second factor (RFC 8176).
SECOND = frozenset({"mfa", "otp", "hwk", "swk", "sms", "fpt", "face", "sc"})


class ProviderFault(Exception):
    """The provider is away, or what it sent is not to be believed; the word says why, for the security trail."""


@dataclass(frozen=True)
class Asked:
    """What one attempt keeps until the answer comes: each is used once."""

    nonce: str = field(default_factory=token, repr=False)
    verifier: str = field(default_factory=lambda: token(48), repr=False)


@dataclass(frozen=True)
class Subject:
    """Whom the provider vouches for, and whether by two factors."""

    issuer: str
    subject: str
    two_factors: bool


class Provider:
    """One provider, as `oidc_issuer` names it. Calls outside: never within a transaction."""

    def __init__(self, issuer: str, client_id: str, secret: str | None, redirect_uri: str) -> None:
        self._issuer, self._client_id, self._secret = issuer, client_id, secret
        self._redirect_uri = redirect_uri
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)
        self._metadata: Mapping[str, Any] = {}
        self._keys = KeySet([])
        self._read_at = float("-inf")

    async def address(self, asked: Asked, state: str) -> str:
        """Where the browser goes to sign in. Raises ProviderFault."""
        await self._read()
        return prepare_grant_uri(  # type: ignore[no-any-return]
            self._metadata["authorization_endpoint"],
            self._client_id,
            "code",
            self._redirect_uri,
            "openid",
            state,
            nonce=asked.nonce,
            code_challenge=create_s256_code_challenge(asked.verifier),
            code_challenge_method="S256",
        )

    async def subject(self, code: str, asked: Asked, now: datetime) -> Subject:
        """Change the code for an ID token and believe it, or not. Raises ProviderFault."""
        await self._read()
        reply = await self._json("POST", self._metadata["token_endpoint"], **self._exchange(code, asked))
        claims = await self._claims(str(reply.get("id_token") or ""), asked, now)
        if reply.get("access_token"):
            claims.params["access_token"] = reply["access_token"]
        try:
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except JoseError as error:
            raise ProviderFault(f"{getattr(error, 'claim', None) or error.error}") from error
        subject = str(claims["sub"])
        if not 1 <= len(subject) <= 255:
            raise ProviderFault("sub")
        return Subject(self._issuer, subject, bool(SECOND & set(claims.get("amr") or ())))

    async def leaving(self, back: str) -> str | None:
        """Where the browser ends the provider's own session; None where it offers no such place. Raises ProviderFault."""
        await self._read()
        end = self._metadata.get("end_session_endpoint")
        query = {"client_id": self._client_id, "post_logout_redirect_uri": back}
        return str(httpx.URL(end, params=query)) if end else None

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    def _exchange(self, code: str, asked: Asked) -> dict[str, Any]:
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri}
        data |= {"code_verifier": asked.verifier, "client_id": self._client_id}
        if self._secret is None:
            return {"data": data}
        return {"data": data, "auth": httpx.BasicAuth(self._client_id, self._secret)}

    async def _claims(self, signed: str, asked: Asked, now: datetime) -> CodeIDToken:
        try:
            found = jwt.decode(signed, self._keys, ALGORITHMS)
        except (JoseError, ValueError):
            await self._read(anew=True)  # keys are changed now and then
            try:
                found = jwt.decode(signed, self._keys, ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise ProviderFault("signature") from error
        wanted = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        params = {"nonce": asked.nonce, "client_id": self._client_id}
        return CodeIDToken(found.claims, found.header, wanted, params)

    async def _read(self, *, anew: bool = False) -> None:
        """What the provider publishes of itself; kept for an hour, or read anew, at most once in ten seconds."""
        age = time.monotonic() - self._read_at
        if age < (10.0 if anew else KEPT):
            return
        metadata = OpenIDProviderMetadata(
            await self._json("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        )
        if metadata.get("issuer") != self._issuer:
            raise ProviderFault("issuer")
        try:
            keys = KeySet.import_key_set(await self._json("GET", metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, KeyError, ValueError) as error:
            raise ProviderFault("keys") from error
        self._metadata, self._keys, self._read_at = metadata, keys, time.monotonic()

    async def _json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            reply = await self._client.request(method, url, **more)
            found = reply.json() if reply.is_success else None
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderFault("unreachable") from error
        if not isinstance(found, dict):
            raise ProviderFault("refused")
        return found


def provider_of(settings: Settings) -> Provider | None:
    """The provider the settings name, if they do."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_secret.read_text(encoding="ascii").strip() if settings.oidc_secret else None
    callback = f"{settings.public_url.rstrip('/')}/login/oidc/callback"
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, callback)
