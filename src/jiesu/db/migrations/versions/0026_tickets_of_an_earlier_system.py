"""Tickets of an earlier system: which, by what number, and when they were brought over"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("foreign_system", sa.String(length=32), nullable=True))
    op.add_column("ticket", sa.Column("foreign_number", sa.String(length=64), nullable=True))
    op.add_column("ticket", sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True))
    foreign = sa.text("foreign_number IS NOT NULL")
    columns = ["foreign_system", "foreign_number"]
    op.create_index("ix_ticket_foreign", "ticket", columns, unique=True, postgresql_where=foreign)


def downgrade() -> None:
    op.drop_index("ix_ticket_foreign", "ticket")
    for column in ("imported_at", "foreign_number", "foreign_system"):
        op.drop_column("ticket", column)
