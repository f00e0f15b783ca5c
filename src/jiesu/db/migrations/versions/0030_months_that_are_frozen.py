"""Months of the rates that are frozen, and what changed afterwards"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from jiesu.db.policies import protect

revision = "0030"
down_revision = "0029"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _words(name: str, kind: str, *words: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=True
    )


def _of(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The keys that both tables beside a month have."""
    return (
        sa.Column("month_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["month_id"], ["rates_month.id"], name=op.f(f"fk_{table}_month_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f(f"fk_{table}_ticket_id")),
    )


def upgrade() -> None:
    op.create_table(
        "rates_month",
        _id(),
        sa.Column("name", sa.String(length=7), nullable=False),
        _moment("starts_at"),
        _moment("ends_at"),
        _moment("frozen_at"),
        sa.Column("policy", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates_month")),
        sa.UniqueConstraint("starts_at", "ends_at", name=op.f("uq_rates_month_starts_at_ends_at")),
    )
    op.create_table(
        "rates_frozen",
        _id(),
        *_of("rates_frozen"),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        _words("solved", "solved", "yes", "partly", "no"),
        _words("satisfied", "satisfaction", "yes", "mostly", "no"),
        sa.Column("first_time", sa.Boolean(), nullable=False),
        sa.Column("contacted_in_time", sa.Boolean(), nullable=True),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("reworked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_rates_frozen_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates_frozen")),
        sa.UniqueConstraint("month_id", "ticket_id", name=op.f("uq_rates_frozen_month_id_ticket_id")),
    )
    op.create_index("ix_rates_frozen_unit", "rates_frozen", ["month_id", "unit"])
    op.create_index("ix_rates_frozen_ticket", "rates_frozen", ["ticket_id"])
    protect("rates_frozen")
    op.create_table(
        "rates_adjustment",
        _id(),
        *_of("rates_adjustment"),
        _moment("at"),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("before", JSONB(none_as_null=True), nullable=True),
        sa.Column("after", JSONB(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates_adjustment")),
    )
    op.create_index("ix_rates_adjustment_month", "rates_adjustment", ["month_id", "id"])
    op.create_index("ix_rates_adjustment_ticket", "rates_adjustment", ["ticket_id", "id"])
    protect("rates_adjustment")


def downgrade() -> None:
    for table in ("rates_adjustment", "rates_frozen", "rates_month"):
        op.drop_table(table)
