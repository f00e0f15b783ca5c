"""Objections (退单) as they are kept, what happens to them, and who decides one."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, select, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Conflict
from jiesu.kit.private import Private
from jiesu.routing.returns import ObjectionReason
from jiesu.tickets.events import SYSTEM, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.units.organisation import Organisation

__all__ = [
    "NothingToJudge",
    "Objection",
    "ObjectionLapsed",
    "ObjectionRefused",
    "ObjectionState",
    "ObjectionUpheld",
    "ObjectionWaits",
    "TicketObjected",
    "lapse_objection",
    "may_judge",
    "objections_of",
    "pending_objection",
    "to_judge",
]


class ObjectionState(StrEnum):
    PENDING = "pending"
    UPHELD = "upheld"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Objection(Base):
    """退单: a unit says that the ticket is not its own, and the desk judges. Once for each unit."""

    __tablename__ = "objection"
    __table_args__ = (
        Index("uq_objection_pending", "ticket_id", unique=True, postgresql_where=text("state = 'pending'")),
        Index("uq_objection_unit", "ticket_id", "unit", unique=True),
        Index("ix_objection_judge", "judge", "id", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    #: The dispatch it answers: `Ticket.rounds`.
    round: Mapped[int] = mapped_column(SmallInteger)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    #: The unit whose dispatcher judges, or one above it.
    judge: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    reason: Mapped[ObjectionReason] = mapped_column(vocabulary(ObjectionReason))
    #: The rule or fact it rests on; the petitioner reads it.
    basis: Mapped[str] = mapped_column(encrypted(1000))
    proposed_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    objected_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
    objected_at: Mapped[Moment]
    state: Mapped[ObjectionState] = mapped_column(vocabulary(ObjectionState), default=ObjectionState.PENDING)
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    decided_at: Mapped[Moment | None]
    note: Mapped[str | None] = mapped_column(encrypted(1000))


class TicketObjected(TicketEvent, frozen=True, kw_only=True):
    """`in_hand`: it is handled on meanwhile. The petitioner's clock runs on either way."""

    unit: str
    judge: str
    reason: ObjectionReason
    basis: Private
    proposed_unit: str | None
    in_hand: bool


class ObjectionUpheld(TicketEvent, frozen=True, kw_only=True):
    """`unit` was right; the dispatch to another follows."""

    unit: str
    note: Private | None


class ObjectionRefused(TicketEvent, frozen=True, kw_only=True):
    """`unit` was wrong, and is designated."""

    unit: str
    note: Private | None


class ObjectionLapsed(TicketEvent, frozen=True, kw_only=True):
    """Nobody judged before the unit's work ended, or another unit took the ticket."""

    unit: str


class NothingToJudge(Conflict):
    zh = "这张工单没有等待审核的退单，已在承办单位手中，不能改派。"
    en = "No objection to this ticket waits to be judged: it stays with the unit that has it."


class ObjectionWaits(Conflict):
    zh = "退单还在审核。先由派单单位作出决定，再申请或批准挂账。"
    en = "The objection still waits to be judged. Let the desk decide first, then ask for a listing or grant one."


async def objections_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Objection]:
    """All of them, oldest first."""
    query = select(Objection).where(Objection.ticket_id == ticket.id).order_by(Objection.id)
    return (await uow.session.scalars(query)).all()


async def pending_objection(uow: UnitOfWork, ticket: Ticket) -> Objection | None:
    """The one that waits to be judged."""
    if not ticket.objections:
        return None
    waiting = select(Objection).where(Objection.ticket_id == ticket.id, Objection.state == ObjectionState.PENDING)
    return await uow.session.scalar(waiting)


def may_judge(organisation: Organisation, staff: Staff, ticket: Ticket, objection: Objection) -> bool:
    """A dispatcher of the judging unit or above it; never who objected, from any post, nor their unit.

    At the top, where nobody is above, it is the dispatcher there.
    """
    if not staff.may(Right.DISPATCH, ticket) or staff.is_me(objection.objected_by):
        return False
    own = staff.unit == objection.unit and organisation.parent(objection.unit) is not None
    return objection.judge in staff.subtree and not own


async def to_judge(uow: UnitOfWork, organisation: Organisation, staff: Staff, ticket: Ticket) -> Objection:
    """The objection this person is about to decide. Raises NothingToJudge, NotYours."""
    objection = await pending_objection(uow, ticket)
    if objection is None:
        raise NothingToJudge("action")
    if not may_judge(organisation, staff, ticket, objection):
        raise NotYours
    return objection


async def lapse_objection(uow: UnitOfWork, ticket: Ticket) -> None:
    """End what was not judged, where the unit's work on a locked ticket ends."""
    objection = await pending_objection(uow, ticket)
    if objection is not None:
        objection.state, objection.decided_at = ObjectionState.LAPSED, uow.now
        await uow.record(ObjectionLapsed(ticket_id=ticket.id, by=SYSTEM, unit=objection.unit))
