"""Files that people ask for, and what reports look by"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from jiesu.db.beside import beside_work
from jiesu.db.policies import SYSTEM, protect

revision = "0031"
down_revision = "0030"

MINE = f"{SYSTEM} OR account_id = nullif(current_setting('jiesu.account', true), '')::bigint"
FINAL_DATE = "clock = 'petitioner' AND target IN ('opinion', 'plan', 'resolve')"


def upgrade() -> None:
    states = sa.Enum(
        "waiting", "making", "ready", "failed", name="making", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "prepared_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("wish", postgresql.JSONB(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("media_type", sa.String(length=128), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.String(length=32), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_prepared_file_account_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_prepared_file_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_file")),
        sa.UniqueConstraint("ref", name=op.f("uq_prepared_file_ref")),
        sa.UniqueConstraint("place", name=op.f("uq_prepared_file_place")),
    )
    op.create_index("ix_prepared_file_account", "prepared_file", ["account_id", "id"])
    unmade = sa.text("state IN ('waiting', 'making')")
    op.create_index("ix_prepared_file_unmade", "prepared_file", ["account_id"], postgresql_where=unmade)
    protect("prepared_file", MINE)
    with beside_work():  # beside whoever writes
        op.create_index(
            "ix_deadline_final_due", "deadline", ["due_at", "ticket_id"], postgresql_where=sa.text(FINAL_DATE),
            postgresql_concurrently=True,
        )  # fmt: skip
        op.create_index("ix_escalation_fired", "escalation", ["fired_at", "level"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_escalation_fired", "escalation")
    op.drop_index("ix_deadline_final_due", "deadline")
    op.drop_table("prepared_file")
