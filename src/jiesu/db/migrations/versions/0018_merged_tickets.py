"""Which ticket another is merged into"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.add_column("ticket", sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_ticket_merged_into"), "ticket", "ticket", ["merged_into"], ["id"])
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_ticket_merged_into", "ticket", ["merged_into", "id"], postgresql_where=merged)


def downgrade() -> None:
    op.drop_index("ix_ticket_merged_into", "ticket")
    op.drop_constraint(op.f("fk_ticket_merged_into"), "ticket")
    op.drop_column("ticket", "merged_at")
    op.drop_column("ticket", "merged_into")
