"""Objections to dispatches, and clocks beside the petitioner's and the unit's"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0009"
down_revision = "0008"

REASONS = ("not_our_place", "not_our_duty", "higher_level", "duplicate", "interest", "other")
CLOCKS = ("petitioner", "unit")
TARGETS = (
    "sign", "first_contact", "resolve", "notice", "plan", "opinion", "recheck", "review", "plan_review", "inform",
)  # fmt: skip


def _words(name: str, kind: str, *words: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=False
    )


def _one_of(column: str, words: tuple[str, ...], name: str) -> None:
    op.drop_constraint(name, "deadline", type_="check")
    op.create_check_constraint(name, "deadline", "{} IN ({})".format(column, ", ".join(f"'{word}'" for word in words)))


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    """Foreign keys: column → what it refers to."""
    return [
        sa.ForeignKeyConstraint([name], [referred], name=op.f(f"fk_{table}_{name}"))
        for name, referred in {"ticket_id": "ticket.id", **columns}.items()
    ]


def _objections() -> None:
    op.create_table(
        "objection",
        _id(),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("judge", sa.String(length=40), nullable=False),
        _words("reason", "objectionreason", *REASONS),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("proposed_unit", sa.String(length=40), nullable=True),
        sa.Column("objected_by", sa.BigInteger(), nullable=False),
        _moment("objected_at"),
        _words("state", "objectionstate", "pending", "upheld", "refused", "lapsed"),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        *_keys(
            "objection", unit="unit.code", judge="unit.code", proposed_unit="unit.code", objected_by="staff.id",
            decided_by="staff.id",
        ),
    )  # fmt: skip
    pending = sa.text("state = 'pending'")
    op.create_index("uq_objection_pending", "objection", ["ticket_id"], unique=True, postgresql_where=pending)
    op.create_index("uq_objection_unit", "objection", ["ticket_id", "unit"], unique=True)
    op.create_index("ix_objection_judge", "objection", ["judge", "id"], postgresql_where=pending)
    protect("objection")


def upgrade() -> None:
    _one_of("clock", (*CLOCKS, "desk", "co_handler", "order"), "clockkind")
    _one_of("target", (*TARGETS, "judge", "task", "reply"), "target")
    op.add_column("ticket", sa.Column("objections", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("ticket", sa.Column("designated", sa.Boolean(), server_default="false", nullable=False))
    _objections()


def downgrade() -> None:
    op.drop_table("objection")
    for column in ("designated", "objections"):
        op.drop_column("ticket", column)
    _one_of("target", TARGETS, "target")
    _one_of("clock", CLOCKS, "clockkind")
