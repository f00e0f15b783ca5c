"""Policies that results and answers cite"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "citation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_citation_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citation")),
        sa.UniqueConstraint("ticket_id", "policy", "article", name=op.f("uq_citation_ticket_id_policy_article")),
    )
    op.create_index("ix_citation_policy", "citation", ["policy", "article", "ticket_id"])
    protect("citation")


def downgrade() -> None:
    op.drop_table("citation")
