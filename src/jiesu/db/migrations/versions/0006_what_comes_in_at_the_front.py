"""Files of tickets, texts that look classified, and consents to optional fields"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from jiesu.db.policies import SYSTEM, protect

revision = "0006"
down_revision = "0005"


#: A withheld text is its keeper's, who need not see the ticket.
KEPT = f"{SYSTEM} OR (current_setting('jiesu.keeps', true) = 'on' AND keeper = current_setting('jiesu.unit', true))"


def _words(name: str, *words: str, nullable: bool = False) -> sa.Column[object]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        _words("scan", "none", "waiting", "clean", "infected"),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_attachment_ticket_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_attachment_staff_id")),
        sa.UniqueConstraint("ticket_id", "digest", name=op.f("uq_attachment_ticket_id_digest")),
        sa.UniqueConstraint("place", name=op.f("uq_attachment_place")),
    )

    op.create_table(
        "withheld",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        _words("place", "appeal", "supplement", "new_facts", "survey"),
        sa.Column("keeper", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("routing", sa.String(), nullable=True),
        sa.Column("kinds", postgresql.ARRAY(sa.String(length=64)), nullable=False),
        _words("decision", "released", "redacted", "diverted", nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withheld")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_withheld_ticket_id")),
        sa.ForeignKeyConstraint(["keeper"], ["unit.code"], name=op.f("fk_withheld_keeper")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_withheld_decided_by")),
    )
    op.create_index(op.f("ix_withheld_ticket_id"), "withheld", ["ticket_id"])
    op.create_index("ix_withheld_waiting", "withheld", ["keeper", "id"], postgresql_where=sa.text("decision IS NULL"))
    protect("attachment")
    protect("withheld", KEPT)

    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("petitioner_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        _words("purpose", "id_number", "kind"),
        _words("source", "form", "caller"),
        sa.Column("version", sa.String(length=32), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.ForeignKeyConstraint(["petitioner_id"], ["petitioner.id"], name=op.f("fk_consent_petitioner_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_consent_ticket_id")),
        sa.UniqueConstraint("ticket_id", "purpose", name=op.f("uq_consent_ticket_id_purpose")),
    )
    op.create_index(op.f("ix_consent_petitioner_id"), "consent", ["petitioner_id"])
    protect("consent")


def downgrade() -> None:
    op.drop_table("consent")
    op.drop_table("withheld")
    op.drop_table("attachment")
