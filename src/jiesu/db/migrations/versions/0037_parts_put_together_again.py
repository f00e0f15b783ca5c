"""Parts that were put together again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jiesu.db.beside import beside_work

revision = "0037"
down_revision = "0036"

STATUSES = (
    "answered", "awaiting_survey", "closed", "dispatched", "diverted", "final", "in_progress", "listed", "merged", "need_info", "not_accepted",
    "objected", "rechecking", "registered", "reviewing", "rework", "split", "under_review", "withdrawn",
)  # fmt: skip


NAME, COLUMNS = "ix_ticket_part_of", ["part_of", "part_no"]


def _in(words: tuple[str, ...]) -> str:
    return "status IN ({})".format(", ".join(f"'{word}'" for word in words))


def _one_place(where: str) -> None:
    """The new index stands beside the old one until it is made: no two parts ever have one place."""
    which = sa.text(where)
    with beside_work():
        op.create_index(
            f"{NAME}_new", "ticket", COLUMNS, unique=True, postgresql_where=which, postgresql_concurrently=True
        )
        op.drop_index(NAME, "ticket", postgresql_concurrently=True)
        op.execute(f"ALTER INDEX {NAME}_new RENAME TO {NAME}")


def upgrade() -> None:
    op.drop_constraint("status", "ticket", type_="check")
    op.create_check_constraint("status", "ticket", _in((*STATUSES, "rejoined")), postgresql_not_valid=True)
    with beside_work():
        op.execute("ALTER TABLE ticket VALIDATE CONSTRAINT ck_ticket_status")
    _one_place("part_of IS NOT NULL AND status <> 'rejoined'")


def downgrade() -> None:
    _one_place("part_of IS NOT NULL")
    op.drop_constraint("status", "ticket", type_="check")
    op.create_check_constraint("status", "ticket", _in(STATUSES))
