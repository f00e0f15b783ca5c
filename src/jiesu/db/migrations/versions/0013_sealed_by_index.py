"""Sealed reports by their keeper, so that every way of seeing a ticket can be read from an index"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_ticket_sealed", "ticket", ["sealed_to"], postgresql_where=sa.text("sealed_to IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_ticket_sealed", "ticket")
