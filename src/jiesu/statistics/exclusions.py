"""剔除: an answer that two people outside the unit took out of its figures, with the evidence; the raw figures stay beside."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.accounts.staff import Staff
from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.db.uow import UnitOfWork
from jiesu.kit.private import Private
from jiesu.surveys.models import Survey
from jiesu.surveys.words import SurveyState
from jiesu.tickets.events import SYSTEM, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.units.organisation import Organisation

__all__ = [
    "Exclusion",
    "ExclusionAsked",
    "ExclusionGranted",
    "ExclusionLapsed",
    "ExclusionReason",
    "ExclusionRefused",
    "ExclusionSeconded",
    "ExclusionState",
    "exclusion_waiting",
    "exclusions_of",
    "lapse_exclusion",
    "may_decide_exclusion",
    "somebody_outside",
    "unexcluded_answer",
]


class ExclusionState(StrEnum):
    ASKED = "asked"
    #: One of the two has approved.
    SECONDED = "seconded"
    GRANTED = "granted"
    REFUSED = "refused"
    #: The ticket was reopened before anybody decided.
    LAPSED = "lapsed"


class ExclusionReason(StrEnum):
    """Why an answer says nothing of the unit's work."""

    NO_BASIS = "no_basis"
    NOT_OURS = "not_ours"
    OUTSIDE_CAUSE = "outside_cause"
    MISTAKEN = "mistaken"
    ABUSIVE = "abusive"
    DISASTER = "disaster"


_WAITING = text("state IN ('asked', 'seconded')")


class Exclusion(Base):
    """Asked for by the unit whose result the survey was about; each answer at most once."""

    __tablename__ = "exclusion"
    __table_args__ = (
        Index("uq_exclusion_survey", "survey_id", unique=True),
        Index("ix_exclusion_ticket", "ticket_id", "id"),
        Index("ix_exclusion_waiting", "unit", "id", postgresql_where=_WAITING),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    survey_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("survey.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    asked_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
    asked_at: Mapped[Moment]
    reason: Mapped[ExclusionReason] = mapped_column(vocabulary(ExclusionReason))
    evidence: Mapped[str] = mapped_column(encrypted(5000))
    state: Mapped[ExclusionState] = mapped_column(vocabulary(ExclusionState), default=ExclusionState.ASKED)
    #: The first of the two approvers; their account, for one person may hold several posts.
    seconded_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    seconded_account: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    seconded_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    seconded_at: Mapped[Moment | None]
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    decided_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    decided_at: Mapped[Moment | None]
    note: Mapped[str | None] = mapped_column(encrypted(2000))


class ExclusionAsked(TicketEvent, frozen=True, kw_only=True):
    """`decider` is the unit that hears of it first; any unit above the asking one may decide. `reason` is a code."""

    unit: str
    decider: str
    reason: str
    evidence: Private


class ExclusionSeconded(TicketEvent, frozen=True, kw_only=True):
    unit: str
    decider: str
    note: Private | None


class ExclusionGranted(TicketEvent, frozen=True, kw_only=True):
    unit: str
    decider: str
    note: Private | None


class ExclusionRefused(TicketEvent, frozen=True, kw_only=True):
    unit: str
    decider: str
    reason: Private


class ExclusionLapsed(TicketEvent, frozen=True, kw_only=True):
    """The ticket was reopened: there will be another result and another answer."""

    unit: str


def somebody_outside(organisation: Organisation, ticket: Ticket) -> bool:
    """Whether any unit but the lead one may decide: none is above the city's, and a sealed ticket has one keeper."""
    return (
        ticket.sealed_to is None and ticket.lead_unit is not None and organisation.parent(ticket.lead_unit) is not None
    )


def may_decide_exclusion(staff: Staff, exclusion: Exclusion) -> bool:
    """From a unit above the asking one, and not a second time by the same person. The right itself is asked elsewhere."""
    above = staff.unit != exclusion.unit and exclusion.unit in staff.subtree
    return above and staff.account_id != exclusion.seconded_account and not staff.is_me(exclusion.asked_by)


async def exclusions_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Exclusion]:
    """All of them, oldest first."""
    query = select(Exclusion).where(Exclusion.ticket_id == ticket.id).order_by(Exclusion.id)
    return (await uow.session.scalars(query)).all()


async def exclusion_waiting(uow: UnitOfWork, ticket: Ticket) -> Exclusion | None:
    """The one that waits for its first or second approver; at most one."""
    waiting = Exclusion.state.in_((ExclusionState.ASKED, ExclusionState.SECONDED))
    query = select(Exclusion).where(Exclusion.ticket_id == ticket.id, waiting).order_by(Exclusion.id.desc())
    return await uow.session.scalar(query.limit(1).execution_options(populate_existing=True))


async def unexcluded_answer(uow: UnitOfWork, ticket: Ticket) -> Survey | None:
    """The last answered survey, if it is about the lead unit's result and nobody asked to exclude it yet."""
    query = select(Survey).where(Survey.ticket_id == ticket.id, Survey.state == SurveyState.ANSWERED)
    survey = await uow.session.scalar(query.order_by(Survey.round.desc()).limit(1))
    if survey is None or survey.unit != ticket.lead_unit:
        return None
    asked = await uow.session.scalar(select(Exclusion.id).where(Exclusion.survey_id == survey.id))
    return survey if asked is None else None


async def lapse_exclusion(uow: UnitOfWork, ticket: Ticket) -> None:
    """What nobody decided is over once the locked ticket is worked on again."""
    waiting = await exclusion_waiting(uow, ticket)
    if waiting is not None:
        waiting.state, waiting.decided_at = ExclusionState.LAPSED, uow.now
        await uow.record(ExclusionLapsed(ticket_id=ticket.id, by=SYSTEM, unit=waiting.unit))
