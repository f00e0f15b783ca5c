"""Leaders' receptions and their bookings, and messages that are about no ticket"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import SYSTEM, protect

revision = "0025"
down_revision = "0024"

MY_UNIT = "current_setting('jiesu.unit', true)"
BELOW_ME = f"SELECT descendant FROM unit_closure WHERE ancestor = {MY_UNIT}"
RECEPTION = f"{SYSTEM} OR current_setting('jiesu.reads', true) = 'on' AND unit IN ({BELOW_ME})"
BOOKING = f"{SYSTEM} OR EXISTS (SELECT FROM reception r WHERE r.id = reception_booking.reception_id OFFSET 0)"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _words(name: str, kind: str, *words: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=False
    )


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "reception",
        _id(),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        _words("kind", "receptionkind", "reception", "appointment", "field_visit"),
        sa.Column("leader", sa.String(length=50), nullable=False),
        sa.Column("office", sa.String(length=50), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        _moment("starts_at"),
        _moment("ends_at"),
        sa.Column("slot_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("per_slot", sa.SmallInteger(), nullable=False),
        _moment("planned_at"),
        _moment("cancelled_at", nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_reception_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reception")),
        sa.UniqueConstraint("ref", name=op.f("uq_reception_ref")),
    )
    op.create_index("ix_reception_starts", "reception", ["starts_at", "id"])
    op.create_index("ix_reception_unit", "reception", ["unit", "starts_at"])
    protect("reception", RECEPTION)
    op.create_table(
        "reception_booking",
        _id(),
        sa.Column("reception_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        _moment("slot_at"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_hash", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(), nullable=True),
        _words("state", "bookingstate", "booked", "came", "missed", "cancelled"),
        _moment("booked_at"),
        sa.Column("made_ticket_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["reception_id"], ["reception.id"], name=op.f("fk_reception_booking_reception_id")),
        sa.ForeignKeyConstraint(["made_ticket_id"], ["ticket.id"], name=op.f("fk_reception_booking_made_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reception_booking")),
        sa.UniqueConstraint("number", name=op.f("uq_reception_booking_number")),
    )
    lasting = sa.text("state <> 'cancelled'")
    op.create_index(
        "uq_reception_booking_lasting",
        "reception_booking",
        ["reception_id", "phone_hash"],
        unique=True,
        postgresql_where=lasting,
    )
    op.create_index("ix_reception_booking_slot", "reception_booking", ["reception_id", "slot_at", "id"])
    for column in ("phone_hash", "made_ticket_id"):
        op.create_index(op.f(f"ix_reception_booking_{column}"), "reception_booking", [column])
    protect("reception_booking", BOOKING)
    op.alter_column("message", "ticket_id", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE ticket_id IS NULL")
    op.alter_column("message", "ticket_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_table("reception_booking")
    op.drop_table("reception")
