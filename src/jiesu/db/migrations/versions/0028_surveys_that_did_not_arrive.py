"""Surveys sent again, and messages that were given up"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("survey", sa.Column("resends", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("message", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "failed_at")
    op.drop_column("survey", "resends")
