"""An index for lists of one first-level category, newest first"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    first_level = sa.text('"left"(category, 2)')
    op.create_index("ix_ticket_category_registered", "ticket", [first_level, "registered_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_ticket_category_registered", "ticket")
