"""Dates that fell due in a month, without reading all others"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.beside import beside_work

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    with beside_work():  # beside whoever writes
        op.create_index(
            "ix_deadline_due", "deadline", ["due_at", "ticket_id"], postgresql_concurrently=True,
            postgresql_where=sa.text("clock IN ('petitioner', 'unit')"),
        )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_deadline_due", "deadline")
