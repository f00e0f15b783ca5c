"""What frozen figures are divided by: the category and who submitted the result"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.beside import beside_work

revision = "0039"
down_revision = "0038"

#: Of what is frozen already: the answer that counted, and the category of today, which nobody kept.
OF_THE_ANSWER = """
    UPDATE rates_frozen SET (category, officer_id) = (
        SELECT t.category, s.officer_id
        FROM survey s JOIN ticket t ON t.id = s.ticket_id JOIN rates_month m ON m.id = rates_frozen.month_id
        WHERE s.ticket_id = rates_frozen.ticket_id AND s.state = 'answered'
          AND s.answered_at >= m.starts_at AND s.answered_at < m.ends_at
        ORDER BY s.round DESC LIMIT 1
    )
"""


def upgrade() -> None:
    op.add_column("rates_frozen", sa.Column("category", sa.String(length=8), nullable=True), if_not_exists=True)
    op.add_column("rates_frozen", sa.Column("officer_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    with beside_work():  # whoever reads a frozen month goes on while it is filled
        op.execute(OF_THE_ANSWER)


def downgrade() -> None:
    op.drop_column("rates_frozen", "officer_id")
    op.drop_column("rates_frozen", "category")
