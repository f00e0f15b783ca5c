"""Drafts: what somebody is writing for a step of a ticket, kept for them alone until the step is taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.accounts.staff import Staff
from jiesu.db.base import Base, BigId, Moment, encrypted
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.tickets.guard import TicketErased, TooLong
from jiesu.tickets.models import Ticket

__all__ = ["Draft", "DraftView", "drafts_of", "drop_draft", "keep_draft"]

#: All texts of one step together.
LONGEST = 20_000
#: A draft that nobody touched for so long is dropped when its writer saves the next one.
KEPT = timedelta(days=30)


class Draft(Base):
    """The fields of one person's form for one step, as JSON."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id", "ticket_id", "step"),)

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    step: Mapped[str] = mapped_column(String(32))
    fields: Mapped[str] = mapped_column(encrypted(40_000))
    saved_at: Mapped[Moment]


class DraftView(msgspec.Struct, frozen=True):
    """What was typed, by field, and when it was saved."""

    fields: dict[str, str]
    saved_at: datetime


async def keep_draft(
    uow: UnitOfWork, staff: Staff, ticket: Ticket, step: str, fields: Mapping[str, str]
) -> datetime | None:
    """Keep what the person has typed so far; nothing typed keeps nothing. The caller has checked that they see the ticket.

    Returns when it was saved. May be repeated. Raises TooLong, TicketErased.
    """
    if ticket.erased_at is not None:
        raise TicketErased
    typed = {name: text for name, text in fields.items() if text.strip()}
    length = sum(map(len, typed.values()))
    if length > LONGEST:
        raise TooLong(None, label="草稿", length=length, longest=LONGEST)
    if not typed:
        await drop_draft(uow, staff, ticket, step)
        return None
    stale = delete(Draft).where(Draft.account_id == staff.account_id, Draft.saved_at < uow.now - KEPT)
    await uow.session.execute(stale)
    sealed = {"fields": msgspec.json.encode(typed).decode(), "saved_at": uow.now}
    row = insert(Draft).values(account_id=staff.account_id, ticket_id=ticket.id, step=step, **sealed)
    await uow.session.execute(row.on_conflict_do_update(constraint="uq_draft_account_id_ticket_id_step", set_=sealed))
    return uow.now.astimezone(SHANGHAI)


async def drafts_of(uow: UnitOfWork, staff: Staff, ticket: Ticket) -> dict[str, DraftView]:
    """The person's own drafts on the ticket, by step."""
    query = select(Draft).where(Draft.account_id == staff.account_id, Draft.ticket_id == ticket.id)
    return {
        row.step: DraftView(msgspec.json.decode(row.fields, type=dict[str, str]), row.saved_at.astimezone(SHANGHAI))
        for row in await uow.session.scalars(query)
        if row.fields  # empty once the ticket's time of keeping is over
    }


async def drop_draft(uow: UnitOfWork, staff: Staff, ticket: Ticket, step: str) -> None:
    """Forget it: the step was taken, or the person thought better of it."""
    mine = delete(Draft).where(Draft.account_id == staff.account_id, Draft.ticket_id == ticket.id, Draft.step == step)
    await uow.session.execute(mine)
