"""Co-handlers and who sees what they help with, supervision orders, and listings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from jiesu.db.policies import SYSTEM, protect, unprotect

revision = "0011"
down_revision = "0010"

ORDERS = ("order", "instruction")
MY_UNIT = "current_setting('jiesu.unit', true)"
BELOW_ME = f"SELECT descendant FROM unit_closure WHERE ancestor = {MY_UNIT}"
ABOVE_ME = f"SELECT ancestor FROM unit_closure WHERE descendant = {MY_UNIT}"
ELSEWHERE = "string_to_array(current_setting('jiesu.elsewhere', true), ',')"
ME = "nullif(current_setting('jiesu.account', true), '')::bigint"
HELPING = f"OR co_units <> '{{{{}}}}' AND co_units && ARRAY({BELOW_ME})::varchar[]"
#: `Staff.may_see` once more, as migration 0004 has it, with what a unit helps with.
_SEEN = f"""
    {SYSTEM} OR (
        NOT barred_accounts @> ARRAY[{ME}]
        AND (accused_unit IS NULL OR accused_unit <> ALL ({ELSEWHERE}))
        AND CASE WHEN sealed_to IS NOT NULL
            THEN current_setting('jiesu.keeps', true) = 'on' AND sealed_to = {MY_UNIT}
            ELSE current_setting('jiesu.reads', true) = 'on'
                AND (accused_unit IS NULL OR accused_unit NOT IN ({ABOVE_ME}))
                AND (current_setting('jiesu.scope', true) = 'figures'
                     OR lead_unit IN ({BELOW_ME}) OR desk_unit IN ({BELOW_ME}) HELPING)
            END
    )
"""
TICKET, BEFORE = _SEEN.replace("HELPING", HELPING), _SEEN.replace("HELPING", "")


def _words(name: str, kind: str, *words: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=False
    )


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


def _tasks() -> None:
    op.create_table(
        "task",
        _id(),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        _words("state", "taskstate", "asked", "open", "objected", "done", "relieved"),
        sa.Column("giver", sa.String(length=40), nullable=False),
        _moment("given_at"),
        sa.Column("within", sa.String(), nullable=True),
        sa.Column("objected_by", sa.BigInteger(), nullable=True),
        sa.Column("objection", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        *_keys("task", unit="unit.code", giver="unit.code", objected_by="staff.id"),
    )
    lasting, waiting = sa.text("state IN ('asked', 'open', 'objected')"), sa.text("state IN ('open', 'objected')")
    op.create_index("uq_task_lasting", "task", ["ticket_id", "unit"], unique=True, postgresql_where=lasting)
    op.create_index("ix_task_ticket", "task", ["ticket_id", "id"])
    op.create_index("ix_task_waiting", "task", ["unit", "id"], postgresql_where=waiting)
    protect("task")


def _orders() -> None:
    for kind in ORDERS:
        op.execute(f"CREATE SEQUENCE supervision_{kind}_serial")
    op.create_table(
        "supervision_order",
        _id(),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        _words("kind", "orderkind", *ORDERS),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        _moment("issued_at"),
        sa.Column("follows", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("within", sa.String(length=32), nullable=False),
        sa.Column("deadline_id", sa.BigInteger(), nullable=True),
        _words("state", "orderstate", "issued", "replied", "accepted", "ended"),
        sa.Column("returns", sa.SmallInteger(), nullable=False),
        sa.Column("reply", sa.String(), nullable=True),
        _moment("replied_at", nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_order")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_order_number")),
        *_keys(
            "supervision_order", issuer="unit.code", unit="unit.code", issued_by="staff.id",
            follows="supervision_order.id", deadline_id="deadline.id", decided_by="staff.id",
        ),
    )  # fmt: skip
    open_ones, replied = sa.text("state IN ('issued', 'replied')"), sa.text("state = 'replied'")
    table = "supervision_order"
    op.create_index("ix_supervision_order_ticket", table, ["ticket_id", "id"])
    op.create_index("ix_supervision_order_serial", table, ["kind", "year", "serial"])
    op.create_index(
        "uq_supervision_order_open", table, ["ticket_id", "issuer"], unique=True, postgresql_where=open_ones
    )
    op.create_index("ix_supervision_order_waiting", table, ["issuer", "id"], postgresql_where=replied)
    protect(table)


def _listings() -> None:
    op.create_table(
        "listing",
        _id(),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("decider", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        _moment("asked_at"),
        sa.Column("plan", sa.String(), nullable=False),
        _moment("until", nullable=True),
        sa.Column("event", sa.String(), nullable=True),
        sa.Column("reviews", postgresql.ARRAY(sa.Date()), nullable=False),
        _words("state", "listingstate", "asked", "granted", "refused", "ended"),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        *_keys("listing", unit="unit.code", decider="unit.code", asked_by="staff.id", decided_by="staff.id"),
    )
    lasting, asked = sa.text("state IN ('asked', 'granted')"), sa.text("state = 'asked'")
    op.create_index("uq_listing_lasting", "listing", ["ticket_id"], unique=True, postgresql_where=lasting)
    op.create_index("ix_listing_ticket", "listing", ["ticket_id", "id"])
    op.create_index("ix_listing_waiting", "listing", ["decider", "id"], postgresql_where=asked)
    protect("listing")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("co_units", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False))
    helped, theirs = sa.text("co_units <> '{}'"), sa.text("clock = 'co_handler'")
    op.create_index("ix_ticket_co_units", "ticket", ["co_units"], postgresql_using="gin", postgresql_where=helped)
    op.create_index("ix_deadline_co_handler", "deadline", ["unit", "due_at"], postgresql_where=theirs)
    unprotect("ticket")
    protect("ticket", TICKET)
    _tasks()
    _orders()
    _listings()


def downgrade() -> None:
    for table in ("listing", "supervision_order", "task"):
        op.drop_table(table)
    for kind in ORDERS:
        op.execute(f"DROP SEQUENCE supervision_{kind}_serial")
    unprotect("ticket")
    protect("ticket", BEFORE)
    op.drop_index("ix_deadline_co_handler", "deadline")
    op.drop_index("ix_ticket_co_units", "ticket")
    op.drop_column("ticket", "co_units")
