"""Keys of the trail's texts, a ticket each"""

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


def downgrade() -> None:
    op.drop_table("trail_key")
