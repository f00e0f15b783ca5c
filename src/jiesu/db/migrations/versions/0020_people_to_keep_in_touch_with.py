"""People to keep in touch with, contacts with them, and notices that are about no ticket"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.policies import OF_A_TICKET, SYSTEM, protect, unprotect

revision = "0020"
down_revision = "0019"

MY_UNIT = "current_setting('jiesu.unit', true)"
BELOW_ME = f"SELECT descendant FROM unit_closure WHERE ancestor = {MY_UNIT}"
READS = "current_setting('jiesu.reads', true) = 'on'"
PERSON = f"{SYSTEM} OR {READS} AND unit IN ({BELOW_ME})"
CONTACT = f"{SYSTEM} OR EXISTS (SELECT FROM outreach_person p WHERE p.id = outreach_contact.person_id OFFSET 0)"
NOTICE = f"{OF_A_TICKET} OR notice.ticket_id IS NULL AND {READS} AND notice.unit = {MY_UNIT}"
PETITIONER = f"{SYSTEM} OR EXISTS (SELECT FROM ticket WHERE ticket.petitioner_id = petitioner.id OFFSET 0)"
LISTED = "EXISTS (SELECT FROM outreach_person p WHERE p.petitioner_id = petitioner.id AND p.ended_at IS NULL OFFSET 0)"


def _words(name: str, kind: str, *words: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=False
    )


def _people() -> None:
    op.create_table(
        "outreach_person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("petitioner_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("call_due_on", sa.Date(), nullable=False),
        sa.Column("visit_due_on", sa.Date(), nullable=False),
        sa.Column("call_told", sa.Boolean(), nullable=False),
        sa.Column("visit_told", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["petitioner_id"], ["petitioner.id"], name=op.f("fk_outreach_person_petitioner_id")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_outreach_person_unit")),
        sa.ForeignKeyConstraint(["officer_id"], ["staff.id"], name=op.f("fk_outreach_person_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_person")),
        sa.UniqueConstraint("ref", name=op.f("uq_outreach_person_ref")),
    )
    lasting = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_outreach_person_lasting",
        "outreach_person",
        ["unit", "petitioner_id"],
        unique=True,
        postgresql_where=lasting,
    )
    op.create_index("ix_outreach_person_due", "outreach_person", ["unit", "id"], postgresql_where=lasting)
    op.create_index("ix_outreach_person_petitioner", "outreach_person", ["petitioner_id"])
    protect("outreach_person", PERSON)


def _contacts() -> None:
    op.create_table(
        "outreach_contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _words("way", "way", "call", "visit"),
        _words("outcome", "outcome", "reached", "no_answer"),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("needs", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("made_ticket_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["outreach_person.id"], name=op.f("fk_outreach_contact_person_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_outreach_contact_staff_id")),
        sa.ForeignKeyConstraint(["made_ticket_id"], ["ticket.id"], name=op.f("fk_outreach_contact_made_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_contact")),
    )
    for column in ("person_id", "at", "made_ticket_id"):
        op.create_index(op.f(f"ix_outreach_contact_{column}"), "outreach_contact", [column])
    protect("outreach_contact", CONTACT)


def upgrade() -> None:
    _people()
    _contacts()
    unprotect("petitioner")
    protect("petitioner", f"{PETITIONER} OR {LISTED}")
    op.alter_column("notice", "ticket_id", existing_type=sa.BigInteger(), nullable=True)
    unprotect("notice")
    protect("notice", NOTICE)


def downgrade() -> None:
    unprotect("notice")
    op.execute("DELETE FROM notice WHERE ticket_id IS NULL")
    op.alter_column("notice", "ticket_id", existing_type=sa.BigInteger(), nullable=False)
    protect("notice")
    unprotect("petitioner")
    protect("petitioner", PETITIONER)
    op.drop_table("outreach_contact")
    op.drop_table("outreach_person")
