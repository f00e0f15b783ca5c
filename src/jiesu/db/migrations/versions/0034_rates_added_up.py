"""What surveys count for, added up by month and unit, and marks of what changed since"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from jiesu.db.beside import beside_work
from jiesu.db.policies import SYSTEM, protect

revision = "0034"
down_revision = "0033"

#: Figures are added up from these rows; nobody looks at one of them, for it may be of a ticket that is hidden from them.
FIGURES = (
    f"{SYSTEM} OR current_setting('jiesu.scope', true) = 'figures' AND current_setting('jiesu.reads', true) = 'on'"
)
SUMMED = (
    "base", "contacted", "contacted_of", "solved", "solved_of", "satisfied", "mostly", "satisfied_of", "first_time", "timed",
    "timed_of", "reworked", "answered", "unreachable", "refused", "silent", "not_sent",
)  # fmt: skip
#: A change marks its ticket where a survey of it ended. In the system's scope, for who changes it may not see it any more.
MARK = """
    CREATE FUNCTION mark_for_rates() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed bigint;
        before text := current_setting('jiesu.scope', true);
    BEGIN
        IF TG_TABLE_NAME = 'ticket' THEN changed := NEW.id;
        ELSIF TG_OP = 'DELETE' THEN changed := OLD.ticket_id;
        ELSE changed := NEW.ticket_id;
        END IF;
        PERFORM set_config('jiesu.scope', 'system', true);
        INSERT INTO rates_mark (ticket_id) SELECT changed WHERE TG_TABLE_NAME = 'survey' OR EXISTS (
            SELECT FROM survey WHERE ticket_id = changed AND state IN ('answered', 'expired', 'not_sent'));
        PERFORM set_config('jiesu.scope', coalesce(before, ''), true);
        RETURN NULL;
    END $$
"""
ENDED = "{row}.state IN ('answered', 'expired', 'not_sent')"
CONTACT = "{row}.clock = 'petitioner' AND {row}.target = 'first_contact' AND {row}.state IN ('met', 'missed')"
GRANTED = "{row}.state = 'granted'"
#: Table → whether one of its rows is in figures, and the columns that say as what.
COUNTED = {
    "survey": (
        ENDED,
        (
            "state",
            "round",
            "unit",
            "officer_id",
            "answered_at",
            "expires_at",
            "why_not",
            "contacted",
            "solved",
            "satisfied",
            "reasons",
        ),
    ),
    "exclusion": (GRANTED, ("state", "survey_id")),
    "deadline": (CONTACT, ("state", "clock", "target")),
}
#: The same of a ticket, which is not in figures by itself.
OF_TICKET = (
    "track",
    "nature",
    "category",
    "sealed_to",
    "accused_unit",
    "barred_accounts",
    "merged_into",
    "part_of",
    "part_no",
)


def _words(name: str, kind: str, *words: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*words, name=kind, native_enum=False, create_constraint=True, length=32), nullable=True
    )


def _flag(name: str, *, nullable: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _changed(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


def _trigger(table: str, event: str, when: str) -> None:
    name = f"{table}_marked_{event.split()[0].lower()}"
    op.execute(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION mark_for_rates()"
    )


def upgrade() -> None:
    # All at once and the ticket first, as people take them: one after another would be waited for in a circle.
    op.execute("LOCK TABLE ticket, survey, exclusion, deadline IN SHARE ROW EXCLUSIVE MODE")
    op.create_table(
        "rates_tally",
        sa.Column("survey_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=True),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        _flag("aside"),
        _flag("counts"),
        sa.Column("ending", sa.String(length=16), nullable=False),
        _flag("contacted", nullable=True),
        _words("solved", "solved", "yes", "partly", "no"),
        _words("satisfied", "satisfaction", "yes", "mostly", "no"),
        _flag("first_time"),
        _flag("contacted_in_time", nullable=True),
        _flag("excluded"),
        _flag("reworked"),
        sa.Column("reasons", ARRAY(sa.String(length=32)), nullable=False),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_rates_tally")),
    )
    op.create_index("ix_rates_tally_day", "rates_tally", ["day", "unit"])
    op.create_index("ix_rates_tally_ticket", "rates_tally", ["ticket_id"])
    op.create_index("ix_rates_tally_aside", "rates_tally", ["day", "ticket_id"], postgresql_where=sa.text("aside"))
    op.create_index(
        "ix_rates_tally_reasons", "rates_tally", ["day", "unit"], postgresql_where=sa.text("reasons <> '{}'")
    )
    op.create_table(
        "rates_sum",
        sa.Column("first_day", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        _flag("excluded"),
        *map(_number, SUMMED),
        sa.PrimaryKeyConstraint("first_day", "starts_on", "unit", "excluded", name=op.f("pk_rates_sum")),
    )
    op.create_table(
        "rates_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates_mark")),
    )
    kept = op.create_table(
        "rates_kept",
        sa.Column("first_day", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("first_day", name=op.f("pk_rates_kept")),
    )
    op.bulk_insert(kept, [{"first_day": 1}])
    for table in ("rates_tally", "rates_sum", "rates_mark"):
        protect(table, FIGURES)
    op.execute(MARK)
    for table, (is_in, columns) in COUNTED.items():
        old, new = is_in.format(row="OLD"), is_in.format(row="NEW")
        _trigger(table, "INSERT", new)
        _trigger(table, "UPDATE", f"({old} OR {new}) AND {_changed(columns)}")
        _trigger(table, "DELETE", old)
    _trigger("ticket", f"UPDATE OF {', '.join(OF_TICKET)}", _changed(OF_TICKET))
    with beside_work():  # what there is already is counted with every look until workers have counted it
        ended = ENDED.format(row="survey")
        op.execute(f"INSERT INTO rates_mark (ticket_id) SELECT DISTINCT ticket_id FROM survey WHERE {ended}")


def downgrade() -> None:
    op.execute("DROP TRIGGER ticket_marked_update ON ticket")
    for table in COUNTED:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_marked_{event} ON {table}")
    op.execute("DROP FUNCTION mark_for_rates()")
    for table in ("rates_kept", "rates_mark", "rates_sum", "rates_tally"):
        op.drop_table(table)
