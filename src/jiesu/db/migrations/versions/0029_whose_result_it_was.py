"""Who submitted a result, on the ticket and on the survey about it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.beside import beside_work

revision = "0029"
down_revision = "0028"

#: The trail knows it of what there is already.
SUBMITTED = """
    SELECT (t.data -> 'by' ->> 'staff_id')::bigint FROM trail t
    WHERE t.ticket_id = {table}.{key} AND t.kind = 'ResultSubmitted' AND {until} ORDER BY t.seq DESC LIMIT 1
"""


def upgrade() -> None:
    op.add_column("ticket", sa.Column("result_by", sa.BigInteger(), nullable=True))
    op.add_column("survey", sa.Column("officer_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_ticket_result_by"), "ticket", "staff", ["result_by"], ["id"])
    op.create_foreign_key(op.f("fk_survey_officer_id"), "survey", "staff", ["officer_id"], ["id"])
    asked = SUBMITTED.format(table="survey", key="ticket_id", until="t.at <= survey.created_at")
    now = SUBMITTED.format(table="ticket", key="id", until="true")
    with beside_work():  # the tables are free again while they are filled
        op.execute(f"UPDATE survey SET officer_id = ({asked})")
        op.execute(f"UPDATE ticket SET result_by = ({now}) WHERE result IS NOT NULL")


def downgrade() -> None:
    op.drop_column("survey", "officer_id")
    op.drop_column("ticket", "result_by")
