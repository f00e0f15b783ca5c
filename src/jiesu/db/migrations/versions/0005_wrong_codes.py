"""Wrong codes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "wrong_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("target_hash", sa.String(length=64), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    op.create_index("ix_wrong_code_target", "wrong_code", ["target_hash", "at"])
    op.create_index("ix_wrong_code_address", "wrong_code", ["address_hash", "at"])
    op.create_index(op.f("ix_wrong_code_at"), "wrong_code", ["at"])


def downgrade() -> None:
    op.drop_table("wrong_code")
