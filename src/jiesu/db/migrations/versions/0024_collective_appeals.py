"""Collective appeals: how many people, and who speaks for them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("people", sa.Integer(), nullable=True))
    op.create_table(
        "representative",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_representative_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representative")),
    )
    op.create_index(op.f("ix_representative_ticket_id"), "representative", ["ticket_id"])
    op.create_index(op.f("ix_representative_phone_hash"), "representative", ["phone_hash"])
    protect("representative")


def downgrade() -> None:
    op.drop_table("representative")
    op.drop_column("ticket", "people")
