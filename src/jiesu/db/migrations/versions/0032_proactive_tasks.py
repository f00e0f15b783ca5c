"""Proactive looks at what many complain of"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import SYSTEM, protect

revision = "0032"
down_revision = "0031"

BELOW_ME = "SELECT descendant FROM unit_closure WHERE ancestor = current_setting('jiesu.unit', true)"
TASK = f"{SYSTEM} OR current_setting('jiesu.reads', true) = 'on' AND unit IN ({BELOW_ME})"


def upgrade() -> None:
    states = sa.Enum(
        "open", "done", "withdrawn", name="proactivestate", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "proactive_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("ordered_unit", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.BigInteger(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("demand", sa.String(), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_proactive_task_unit")),
        sa.ForeignKeyConstraint(["ordered_unit"], ["unit.code"], name=op.f("fk_proactive_task_ordered_unit")),
        sa.ForeignKeyConstraint(["ordered_by"], ["staff.id"], name=op.f("fk_proactive_task_ordered_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_proactive_task_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proactive_task")),
        sa.UniqueConstraint("ref", name=op.f("uq_proactive_task_ref")),
    )
    op.create_index("ix_proactive_task_unit", "proactive_task", ["unit", "id"])
    still_open = sa.text("state = 'open'")
    columns = ["category", "place", "unit"]
    op.create_index("uq_proactive_task_open", "proactive_task", columns, unique=True, postgresql_where=still_open)
    protect("proactive_task", TASK)


def downgrade() -> None:
    op.drop_table("proactive_task")
