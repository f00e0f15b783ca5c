"""The ticket row and the contact log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, SmallInteger, String, func, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from jiesu.db.base import Base, BigId, Moment, encrypted, vocabulary
from jiesu.tickets.states import OPEN, move
from jiesu.tickets.words import Channel, Nature, Outcome, Status, Step, Track

__all__ = ["FIRST_LEVEL", "Contact", "Ticket"]

_IS_OPEN = text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(OPEN))))


class Ticket(Base):
    """One appeal (诉求) on its way to an answer."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_lead_due", "lead_unit", "next_due_at", "id", postgresql_where=_IS_OPEN),
        Index("ix_ticket_desk_due", "desk_unit", "next_due_at", "id", postgresql_where=_IS_OPEN),
        Index("ix_ticket_status_due", "status", "next_due_at", "id", postgresql_where=_IS_OPEN),
        Index("ix_ticket_open_due", "next_due_at", "id", postgresql_where=_IS_OPEN),
        Index("ix_ticket_open_registered", "registered_at", "id", postgresql_where=_IS_OPEN),
        Index("ix_ticket_ended", "ended_at", "id", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_ticket_lead_registered", "lead_unit", "registered_at", "id"),
        Index("ix_ticket_desk_registered", "desk_unit", "registered_at", "id"),
        Index("ix_ticket_registered", "registered_at", "id"),
        Index("ix_ticket_category_registered", text('"left"(category, 2)'), "registered_at", "id"),
        Index("ix_ticket_to_erase", "ended_at", "id", postgresql_where=text("erased_at IS NULL")),
        Index("ix_ticket_petitioner", "petitioner_id", "id"),
        Index(
            "ix_ticket_foreign",
            "foreign_system",
            "foreign_number",
            unique=True,
            postgresql_where=text("foreign_number IS NOT NULL"),
        ),
        Index(
            "ix_ticket_part_of",
            "part_of",
            "part_no",
            unique=True,
            postgresql_where=text("part_of IS NOT NULL AND status <> 'rejoined'"),
        ),
        Index("ix_ticket_merged_into", "merged_into", "id", postgresql_where=text("merged_into IS NOT NULL")),
        Index("ix_ticket_sealed", "sealed_to", postgresql_where=text("sealed_to IS NOT NULL")),
        Index("ix_ticket_co_units", "co_units", postgresql_using="gin", postgresql_where=text("co_units <> '{}'")),
        Index(
            "ix_ticket_next_call",
            "lead_unit",
            "next_call_at",
            "id",
            postgresql_where=text("next_call_at IS NOT NULL AND status = 'in_progress'"),
        ),
        Index("ix_ticket_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "on"}),
    )

    id: Mapped[BigId]
    number: Mapped[str] = mapped_column(String(24), unique=True)
    #: Keyed hash of the query code; the code itself is told once.
    code_hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[Status] = mapped_column(vocabulary(Status))
    track: Mapped[Track] = mapped_column(vocabulary(Track))
    nature: Mapped[Nature] = mapped_column(vocabulary(Nature))
    channel: Mapped[Channel] = mapped_column(vocabulary(Channel))
    #: Service class P0 … X of config/clocks.toml, and the version of that file the ticket began with.
    service_class: Mapped[str] = mapped_column(String(8))
    policy_version: Mapped[str] = mapped_column(String(32))
    #: Four-digit code of config/categories.toml; null while nobody knows.
    category: Mapped[str | None] = mapped_column(String(8))
    title: Mapped[str]
    text: Mapped[str]
    place: Mapped[str | None] = mapped_column(ForeignKey("place.code"))
    petitioner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("petitioner.id"))
    anonymous: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    #: How many people it is of (集体); null for one person's.
    people: Mapped[int | None]
    accused_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    #: As the petitioner names them.
    accused_officer: Mapped[str | None] = mapped_column(encrypted(50))
    #: Accounts that never see it from any post: whom it may accuse (Art. 30), who has an interest (Art. 28).
    barred_accounts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default="{}")
    #: The one unit that may open a sealed report (Art. 30, 46); null for all others.
    sealed_to: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    #: The command desk that dispatches it.
    desk_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    #: The unit responsible (主办); null until dispatched.
    lead_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    #: Units that have, or had, a part in it (协办).
    co_units: Mapped[list[str]] = mapped_column(ARRAY(String), default=list, server_default="{}")
    #: The unit whose leader owns the case (包案); null for most.
    leader_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    #: The ticket whose answer is this one's too (并案), from when on; a petitioner who is not content with it has an own one again.
    merged_into: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    merged_at: Mapped[Moment | None]
    #: Into how many parts it was split (拆分), 0 for most; of a part, the whole and its place, from 1.
    parts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    part_of: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    part_no: Mapped[int | None] = mapped_column(SmallInteger)
    #: Of one brought over from an earlier system: which, its number there, and when; its registration is the one it had there.
    foreign_system: Mapped[str | None] = mapped_column(String(32))
    foreign_number: Mapped[str | None] = mapped_column(String(64))
    imported_at: Mapped[Moment | None]
    #: When the petitioner last heard how things stand.
    informed_at: Mapped[Moment | None]
    routing: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    #: How often it was dispatched, asked for details, sent to rework, answered with dissatisfaction.
    rounds: Mapped[int] = mapped_column(SmallInteger, default=0)
    info_requests: Mapped[int] = mapped_column(SmallInteger, default=0)
    reworks: Mapped[int] = mapped_column(SmallInteger, default=0)
    dissatisfactions: Mapped[int] = mapped_column(SmallInteger, default=0)
    contact_attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    #: How often units objected to it (退单), and whether the one that has it now may not.
    objections: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    designated: Mapped[bool] = mapped_column(default=False, server_default="false")
    registered_at: Mapped[Moment]
    dispatched_at: Mapped[Moment | None]
    signed_at: Mapped[Moment | None]
    #: When the petition (信访) was accepted; null on the service track, and before that.
    accepted_at: Mapped[Moment | None]
    first_contact_at: Mapped[Moment | None]
    approved_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    #: When its personal data and texts were erased because their time was over (`jiesu retention run`).
    erased_at: Mapped[Moment | None]
    #: When the officer means to call the petitioner next, as the last contact says.
    next_call_at: Mapped[Moment | None]
    #: The earliest running deadline of all clocks but co-handlers'; what queues are sorted by.
    next_due_at: Mapped[Moment | None]
    result: Mapped[str | None] = mapped_column(encrypted(5000, once_plain=True))
    #: Who submitted it, in which post.
    result_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("staff.id"))
    #: The last word to the petitioner: a question, an answer or a pointer to another channel.
    reply: Mapped[str | None] = mapped_column(encrypted(5000, once_plain=True))
    search: Mapped[Any] = deferred(mapped_column(TSVECTOR))

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes the petitioner something."""
        return self.status in OPEN

    @property
    def is_petition(self) -> bool:
        """Whether the statutory steps apply: on its track, but no report (检举控告), which goes the way of discipline (Art. 31)."""
        return self.track is Track.PETITION and self.nature is not Nature.REPORT and self.sealed_to is None

    @property
    def post(self) -> str:
        """The unit whose duty post has it now: the keeper of a sealed one, the lead, or the desk."""
        return self.sealed_to or self.lead_unit or self.desk_unit

    def move(self, step: Step) -> None:
        """Take a step and count a new version; a call that was planned is off once the unit has done. Raises IllegalStep."""
        self.status = move(self.status, step)
        if self.status is not Status.IN_PROGRESS:
            self.next_call_at = None
        self.version += 1


#: A ticket's category of the first level, as the index has it.
FIRST_LEVEL: ColumnElement[str] = func.left(Ticket.category, literal_column("2"))


class Contact(Base):
    """One attempt to reach the petitioner (先行联系 and later)."""

    __tablename__ = "contact"

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ticket.id"), index=True)
    at: Mapped[Moment]
    outcome: Mapped[Outcome] = mapped_column(vocabulary(Outcome))
    note: Mapped[str] = mapped_column(encrypted(5000))
    #: When to try next; null for most.
    next_at: Mapped[Moment | None]
    staff_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("staff.id"))
