"""When the petitioner is called next, and texts that are still being written"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import SYSTEM, protect, unprotect

revision = "0010"
down_revision = "0009"

ME = "nullif(current_setting('jiesu.account', true), '')::bigint"
#: A draft is its writer's alone, and only while they see the ticket.
OWN = f"""{SYSTEM} OR (account_id = {ME}
    AND EXISTS (SELECT FROM ticket WHERE ticket.id = {{table}}.ticket_id OFFSET 0))"""


def upgrade() -> None:
    op.add_column("contact", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("next_call_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_ticket_next_call",
        "ticket",
        ["lead_unit", "next_call_at", "id"],
        postgresql_where=sa.text("next_call_at IS NOT NULL AND status = 'in_progress'"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_account_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_draft_ticket_id")),
        sa.UniqueConstraint("account_id", "ticket_id", "step", name=op.f("uq_draft_account_id_ticket_id_step")),
    )
    op.create_index(op.f("ix_draft_ticket_id"), "draft", ["ticket_id"])
    protect("draft", OWN)


def downgrade() -> None:
    unprotect("draft")
    op.drop_table("draft")
    op.drop_index("ix_ticket_next_call", "ticket")
    op.drop_column("ticket", "next_call_at")
    op.drop_column("contact", "next_at")
