"""People apart from their posts, failed sign-ins, and the security trail"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

#: Every demo sign-in of this revision has it.
PUBLIC = "jiesu-demo"


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.String(), nullable=True),
        _moment("second_factor_at", nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("recovery_codes", postgresql.ARRAY(sa.String(length=64)), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_name", "sign_in_failure", ["name_hash", "at"])
    op.create_index("ix_sign_in_failure_address", "sign_in_failure", ["address_hash", "at"])
    op.create_index(op.f("ix_sign_in_failure_at"), "sign_in_failure", ["at"])
    _security_trail()
    _part_people_from_posts()


def _security_trail() -> None:
    op.create_table(
        "security_trail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_trail")),
        sa.UniqueConstraint("seq", name=op.f("uq_security_trail_seq")),
    )
    op.execute("""
        CREATE TRIGGER security_trail_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON security_trail
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiesu_app') THEN
                REVOKE UPDATE, DELETE, TRUNCATE ON security_trail FROM jiesu_app;
            END IF;
        END $$
    """)


def _part_people_from_posts() -> None:
    """Each row becomes an account with one post; the post keeps its key."""
    op.add_column("staff", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.execute("""
        INSERT INTO account (username, name, password, must_change_password, recovery_codes, generation, demo, active, created_at)
        SELECT username, name, password, false, '{}', 1, false, active, created_at FROM staff ORDER BY id
    """)
    op.execute("UPDATE staff SET account_id = a.id FROM account a WHERE a.username = staff.username")
    op.execute("UPDATE account SET username = lower(username)")
    _mark_public_passwords()
    op.alter_column("staff", "account_id", nullable=False)
    op.create_foreign_key(op.f("fk_staff_account_id"), "staff", "account", ["account_id"], ["id"])
    op.create_unique_constraint(op.f("uq_staff_account_id_role_unit"), "staff", ["account_id", "role", "unit"])
    for column in ("password", "name", "username"):
        op.drop_column("staff", column)


def _mark_public_passwords() -> None:
    """Accounts with the demo's password are for demo mode alone. They share a few hashes, so few are tried."""
    connection = op.get_bind()
    for hashed in connection.execute(sa.text("SELECT DISTINCT password FROM account")).scalars().all():
        if _is_public(hashed):
            connection.execute(sa.text("UPDATE account SET demo = true WHERE password = :hashed"), {"hashed": hashed})


def _is_public(hashed: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, PUBLIC)
    except (VerificationError, InvalidHashError):
        return False


def downgrade() -> None:
    """Of several posts of a person, the first keeps the user name; the others get one with a number."""
    op.add_column("staff", sa.Column("username", sa.String(length=64), nullable=True))
    op.add_column("staff", sa.Column("name", sa.String(length=64), nullable=True))
    op.add_column("staff", sa.Column("password", sa.String(), nullable=True))
    op.execute("""
        UPDATE staff SET name = a.name, password = a.password, active = staff.active AND a.active, username =
            CASE WHEN staff.id = (SELECT min(s.id) FROM staff s WHERE s.account_id = a.id) THEN a.username
            ELSE left(a.username, 50) || '-' || staff.id END
        FROM account a WHERE a.id = staff.account_id
    """)
    for column in ("username", "name", "password"):
        op.alter_column("staff", column, nullable=False)
    op.create_unique_constraint(op.f("uq_staff_username"), "staff", ["username"])
    op.drop_constraint(op.f("fk_staff_account_id"), "staff", type_="foreignkey")
    op.drop_constraint(op.f("uq_staff_account_id_role_unit"), "staff", type_="unique")
    op.drop_column("staff", "account_id")
    op.execute("DROP TRIGGER security_trail_append_only ON security_trail")
    for table in ("security_trail", "sign_in_failure", "account"):
        op.drop_table(table)
