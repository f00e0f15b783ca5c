"""A petitioner without query code: a code by short message opens, for a while, what was filed with that telephone."""

from __future__ import annotations

import hmac
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, false, func, select

from jiesu.db import jobs
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid, TooMany
from jiesu.intake.guesses import Guesses, TooManyGuesses, besieged
from jiesu.intake.models import PetitionerAccess
from jiesu.intake.policy import ASKING, ASKING_IN_SIEGE, Tally, open_from, seconds_until
from jiesu.kit.crypto import KeyRing, fingerprint, token
from jiesu.petitioners.identity import checked_phone

__all__ = [
    "CODE_LASTS", "SEND_CODE", "VISIT_LASTS", "AskedTooOften", "WrongAccessCode", "ask_for_code", "code_to_send", "leave",
    "open_visit", "visiting_phone",
]  # fmt: skip

#: Job kind: send the code of the access `id`, if the telephone is anybody's.
SEND_CODE = "access.send"
CODE_LASTS, VISIT_LASTS = timedelta(minutes=10), timedelta(minutes=30)
MOST_TRIES = 5
KEPT = timedelta(hours=24)


class AskedTooOften(TooMany):
    zh = "验证码要得太频繁了。请{wait_zh}后再试；有编号和查询码的，可以直接查询。"
    en = "Codes were asked for too often. Try again in {wait_en}; with number and query code you can look right now."


class WrongAccessCode(Invalid):
    zh = "验证码不对，或者已经过期。请看清短信里的6位数字再输一遍；还不行，请重新获取。"
    en = "The code is wrong or too old. Type the six digits of the message again, or ask for a new one."


async def ask_for_code(uow: UnitOfWork, keys: KeyRing, phone: str, guesses: Guesses) -> str:
    """Promise a code to a telephone; returns the handle with which alone it can be used.

    Does the same for a telephone that nobody filed with: the worker that sends finds out. Locks the telephone.
    Raises BadPhone, AskedTooOften.
    """
    number = checked_phone(phone, "phone")
    phone_hash = keys.code_hash(f"phone:{number}")
    await uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(phone_hash, 0))))
    await uow.session.execute(delete(PetitionerAccess).where(PetitionerAccess.asked_at < uow.now - KEPT))
    await _may_ask(uow, phone_hash, guesses.address_hash)
    handle = token()
    access = PetitionerAccess(
        phone=number,
        phone_hash=phone_hash,
        address_hash=guesses.address_hash,
        handle_hash=fingerprint(handle),
        code_hash=_hashed(keys, handle_code(keys, fingerprint(handle)), fingerprint(handle)),
        asked_at=uow.now,
    )
    uow.add(access)
    await uow.session.flush()
    promise = jobs.Promise(SEND_CODE, uow.now, f"access:{access.id}", {"id": access.id}, priority=jobs.Priority.URGENT)
    await jobs.schedule(uow, promise)
    return handle


def handle_code(keys: KeyRing, handle_hash: str) -> str:
    """Six digits made from the key ring, so that a worker can make them again and no table holds them."""
    return f"{int(fingerprint(keys.link_token('access', handle_hash)), 16) % 1_000_000:06d}"


def code_to_send(keys: KeyRing, access: PetitionerAccess, now: datetime) -> str | None:
    """What the message says; None when it would come too late."""
    return handle_code(keys, access.handle_hash) if now < access.asked_at + CODE_LASTS else None


async def open_visit(
    uow: UnitOfWork, guesses: Guesses, handle: str, code: str
) -> str | WrongAccessCode | TooManyGuesses:
    """The token of a new visit, or why not; the caller commits either way: wrong codes are counted."""
    if (wait := await guesses.wait(uow)) is not None:
        return wait
    handle_hash = fingerprint(handle)
    mine = select(PetitionerAccess).where(PetitionerAccess.handle_hash == handle_hash).with_for_update()
    access = await uow.session.scalar(mine)
    given = _hashed(guesses.keys, _digits(code), handle_hash)
    right = hmac.compare_digest(given, access.code_hash if access else "")
    if access is None or not _usable(access, uow.now) or not right:
        if access is not None:
            access.tries += 1
        await guesses.count(uow)
        return WrongAccessCode("code")
    secret = token(32)
    access.visit_hash, access.until = fingerprint(secret), uow.now + VISIT_LASTS
    return secret


async def visiting_phone(uow: UnitOfWork, keys: KeyRing, secret: str | None) -> list[str] | None:
    """Keyed hashes of the telephone whose owner is here; None when nobody is, or no longer."""
    if not secret:
        return None
    mine = select(PetitionerAccess.phone).where(
        PetitionerAccess.visit_hash == fingerprint(secret), PetitionerAccess.until > uow.now
    )
    phone = await uow.session.scalar(mine)
    return keys.search_hashes(phone) if phone else None


async def leave(uow: UnitOfWork, secret: str | None) -> None:
    """End the visit, on every device that holds the token."""
    mine = select(PetitionerAccess).where(PetitionerAccess.visit_hash == fingerprint(secret or "")).with_for_update()
    access = await uow.session.scalar(mine)
    if access is not None:
        access.until = uow.now


async def _may_ask(uow: UnitOfWork, phone_hash: str, address_hash: str | None) -> None:
    siege = await besieged(uow) or await besieged(uow, PetitionerAccess.asked_at)
    limits = ASKING_IN_SIEGE if siege else ASKING
    by_phone = await _unused(uow, PetitionerAccess.phone_hash == phone_hash, KEPT)
    here = PetitionerAccess.address_hash == address_hash if address_hash else false()
    by_address = await _unused(uow, here, timedelta(hours=1))
    until = open_from([(by_phone, limits.phone), (by_address, limits.address)])
    if until is not None and until > uow.now:
        raise AskedTooOften("phone", seconds=seconds_until(until, uow.now))


async def _unused(uow: UnitOfWork, whose: ColumnElement[bool], span: timedelta) -> Tally:
    """Codes asked for lately and not used."""
    asked = select(func.count(), func.max(PetitionerAccess.asked_at)).where(
        whose, PetitionerAccess.asked_at > uow.now - span, PetitionerAccess.visit_hash.is_(None)
    )
    return Tally(*(await uow.session.execute(asked)).one())


def _usable(access: PetitionerAccess, now: datetime) -> bool:
    return access.visit_hash is None and access.tries < MOST_TRIES and now < access.asked_at + CODE_LASTS


def _hashed(keys: KeyRing, code: str, handle_hash: str) -> str:
    return keys.code_hash(f"access:{handle_hash}:{code}")


def _digits(typed: str) -> str:
    """However they were typed: with spaces, or as wide characters."""
    return "".join(filter(str.isdecimal, unicodedata.normalize("NFKC", typed)))
