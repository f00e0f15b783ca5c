"""Keys of the trail's texts, a ticket each; legal holds; when a ticket's personal data were erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "trail_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_key")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_trail_key_ticket_id")),
    )
    protect("trail_key")
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_hold_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(
        "uq_hold_lasting", "hold", ["ticket_id"], unique=True, postgresql_where=sa.text("lifted_at IS NULL")
    )
    op.add_column("ticket", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_ticket_to_erase", "ticket", ["ended_at", "id"], postgresql_where=sa.text("erased_at IS NULL"))
    protect("hold")


def downgrade() -> None:
    op.drop_index("ix_ticket_to_erase", "ticket")
    op.drop_column("ticket", "erased_at")
    op.drop_table("hold")
    op.drop_table("trail_key")
