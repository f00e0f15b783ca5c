"""Indexes for what is rare among much: one category's tickets newest first, and open ones of one status by their date"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

OPEN = (
    "status IN ('awaiting_survey', 'dispatched', 'in_progress', 'listed', 'need_info', 'objected', 'registered', 'rework', "
    "'under_review')"
)


def upgrade() -> None:
    first_level = sa.text('"left"(category, 2)')
    op.create_index("ix_ticket_category_registered", "ticket", [first_level, "registered_at", "id"])
    op.create_index("ix_ticket_status_due", "ticket", ["status", "next_due_at", "id"], postgresql_where=sa.text(OPEN))


def downgrade() -> None:
    op.drop_index("ix_ticket_status_due", "ticket")
    op.drop_index("ix_ticket_category_registered", "ticket")
