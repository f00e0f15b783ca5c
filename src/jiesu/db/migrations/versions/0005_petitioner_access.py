"""Wrong codes, and codes sent to telephones"""

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
    op.create_table(
        "petitioner_access",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_hash", sa.String(length=64), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        sa.Column("handle_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("visit_hash", sa.String(length=64), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petitioner_access")),
        sa.UniqueConstraint("handle_hash", name=op.f("uq_petitioner_access_handle_hash")),
        sa.UniqueConstraint("visit_hash", name=op.f("uq_petitioner_access_visit_hash")),
    )
    op.create_index("ix_petitioner_access_phone", "petitioner_access", ["phone_hash", "asked_at"])
    op.create_index("ix_petitioner_access_address", "petitioner_access", ["address_hash", "asked_at"])
    op.create_index(op.f("ix_petitioner_access_asked_at"), "petitioner_access", ["asked_at"])


def downgrade() -> None:
    op.drop_table("petitioner_access")
    op.drop_table("wrong_code")
