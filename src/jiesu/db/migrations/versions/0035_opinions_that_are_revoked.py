"""Opinions that a recheck or review revokes: the matter is handled anew, and the new one can be disputed again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

VERDICTS = ("upheld", "changed")
DECISIONS = """
    UPDATE recheck r SET document_id = (
        SELECT max(d.id) FROM document d WHERE d.ticket_id = r.ticket_id AND d.kind = r.stage)
    WHERE r.state = 'decided'
"""


def _verdicts(*words: str) -> None:
    op.drop_constraint("verdict", "recheck", type_="check")
    op.create_check_constraint("verdict", "recheck", "verdict IN ({})".format(", ".join(f"'{word}'" for word in words)))


def upgrade() -> None:
    _verdicts(*VERDICTS, "revoked")
    op.add_column("recheck", sa.Column("round", sa.SmallInteger(), server_default="1", nullable=False))
    op.add_column("recheck", sa.Column("document_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_recheck_document_id"), "recheck", "document", ["document_id"], ["id"])
    op.execute(DECISIONS)
    op.drop_index("uq_recheck_stage", "recheck")
    op.create_index("uq_recheck_stage", "recheck", ["ticket_id", "round", "stage"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_recheck_stage", "recheck")
    op.create_index("uq_recheck_stage", "recheck", ["ticket_id", "stage"], unique=True)
    op.drop_constraint(op.f("fk_recheck_document_id"), "recheck", type_="foreignkey")
    op.drop_column("recheck", "document_id")
    op.drop_column("recheck", "round")
    _verdicts(*VERDICTS)
