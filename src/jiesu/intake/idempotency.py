"""The same `Idempotency-Key` gives the same receipt, however often it is sent."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select

from jiesu.db.base import key_ring
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict, Invalid
from jiesu.intake.form import AppealForm
from jiesu.intake.models import IdempotencyKey

__all__ = ["BadIdempotencyKey", "KeyReused", "body_hash", "remember", "remembered"]

LONGEST_KEY = 128


class KeyReused(Conflict):
    zh = "同一个 Idempotency-Key 已用于另一份内容。新的诉求请换一个新的键。"
    en = "This Idempotency-Key was used with another body. Use a new key for a new appeal."


class BadIdempotencyKey(Invalid):
    zh = "Idempotency-Key 须为 1 到 128 个可见字符。"
    en = "An Idempotency-Key has 1 to 128 visible characters."


def body_hash(form: AppealForm) -> str:
    """Keyed hash of the form in canonical JSON, as sent before or after a warning alike.

    All but the telephone stands in the database too, to be tried with; hence the key.
    """
    body = msgspec.to_builtins(form)
    del body["confirmed_unclassified"]
    return key_ring().code_hash(msgspec.json.encode(body, order="deterministic").decode())


async def remembered(uow: UnitOfWork, key: str, form: AppealForm) -> IdempotencyKey | None:
    """The receipt issued under this key; None for a new one.

    Takes a lock on the key until the transaction ends, so that two requests with one key file once.
    Raises BadIdempotencyKey, KeyReused.
    """
    if not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        raise BadIdempotencyKey("Idempotency-Key")
    await uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    known = await uow.session.get(IdempotencyKey, key)
    if known is not None and known.body_hash != body_hash(form):
        raise KeyReused("Idempotency-Key")
    return known


def remember(uow: UnitOfWork, key: str, form: AppealForm, number: str, code: str) -> None:
    """Keep the receipt with the ticket, in the same transaction."""
    uow.session.add(
        IdempotencyKey(key=key, body_hash=body_hash(form), number=number, query_code=code, created_at=uow.now)
    )
