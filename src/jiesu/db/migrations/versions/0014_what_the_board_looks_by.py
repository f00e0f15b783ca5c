"""Indexes of the board: the oldest open tickets, and what ended on a day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

OPEN = (
    "status IN ('awaiting_survey', 'dispatched', 'in_progress', 'listed', 'need_info', 'objected', 'registered', 'rework', "
    "'under_review')"
)


def upgrade() -> None:
    op.create_index("ix_ticket_open_registered", "ticket", ["registered_at", "id"], postgresql_where=sa.text(OPEN))
    op.create_index("ix_ticket_ended", "ticket", ["ended_at", "id"], postgresql_where=sa.text("ended_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_ticket_ended", "ticket")
    op.drop_index("ix_ticket_open_registered", "ticket")
