"""Petitions in writing: acceptance, documents with numbers, and the record of their service"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import protect

revision = "0017"
down_revision = "0016"

STATUSES = (
    "registered", "need_info", "answered", "diverted", "merged", "dispatched", "objected", "in_progress", "under_review",
    "awaiting_survey", "rework", "listed", "withdrawn", "closed",
)  # fmt: skip
KINDS = ("acceptance", "refusal", "diversion", "opinion")
WAYS = ("in_person", "agent", "post", "left", "electronic", "public")


def _words(name: str, kind: str, *words: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=False
    )


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    """Foreign keys: column → what it refers to."""
    return [
        sa.ForeignKeyConstraint([name], [referred], name=op.f(f"fk_{table}_{name}"))
        for name, referred in {"ticket_id": "ticket.id", **columns}.items()
    ]


def _statuses(*words: str) -> None:
    op.drop_constraint("status", "ticket", type_="check")
    op.create_check_constraint("status", "ticket", "status IN ({})".format(", ".join(f"'{word}'" for word in words)))


def upgrade() -> None:
    _statuses(*STATUSES, "not_accepted")
    op.add_column("ticket", _moment("accepted_at", nullable=True))
    op.create_table(
        "document",
        _id(),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        _words("kind", "documentkind", *KINDS),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        _moment("issued_at"),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("number", name=op.f("uq_document_number")),
        *_keys("document", unit="unit.code", staff_id="staff.id"),
    )
    op.create_index("ix_document_ticket", "document", ["ticket_id", "id"])
    protect("document")
    op.create_table(
        "document_serial",
        _words("kind", "documentkind", *KINDS),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "year", name=op.f("pk_document_serial")),
    )
    op.create_table(
        "document_service",
        _id(),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        _words("way", "serviceway", *WAYS),
        _moment("served_at"),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_service")),
        *_keys("document_service", document_id="document.id", staff_id="staff.id"),
    )
    op.create_index("ix_document_service_ticket", "document_service", ["ticket_id", "id"])
    op.create_index("ix_document_service_document", "document_service", ["document_id", "id"])
    protect("document_service")


def downgrade() -> None:
    for table in ("document_service", "document_serial", "document"):
        op.drop_table(table)
    op.drop_column("ticket", "accepted_at")
    _statuses(*STATUSES)
