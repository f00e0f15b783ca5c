"""Answers that two people outside the unit took out of its figures"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0019"
down_revision = "0018"

REASONS = ("no_basis", "not_ours", "outside_cause", "mistaken", "abusive", "disaster")
STATES = ("asked", "seconded", "granted", "refused", "lapsed")
KEYS = {
    "ticket_id": "ticket.id",
    "survey_id": "survey.id",
    "unit": "unit.code",
    "asked_by": "staff.id",
    "seconded_by": "staff.id",
    "seconded_account": "account.id",
    "seconded_unit": "unit.code",
    "decided_by": "staff.id",
    "decided_unit": "unit.code",
}


def _words(name: str, kind: str, words: tuple[str, ...]) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=False
    )


def upgrade() -> None:
    op.create_table(
        "exclusion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        _words("reason", "exclusionreason", REASONS),
        sa.Column("evidence", sa.String(), nullable=False),
        _words("state", "exclusionstate", STATES),
        sa.Column("seconded_by", sa.BigInteger(), nullable=True),
        sa.Column("seconded_account", sa.BigInteger(), nullable=True),
        sa.Column("seconded_unit", sa.String(length=40), nullable=True),
        sa.Column("seconded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_unit", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
        *[
            sa.ForeignKeyConstraint([name], [referred], name=op.f(f"fk_exclusion_{name}"))
            for name, referred in KEYS.items()
        ],
    )
    op.create_index("uq_exclusion_survey", "exclusion", ["survey_id"], unique=True)
    op.create_index("ix_exclusion_ticket", "exclusion", ["ticket_id", "id"])
    waiting = sa.text("state IN ('asked', 'seconded')")
    op.create_index("ix_exclusion_waiting", "exclusion", ["unit", "id"], postgresql_where=waiting)
    protect("exclusion")


def downgrade() -> None:
    op.drop_table("exclusion")
