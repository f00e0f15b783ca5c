"""Row policies on tickets and all that hangs on them; officers complained about, and people kept from a ticket"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from jiesu.db.policies import SYSTEM, protect, unprotect

revision = "0004"
down_revision = "0003"

#: Whatever belongs to one ticket is seen by whoever sees the ticket.
DEPENDENT = (
    "contact", "deadline", "deadline_move", "escalation", "extension", "message", "notice", "pause", "survey", "trail",
)  # fmt: skip

MY_UNIT = "current_setting('jiesu.unit', true)"
BELOW_ME = f"SELECT descendant FROM unit_closure WHERE ancestor = {MY_UNIT}"
ABOVE_ME = f"SELECT ancestor FROM unit_closure WHERE descendant = {MY_UNIT}"
ELSEWHERE = "string_to_array(current_setting('jiesu.elsewhere', true), ',')"
ME = "nullif(current_setting('jiesu.account', true), '')::bigint"

#: `Staff.may_see` once more (accounts/staff.py). What was never set is NULL, and NULL shows nothing.
TICKET = f"""
    {SYSTEM} OR (
        NOT barred_accounts @> ARRAY[{ME}]
        AND (accused_unit IS NULL OR accused_unit <> ALL ({ELSEWHERE}))
        AND CASE WHEN sealed_to IS NOT NULL
            THEN current_setting('jiesu.keeps', true) = 'on' AND sealed_to = {MY_UNIT}
            ELSE current_setting('jiesu.reads', true) = 'on'
                AND (accused_unit IS NULL OR accused_unit NOT IN ({ABOVE_ME}))
                AND (current_setting('jiesu.scope', true) = 'figures'
                     OR lead_unit IN ({BELOW_ME}) OR desk_unit IN ({BELOW_ME}))
            END
    )
"""
PETITIONER = f"{SYSTEM} OR EXISTS (SELECT FROM ticket WHERE ticket.petitioner_id = petitioner.id OFFSET 0)"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("accused_officer", sa.String(), nullable=True))
    numbers = postgresql.ARRAY(sa.BigInteger())
    op.add_column("ticket", sa.Column("barred_accounts", numbers, server_default="{}", nullable=False))
    protect("ticket", TICKET)
    for table in DEPENDENT:
        protect(table)
    protect("petitioner", PETITIONER)


def downgrade() -> None:
    for table in ("petitioner", *DEPENDENT, "ticket"):
        unprotect(table)
    for column in ("barred_accounts", "accused_officer"):
        op.drop_column("ticket", column)
