"""Calling petitioners back about their survey"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0022"
down_revision = "0021"

OUTCOMES = ("answered", "no_answer", "later", "refused", "wrong_number")


def upgrade() -> None:
    op.add_column("survey", sa.Column("calls", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("survey", sa.Column("first_call_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("survey", sa.Column("next_call_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE survey SET next_call_at = created_at + interval '48 hours' WHERE state = 'open'")
    to_call = sa.text("state = 'open' AND next_call_at IS NOT NULL")
    op.create_index("ix_survey_to_call", "survey", ["next_call_at", "ticket_id"], postgresql_where=to_call)
    silent = sa.text("state IN ('expired', 'not_sent')")
    op.create_index("ix_survey_silent", "survey", ["expires_at", "unit"], postgresql_where=silent)
    op.create_table(
        "survey_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*OUTCOMES, name="calloutcome", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_call_survey_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_survey_call_ticket_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_survey_call_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_call")),
    )
    op.create_index("ix_survey_call_ticket", "survey_call", ["ticket_id", "id"])
    protect("survey_call")


def downgrade() -> None:
    op.drop_table("survey_call")
    op.drop_index("ix_survey_silent", "survey")
    op.drop_index("ix_survey_to_call", "survey")
    for column in ("next_call_at", "first_call_at", "calls"):
        op.drop_column("survey", column)
