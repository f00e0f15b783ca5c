"""Moves, extensions, editions of calendar and policy, priorities, and acknowledgements with a clock of their own"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_FORMER = ("sign", "first_contact", "resolve", "notice", "plan", "opinion")
_NEW = ("recheck", "review", "plan_review", "inform")


def _words(*words: str) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _closed(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.drop_constraint("target", "deadline", type_="check")
    op.create_check_constraint("target", "deadline", f"target IN ({_words(*_FORMER, *_NEW)})")
    op.add_column("deadline", sa.Column("moves", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_table(
        "deadline_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("deadline_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", _closed("movecause", "resumed", "extended", "calendar"), nullable=False),
        _moment("old_due_at"),
        _moment("new_due_at"),
        sa.Column("calendar_version", sa.String(length=64), nullable=False),
        _moment("moved_at"),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_move_deadline_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_deadline_move_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_move")),
    )
    op.create_index(op.f("ix_deadline_move_deadline_id"), "deadline_move", ["deadline_id"])
    op.create_index(op.f("ix_deadline_move_ticket_id"), "deadline_move", ["ticket_id"])
    op.create_table(
        "extension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("decider", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        _moment("asked_at"),
        sa.Column("reason", sa.String(), nullable=False),
        _moment("old_due_at"),
        _moment("until"),
        sa.Column("state", _closed("extensionstate", "asked", "granted", "refused"), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_extension_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_extension_decided_by")),
        sa.ForeignKeyConstraint(["decider"], ["unit.code"], name=op.f("fk_extension_decider")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_extension_ticket_id")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_extension_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_decider"), "extension", ["decider"])
    op.create_index(op.f("ix_extension_ticket_id"), "extension", ["ticket_id"])
    for state in ("asked", "granted"):
        op.create_index(
            f"uq_extension_{state}", "extension", ["ticket_id"], unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )  # fmt: skip
    op.create_table(
        "edition",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _moment("noted_at"),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_edition")),
    )
    op.create_table(
        "calendar_edit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("edited_by", sa.BigInteger(), nullable=True),
        _moment("edited_at"),
        sa.ForeignKeyConstraint(["edited_by"], ["staff.id"], name=op.f("fk_calendar_edit_edited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_edit")),
    )
    op.create_index("ix_calendar_edit_subject", "calendar_edit", ["kind", "subject", "id"])
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiesu_app') THEN
                REVOKE UPDATE, DELETE, TRUNCATE ON edition, calendar_edit, deadline_move FROM jiesu_app;
            END IF;
        END $$
    """)
    _escalations()
    op.add_column("notice", sa.Column("vacant", sa.String(length=40), nullable=True))
    op.create_foreign_key(op.f("fk_notice_vacant"), "notice", "unit", ["vacant"], ["code"])
    op.add_column("notice", _moment("shown_from", nullable=True))
    op.execute("UPDATE notice SET shown_from = created_at")
    op.alter_column("notice", "shown_from", nullable=False)
    op.add_column("ticket", sa.Column("leader_unit", sa.String(length=40), nullable=True))
    op.create_foreign_key(op.f("fk_ticket_leader_unit"), "ticket", "unit", ["leader_unit"], ["code"])
    op.add_column("ticket", _moment("informed_at", nullable=True))
    for table in ("job", "dead_letter"):
        op.add_column(table, sa.Column("priority", sa.SmallInteger(), server_default="1", nullable=False))
    op.drop_index("ix_job_due", table_name="job")
    op.create_index("ix_job_due", "job", ["priority", "run_at", "id"], postgresql_where=sa.text("sent_at IS NULL"))


def _escalations() -> None:
    op.add_column("escalation", sa.Column("moves", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("escalation", sa.Column("stand_in", sa.String(length=40), nullable=True))
    op.add_column("escalation", _moment("ack_due_at", nullable=True))
    op.add_column("escalation", sa.Column("ack_asked", sa.String(length=40), nullable=True))
    for column in ("stand_in", "ack_asked"):
        op.create_foreign_key(op.f(f"fk_escalation_{column}"), "escalation", "unit", [column], ["code"])
    op.drop_constraint("uq_escalation_deadline_id_rung", "escalation", type_="unique")
    op.create_unique_constraint("uq_escalation_deadline_id_moves_rung", "escalation", ["deadline_id", "moves", "rung"])
    op.drop_index("uq_escalation_level", table_name="escalation")
    op.create_index(
        "uq_escalation_level", "escalation", ["deadline_id", "moves", "level"], unique=True,
        postgresql_where=sa.text("level > 1"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_job_due", table_name="job")
    op.create_index("ix_job_due", "job", ["run_at", "id"], postgresql_where=sa.text("sent_at IS NULL"))
    for table in ("job", "dead_letter"):
        op.drop_column(table, "priority")
    op.drop_column("ticket", "informed_at")
    op.drop_column("ticket", "leader_unit")
    op.drop_column("notice", "shown_from")
    op.drop_column("notice", "vacant")
    op.execute("DELETE FROM escalation WHERE moves > 0")
    op.drop_index("uq_escalation_level", table_name="escalation")
    op.drop_constraint("uq_escalation_deadline_id_moves_rung", "escalation", type_="unique")
    for column in ("ack_asked", "ack_due_at", "stand_in", "moves"):
        op.drop_column("escalation", column)
    op.create_unique_constraint("uq_escalation_deadline_id_rung", "escalation", ["deadline_id", "rung"])
    op.create_index(
        "uq_escalation_level",
        "escalation",
        ["deadline_id", "level"],
        unique=True,
        postgresql_where=sa.text("level > 1"),
    )
    for table in ("calendar_edit", "edition", "extension", "deadline_move"):
        op.drop_table(table)
    op.drop_column("deadline", "moves")
    op.execute(f"DELETE FROM escalation USING deadline d WHERE d.id = deadline_id AND d.target IN ({_words(*_NEW)})")
    op.execute(f"DELETE FROM deadline WHERE target IN ({_words(*_NEW)})")
    op.drop_constraint("target", "deadline", type_="check")
    op.create_check_constraint("target", "deadline", f"target IN ({_words(*_FORMER)})")
