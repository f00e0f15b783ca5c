"""Reasons for dissatisfaction, and answers that were corrected"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("survey", sa.Column("reasons", ARRAY(sa.String(length=32)), server_default="{}", nullable=False))
    op.add_column("survey", sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("survey", "corrected_at")
    op.drop_column("survey", "reasons")
