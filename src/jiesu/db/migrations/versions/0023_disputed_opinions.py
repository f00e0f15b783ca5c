"""Rechecks and reviews of opinions on petitions, and how a petition is concluded"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0023"
down_revision = "0022"

OPEN = (
    "awaiting_survey", "dispatched", "in_progress", "listed", "need_info", "objected", "registered", "rework", "under_review",
)  # fmt: skip
ENDED = ("answered", "closed", "diverted", "merged", "not_accepted", "split", "withdrawn")
DISPUTED = ("rechecking", "reviewing")
KINDS = ("acceptance", "refusal", "diversion", "opinion")
PLACES = ("appeal", "supplement", "new_facts", "survey")
INDEXES = {
    "ix_ticket_lead_due": ("lead_unit", "next_due_at", "id"),
    "ix_ticket_desk_due": ("desk_unit", "next_due_at", "id"),
    "ix_ticket_status_due": ("status", "next_due_at", "id"),
    "ix_ticket_open_due": ("next_due_at", "id"),
    "ix_ticket_open_registered": ("registered_at", "id"),
}


def _words(name: str, kind: str, *words: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=nullable
    )


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_of(table: str, name: str, column: str, *words: str) -> None:
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, "{} IN ({})".format(column, ", ".join(f"'{word}'" for word in words)))


def _open_indexes(*statuses: str) -> None:
    """Made anew: a queue asks for these statuses, and finds no index that leaves one out."""
    which = sa.text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(statuses))))
    for name, columns in INDEXES.items():
        op.drop_index(name, "ticket")
        op.create_index(name, "ticket", list(columns), postgresql_where=which)


def upgrade() -> None:
    _one_of("ticket", "status", "status", *OPEN, *ENDED, *DISPUTED, "final")
    _open_indexes(*OPEN, *DISPUTED)
    for table in ("document", "document_serial"):
        _one_of(table, "documentkind", "kind", *KINDS, "recheck", "review")
    _one_of("withheld", "place", "place", *PLACES, "dispute")
    op.create_table(
        "recheck",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        _words("stage", "stage", "recheck", "review"),
        sa.Column("organ", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _moment("asked_at"),
        _words("state", "casestate", "asked", "decided", "withdrawn"),
        _words("verdict", "verdict", "upheld", "changed", nullable=True),
        sa.Column("opinion", sa.String(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_recheck_ticket_id")),
        sa.ForeignKeyConstraint(["organ"], ["unit.code"], name=op.f("fk_recheck_organ")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_recheck_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck")),
    )
    op.create_index("uq_recheck_stage", "recheck", ["ticket_id", "stage"], unique=True)
    waiting = sa.text("state = 'asked'")
    op.create_index("ix_recheck_waiting", "recheck", ["organ", "id"], postgresql_where=waiting)
    protect("recheck")


def downgrade() -> None:
    op.drop_table("recheck")
    _one_of("withheld", "place", "place", *PLACES)
    for table in ("document", "document_serial"):
        _one_of(table, "documentkind", "kind", *KINDS)
    _open_indexes(*OPEN)
    _one_of("ticket", "status", "status", *OPEN, *ENDED)
