"""Tickets that are handled in parts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

FORMER = (
    "registered", "need_info", "answered", "diverted", "merged", "dispatched", "objected", "in_progress", "under_review",
    "awaiting_survey", "rework", "listed", "withdrawn", "closed", "not_accepted",
)  # fmt: skip


def _statuses(*words: str) -> None:
    op.drop_constraint("status", "ticket", type_="check")
    op.create_check_constraint("status", "ticket", "status IN ({})".format(", ".join(f"'{word}'" for word in words)))


def upgrade() -> None:
    _statuses(*FORMER, "split")
    op.add_column("ticket", sa.Column("parts", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("ticket", sa.Column("part_of", sa.BigInteger(), nullable=True))
    op.add_column("ticket", sa.Column("part_no", sa.SmallInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_ticket_part_of"), "ticket", "ticket", ["part_of"], ["id"])
    parts = sa.text("part_of IS NOT NULL")
    op.create_index("ix_ticket_part_of", "ticket", ["part_of", "part_no"], unique=True, postgresql_where=parts)


def downgrade() -> None:
    op.drop_index("ix_ticket_part_of", "ticket")
    op.drop_constraint(op.f("fk_ticket_part_of"), "ticket")
    for column in ("part_no", "part_of", "parts"):
        op.drop_column("ticket", column)
    _statuses(*FORMER)
