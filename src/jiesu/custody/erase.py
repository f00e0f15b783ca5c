"""Erasing what a ticket holds of people; what remains is the skeleton that figures and the chain of the trail need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from advanced_alchemy.types import EncryptedString
from sqlalchemy import Table, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import TSVECTOR

import jiesu.models  # noqa: F401  (fills the metadata)
from jiesu.attachments.models import Attachment
from jiesu.audit.trail_keys import TrailKey
from jiesu.db.base import Base
from jiesu.db.uow import UnitOfWork
from jiesu.intake.models import IdempotencyKey
from jiesu.notifications.models import DemoMessage, Message
from jiesu.outreach.models import OutreachContact, OutreachPerson
from jiesu.petitioners.consent import Consent
from jiesu.petitioners.models import Petitioner
from jiesu.petitioners.representatives import Representative
from jiesu.receptions.models import Booking, Reception
from jiesu.tickets.models import Ticket

__all__ = ["ERASED_TITLE", "erase_outreach", "erase_personal", "erase_receptions", "erase_words"]

ERASED_TITLE = "（保存期限已过，已删除）"


async def erase_words(uow: UnitOfWork, tickets: Sequence[int]) -> None:
    """Forget the keys of the trail's texts: nobody can read them again, wherever copies lie."""
    await uow.session.execute(delete(TrailKey).where(TrailKey.ticket_id.in_(tickets)))


async def erase_personal(uow: UnitOfWork, tickets: Sequence[int]) -> Sequence[str]:
    """Overwrite every encrypted column that belongs to the tickets, what they say, and people who have no other ticket.

    Returns the places of their files in the store: their keys are gone, the files may follow once this is committed.
    """
    files = await _files(uow, tickets)
    for table in _belonging():
        await _blank(uow, table, tickets)
    await uow.session.execute(delete(Consent).where(Consent.ticket_id.in_(tickets)))
    await uow.session.execute(delete(Representative).where(Representative.ticket_id.in_(tickets)))
    await _receipts_and_copies(uow, tickets)
    people = (await uow.session.scalars(select(Ticket.petitioner_id).where(Ticket.id.in_(tickets)))).all()
    await uow.session.execute(
        update(Ticket)
        .where(Ticket.id.in_(tickets))
        .values(
            title=ERASED_TITLE, text=ERASED_TITLE, search=func.cast(literal(""), TSVECTOR), result=None, reply=None,
            accused_officer=None, petitioner_id=None, code_hash="", routing={}, erased_at=uow.now,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    await _people(uow, [person for person in people if person is not None])
    return files


async def erase_outreach(uow: UnitOfWork, before: datetime) -> int:
    """Forget contacts older than that, and people who were taken off a list before it and have no ticket; how many rows."""
    ended = select(OutreachPerson.id).where(OutreachPerson.ended_at < before)
    old = or_(OutreachContact.at < before, OutreachContact.person_id.in_(ended))
    contacts = await uow.session.scalars(delete(OutreachContact).where(old).returning(OutreachContact.id))
    gone = delete(OutreachPerson).where(OutreachPerson.ended_at < before).returning(OutreachPerson.petitioner_id)
    count, people = len(contacts.all()), (await uow.session.scalars(gone)).all()
    await _people(uow, people)
    return count + len(people)


async def erase_receptions(uow: UnitOfWork, before: datetime) -> int:
    """Forget who booked receptions that ended before then, and messages about no ticket; how many rows."""
    over = select(Reception.id).where(Reception.ends_at < before)
    gone = delete(Booking).where(Booking.reception_id.in_(over)).returning(Booking.id)
    count = len((await uow.session.scalars(gone)).all())
    told = delete(Message).where(Message.ticket_id.is_(None), Message.created_at < before).returning(Message.key)
    keys = (await uow.session.scalars(told)).all()
    await uow.session.execute(delete(DemoMessage).where(DemoMessage.key.in_(keys)))
    return count + len(keys)


def _belonging() -> list[Table]:
    """Tables that hold encrypted columns of a ticket; the keys of the trail have a time of their own."""
    return [
        table
        for name, table in sorted(Base.metadata.tables.items())
        if "ticket_id" in table.columns and name != TrailKey.__tablename__ and _sealed(table)
    ]


def _sealed(table: Table) -> dict[str, str | None]:
    """What each encrypted column becomes: nothing, or an empty text where something must stand."""
    return {c.name: None if c.nullable else "" for c in table.columns if isinstance(c.type, EncryptedString)}


async def _blank(uow: UnitOfWork, table: Table, tickets: Sequence[int]) -> None:
    await uow.session.execute(update(table).where(table.c.ticket_id.in_(tickets)).values(_sealed(table)))


async def _receipts_and_copies(uow: UnitOfWork, tickets: Sequence[int]) -> None:
    """Receipts kept under a key, and what the demo's telephone shows."""
    numbers, keys = (
        select(Ticket.number).where(Ticket.id.in_(tickets)),
        select(Message.key).where(Message.ticket_id.in_(tickets)),
    )
    await uow.session.execute(delete(IdempotencyKey).where(IdempotencyKey.number.in_(numbers)))
    await uow.session.execute(delete(DemoMessage).where(DemoMessage.key.in_(keys)))


async def _files(uow: UnitOfWork, tickets: Sequence[int]) -> Sequence[str]:
    gone = delete(Attachment).where(Attachment.ticket_id.in_(tickets)).returning(Attachment.place)
    return (await uow.session.scalars(gone)).all()


async def _people(uow: UnitOfWork, people: Sequence[int]) -> None:
    elsewhere = exists().where(Ticket.petitioner_id == Petitioner.id)
    listed = exists().where(OutreachPerson.petitioner_id == Petitioner.id)
    await uow.session.execute(
        delete(Petitioner)
        .where(Petitioner.id.in_(people), ~elsewhere, ~listed)
        .execution_options(synchronize_session=False)
    )
