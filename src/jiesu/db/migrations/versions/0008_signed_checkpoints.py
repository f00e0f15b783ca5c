"""Signed checkpoints of the trails, what auditors look at and by, and links to an identity provider"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

#: By these auditors look.
INDEXES = (
    ("trail", "ix_trail_at", ("at", "id")),
    ("trail", "ix_trail_kind", ("kind", "at", "id")),
    ("trail", "ix_trail_staff", ("((data -> 'by') ->> 'staff_id')", "at", "id")),
    ("security_trail", "ix_security_trail_at", ("at", "id")),
    ("security_trail", "ix_security_trail_kind", ("kind", "at", "id")),
    ("security_trail", "ix_security_trail_account", ("(data ->> 'account')", "at", "id")),
    ("security_trail", "ix_security_trail_by", ("(data ->> 'by')", "at", "id")),
)


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("heads", sa.String(length=64), nullable=False),
        sa.Column("security_seq", sa.Integer(), nullable=False),
        sa.Column("security_hash", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=96), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "checkpoint_head",
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("checkpoint_id", "ticket_id", name=op.f("pk_checkpoint_head")),
    )
    op.create_index("ix_checkpoint_head_ticket", "checkpoint_head", ["ticket_id", "seq"])
    op.create_table(
        "trail_unsealed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_unsealed")),
    )
    op.create_table(
        "account_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_link_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
        sa.UniqueConstraint("account_id", name=op.f("uq_account_link_account_id")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_account_link_issuer_subject")),
    )
    _note_what_is_new()
    _append_only()
    for table, index, columns in INDEXES:
        op.create_index(index, table, [sa.text(column) if "->" in column else column for column in columns])
    op.add_column("survey", sa.Column("pressed", sa.Boolean(), nullable=True))
    op.create_index("ix_survey_pressed", "survey", ["answered_at", "id"], postgresql_where=sa.text("pressed IS true"))


def _note_what_is_new() -> None:
    """What is there already waits for the first checkpoint."""
    op.execute("""
        INSERT INTO trail_unsealed (ticket_id, seq, hash)
        SELECT DISTINCT ON (ticket_id) ticket_id, seq, hash FROM trail ORDER BY ticket_id, seq DESC
    """)
    op.execute("""
        CREATE FUNCTION note_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO trail_unsealed (ticket_id, seq, hash) SELECT ticket_id, seq, hash FROM added;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER trail_unsealed AFTER INSERT ON trail REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION note_unsealed()
    """)


def _append_only() -> None:
    for table in ("checkpoint", "checkpoint_head"):
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiesu_app') THEN
                REVOKE UPDATE, DELETE, TRUNCATE ON checkpoint, checkpoint_head FROM jiesu_app;
                REVOKE UPDATE, TRUNCATE ON trail_unsealed FROM jiesu_app;
            END IF;
        END $$
    """)


def downgrade() -> None:
    op.drop_table("account_link")
    op.drop_index("ix_survey_pressed", "survey", postgresql_where=sa.text("pressed IS true"))
    op.drop_column("survey", "pressed")
    for table, index, _ in INDEXES:
        op.drop_index(index, table)
    op.execute("DROP TRIGGER trail_unsealed ON trail")
    op.execute("DROP FUNCTION note_unsealed()")
    for table in ("checkpoint", "checkpoint_head"):
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    for table in ("trail_unsealed", "checkpoint_head", "checkpoint"):
        op.drop_table(table)
