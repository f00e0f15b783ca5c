"""What is wrong with the settings of an installation that serves real people: known secrets, no https, a proxy unnamed."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from jiesu.settings import Settings

__all__ = ["complaints"]

#: A key drawn at random has at least so many different digits, but for one draw in a million million.
DIGITS = 8
#: Passwords that stand in our own examples.
KNOWN = ("change-me", "password", "postgres", "jiesu", "jiesu-demo")


def complaints(settings: Settings) -> list[str]:
    """Sentences with a remedy; none in demo mode, which loopback keeps from everybody."""
    if settings.demo:
        return []
    checks = (_guessable_key(settings), _demo_key(settings), _known_password(settings), _plain(settings))
    return [found for found in (*checks, _unnamed_proxy(settings)) if found]


def _guessable_key(settings: Settings) -> str | None:
    if len(set(settings.secret_key)) >= DIGITS:
        return None
    return "The secret key is made up, not drawn: make one with `openssl rand -hex 32`."


def _demo_key(settings: Settings) -> str | None:
    kept = settings.data_dir / "secret"
    if not kept.is_file() or kept.read_text(encoding="ascii").strip() != settings.secret_key:
        return None
    return f"The secret key is a demo's, kept in {kept}: make another with `openssl rand -hex 32`."


def _known_password(settings: Settings) -> str | None:
    for name in ("database_url", "owner_database_url", "redis_url"):
        if (urlsplit(getattr(settings, name) or "").password or "").startswith(KNOWN):
            return f"The password in {name} stands in our examples: choose another."
    return None


def _plain(settings: Settings) -> str | None:
    if settings.https or _is_loopback(urlsplit(settings.public_url).hostname):
        return None
    return f"public_url is {settings.public_url}: codes and passwords travel readably. Give an https address."


def _unnamed_proxy(settings: Settings) -> str | None:
    if not settings.https or settings.trusted_proxies or _is_loopback(settings.host):
        return None
    return "public_url is https, so a proxy stands before us: name it in trusted_proxies, or all behind it count as one person."


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
