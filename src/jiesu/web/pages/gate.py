"""The gate before the public form: a little work of the browser, or a little time; nothing a person notices.

A solution is bound to the form's key, and one key files one ticket: used twice it gives the same receipt, with Redis or without.
The API has rate limits of its own instead.
"""

from __future__ import annotations

import base64
import math
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import structlog
from altcha.v1 import ChallengeOptions, create_challenge, extract_params, verify_solution
from cryptography.exceptions import InvalidTag
from litestar import Request
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jiesu.errors import Invalid, TooMany
from jiesu.kernel import Kernel
from jiesu.kit.crypto import KeyRing, UnknownKey
from jiesu.web.pages.forms import Fields
from jiesu.web.sessions import client_address

__all__ = ["FormGate"]

log = structlog.get_logger(__name__)

#: A form is good for so long after it was opened: people write slowly, and are called away.
GOOD_FOR = timedelta(hours=12)
#: Without a solution (no script): so old must the form be, and so many are taken from one address and from all.
SLOWEST = timedelta(seconds=15)
FROM_ONE, FROM_ALL, WINDOW = 5, 60, 600
#: Above so many filings a minute the work doubles, and again at twice as many, at most to eight times.
BUSY, HARDEST = 60, 8


class FormTooOld(Invalid):
    zh = "这个页面打开太久了，请再按一次“提交诉求”。您写的内容还在。"
    en = "This page was open for very long. Send it once more; everything you wrote is still here."


class TooQuick(TooMany):
    zh = "提交得太快了。请核对一遍内容，{wait_zh}后再提交。"
    en = "That was very quick. Read it through once more and send it in {wait_en}."


class _Opened(msgspec.Struct, frozen=True):
    """When the form of that key was opened."""

    key: str
    at: datetime


class _Counts(NamedTuple):
    """What Redis remembers: filings of the last minute, and forms taken without a solution from here and from all."""

    filings: int = 0
    from_here: int = 0
    from_all: int = 0


class FormGate:
    """The gate of one request; with `proof_of_work = 0` it stands open."""

    def __init__(self, request: Request[Any, Any, Any], now: datetime, counts: _Counts) -> None:
        kernel: Kernel = request.app.state.kernel
        self._work, self._keys = kernel.settings.proof_of_work, kernel.keys
        self._redis: Redis = request.app.state.redis
        self._now, self._counts, self._names = now, counts, _names(request, now)

    @classmethod
    async def of(cls, request: Request[Any, Any, Any], now: datetime) -> FormGate:
        """Reads the counters: call it before the transaction's first statement. Without Redis all of them are zero."""
        counts = _Counts()
        try:
            counts = _Counts(*(int(n or 0) for n in await request.app.state.redis.mget(_names(request, now)[:3])))
        except RedisError as away:  # an appeal matters more than a flood
            log.warning("form gate without redis", error=type(away).__name__)
        return cls(request, now, counts)

    def context(self, fields: Fields, key: str) -> dict[str, str]:
        """What the form carries: when it was opened, the work to do, and the solution once it is found."""
        if not self._work:
            return {"opened": "", "work": "", "proof": ""}
        known = self._opened(fields["opened"], key) is not None
        opened = fields["opened"] if known else _seal(self._keys, _Opened(key, self._now))
        proof = fields["proof"] if self._solved(fields["proof"], key) else ""
        return {"opened": opened, "work": "" if proof else self._challenge(key), "proof": proof}

    def ask(self, fields: Fields) -> None:
        """Whether the form may be filed. Raises FormTooOld, TooQuick."""
        if not self._work:
            return
        opened = self._opened(fields["opened"], fields["key"])
        if opened is None:
            raise FormTooOld
        if not self._solved(fields["proof"], fields["key"]):
            self._slowly(opened)

    async def filed(self, fields: Fields) -> None:
        """Count what was filed, after the answer was sent: mistakes that were sent back count for nobody."""
        if not self._work:
            return
        here, everybody, this_minute = self._names[1:]
        slow = not self._solved(fields["proof"], fields["key"])
        try:
            async with self._redis.pipeline() as pipe:
                for name in [this_minute, here, everybody] if slow else [this_minute]:
                    pipe.incr(name)
                    pipe.expire(name, WINDOW)
                await pipe.execute()
        except RedisError as away:
            log.warning("form gate without redis", error=type(away).__name__)

    def _opened(self, sealed: str, key: str) -> _Opened | None:
        try:
            opened = msgspec.json.decode(self._keys.decrypt(base64.urlsafe_b64decode(sealed).decode()), type=_Opened)
        except (ValueError, InvalidTag, UnknownKey, msgspec.MsgspecError):
            return None
        return opened if opened.key == key and opened.at <= self._now < opened.at + GOOD_FOR else None

    def _solved(self, proof: str, key: str) -> bool:
        """Whether it is a solution of a challenge of ours, for this key, not too old."""
        try:
            raw: Any = msgspec.json.decode(base64.b64decode(proof), type=dict[str, str | int])
            told = extract_params(raw)
            good, _ = verify_solution(raw, self._secret, check_expires=False)
            return good and told.get("key") == [key] and int(told["expires"][0]) > self._now.timestamp()
        except (ValueError, TypeError, KeyError, AttributeError, msgspec.MsgspecError):
            return False

    @property
    def _secret(self) -> str:
        return self._keys.link_token("proof of work")

    def _challenge(self, key: str) -> str:
        challenge = create_challenge(
            ChallengeOptions(
                algorithm="SHA-256",
                max_number=self._work * _factor(self._counts.filings),
                hmac_key=self._secret,
                expires=self._now + GOOD_FOR,
                params={"key": key},
            )
        )
        return msgspec.json.encode(challenge.to_dict()).decode()

    def _slowly(self, opened: _Opened) -> None:
        """The way without a script: a person needs this long anyway."""
        left = SLOWEST - (self._now - opened.at)
        if left > timedelta(0):
            raise TooQuick(seconds=math.ceil(left.total_seconds()))
        if self._counts.from_here >= FROM_ONE or self._counts.from_all >= FROM_ALL:
            raise TooQuick(seconds=WINDOW - int(self._now.timestamp()) % WINDOW)


def _names(request: Request[Any, Any, Any], now: datetime) -> list[str]:
    """The counters: last minute, this address, everybody; and this minute, which is only added to."""
    seconds, here = int(now.timestamp()), client_address(request)
    window, minute = seconds // WINDOW, seconds // 60
    return [f"filings:{minute - 1}", f"scriptless:{here}:{window}", f"scriptless:all:{window}", f"filings:{minute}"]


def _factor(filings: int) -> int:
    """How many times the work: 1 on ordinary days, doubling with the flood."""
    doublings = 0 if filings < BUSY else int(math.log2(filings / BUSY)) + 1
    return min(HARDEST, 1 << doublings)


def _seal(keys: KeyRing, opened: _Opened) -> str:
    return base64.urlsafe_b64encode(keys.encrypt(msgspec.json.encode(opened).decode()).encode()).decode()
