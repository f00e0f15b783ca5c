"""Supervision orders (督办单) and leaders' instructions (领导批示) as they are kept, and what happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.private import Private
from jiesu.tickets.events import SYSTEM, TicketEvent
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status

__all__ = [
    "OPEN_ORDERS",
    "Order",
    "OrderEnded",
    "OrderIssued",
    "OrderKind",
    "OrderState",
    "ReplyAccepted",
    "ReplyGiven",
    "ReplyReturned",
    "end_orders",
    "may_supervise",
    "next_number",
    "orders_of",
]


class OrderKind(StrEnum):
    ORDER = "order"
    INSTRUCTION = "instruction"


class OrderState(StrEnum):
    """`issued` waits for the unit's reply, `replied` for the issuer's word; `ended`: the unit no longer has the ticket."""

    ISSUED = "issued"
    REPLIED = "replied"
    ACCEPTED = "accepted"
    ENDED = "ended"


OPEN_ORDERS = (OrderState.ISSUED, OrderState.REPLIED)
_SERIAL = {kind: text(f"SELECT nextval('supervision_{kind}_serial')") for kind in OrderKind}


class Order(Base):
    """A numbered document from a unit above to the one that has the ticket; one issuer has one open at a time."""

    __tablename__ = "supervision_order"
    __table_args__ = (
        Index("ix_supervision_order_ticket", "ticket_id", "id"),
        Index("ix_supervision_order_serial", "kind", "year", "serial"),
        Index(
            "uq_supervision_order_open", "ticket_id", "issuer", unique=True,
            postgresql_where=text("state IN ('issued', 'replied')"),
        ),
        Index("ix_supervision_order_waiting", "issuer", "id", postgresql_where=text("state = 'replied'")),
    )  # fmt: skip

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    kind: Mapped[OrderKind] = mapped_column(vocabulary(OrderKind))
    #: 督〔2026〕12号
    number: Mapped[str] = mapped_column(String(40), unique=True)
    year: Mapped[int] = mapped_column(SmallInteger)
    serial: Mapped[int] = mapped_column(BigInteger)
    issuer: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    #: Null where the ladder issued it.
    issued_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    issued_at: Mapped[Moment]
    #: The order of a unit below that it follows: the chain upward.
    follows: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("supervision_order.id"))
    text: Mapped[str] = mapped_column(encrypted(5000))
    #: How long the unit has, as policies write limits, and the clock of the present reply.
    within: Mapped[str] = mapped_column(String(32))
    deadline_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("deadline.id"))
    state: Mapped[OrderState] = mapped_column(vocabulary(OrderState), default=OrderState.ISSUED)
    returns: Mapped[int] = mapped_column(SmallInteger, default=0)
    reply: Mapped[str | None] = mapped_column(encrypted(5000))
    replied_at: Mapped[Moment | None]
    #: What the issuer says to the last reply.
    note: Mapped[str | None] = mapped_column(encrypted(2000))
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    decided_at: Mapped[Moment | None]


class OrderIssued(TicketEvent, frozen=True, kw_only=True):
    order: int
    kind: OrderKind
    number: str
    sender: str
    unit: str
    within: str
    demand: Private


class ReplyGiven(TicketEvent, frozen=True, kw_only=True):
    order: int
    number: str
    sender: str
    unit: str
    reply: Private


class ReplyAccepted(TicketEvent, frozen=True, kw_only=True):
    order: int
    number: str
    unit: str
    note: Private | None


class ReplyReturned(TicketEvent, frozen=True, kw_only=True):
    """The reply does not do; the clock of the next begins."""

    order: int
    number: str
    unit: str
    within: str
    reason: Private


class OrderEnded(TicketEvent, frozen=True, kw_only=True):
    """The unit no longer has the ticket, or the matter is over.

    `cause` is what the ticket then was, `sent_out` where a desk had it to dispatch; older ones do not say. Nor whether a
    reply was owed, which is what `state` tells.
    """

    order: int
    number: str
    unit: str
    cause: str | None = None
    state: str | None = None


async def orders_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Order]:
    """All of them, oldest first."""
    return (await uow.session.scalars(select(Order).where(Order.ticket_id == ticket.id).order_by(Order.id))).all()


async def next_number(uow: UnitOfWork, kind: OrderKind) -> tuple[int, int, int]:
    """Year, the number within it, and the serial that it was made of.

    Serials come from a sequence, so that issuers never wait for each other; what is rolled back leaves a gap.
    """
    year = uow.now.astimezone(SHANGHAI).year
    serial = await uow.session.scalar(_SERIAL[kind]) or 0
    before = select(func.max(Order.serial)).where(Order.kind == kind, Order.year < year)
    return year, serial - (await uow.session.scalar(before) or 0), serial


def may_supervise(staff: Staff, ticket: Ticket, *, top: bool) -> bool:
    """Whoever supervises from above the unit, or the desk, that has it; at the `top`, where nobody is above, who handles nothing there.

    A sealed report is watched by its keeper alone.
    """
    if ticket.sealed_to is not None or not staff.may(Right.SUPERVISE, ticket):
        return False
    if staff.unit == ticket.post:
        return top and not staff.has(Right.HANDLE)
    return ticket.post in staff.subtree


async def end_orders(uow: UnitOfWork, ticket: Ticket, *, but: str | None = None) -> None:
    """Close what is open where a unit's work on a locked ticket ends; not orders to `but`, which goes on with it."""
    for order in await orders_of(uow, ticket):
        if order.state in OPEN_ORDERS and order.unit != but:
            state, order.state = str(order.state), OrderState.ENDED
            sent_out = ticket.status is Status.DISPATCHED and order.unit == ticket.desk_unit
            event = OrderEnded(
                ticket_id=ticket.id, by=SYSTEM, order=order.id, number=order.number, unit=order.unit,
                cause="sent_out" if sent_out else str(ticket.status), state=state,
            )  # fmt: skip
            await uow.record(event)
