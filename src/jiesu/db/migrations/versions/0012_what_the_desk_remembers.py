"""Filters that people keep, what they have read, and the index of a desk's ended tickets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_filter_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
    )
    op.create_index(op.f("ix_saved_filter_account_id"), "saved_filter", ["account_id"])
    op.create_table(
        "ticket_seen",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_seen_account_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_seen_ticket_id")),
        sa.PrimaryKeyConstraint("account_id", "ticket_id", name=op.f("pk_ticket_seen")),
    )
    protect("ticket_seen")
    op.create_index("ix_ticket_desk_registered", "ticket", ["desk_unit", "registered_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_ticket_desk_registered", "ticket")
    op.drop_table("ticket_seen")
    op.drop_table("saved_filter")
