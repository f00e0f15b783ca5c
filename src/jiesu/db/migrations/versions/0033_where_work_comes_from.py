"""Where work comes from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    for table in ("job", "dead_letter"):
        op.add_column(table, sa.Column("origin", sa.String(), nullable=True))


def downgrade() -> None:
    for table in ("job", "dead_letter"):
        op.drop_column(table, "origin")
