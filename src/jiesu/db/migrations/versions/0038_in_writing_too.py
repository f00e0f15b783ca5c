"""Notices of extensions, and the paper that proves a service"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

KINDS = ("acceptance", "refusal", "diversion", "opinion", "recheck", "review")


def _kinds(*words: str) -> None:
    for table in ("document", "document_serial"):
        op.drop_constraint("documentkind", table, type_="check")
        kinds = ", ".join(f"'{word}'" for word in words)
        op.create_check_constraint("documentkind", table, f"kind IN ({kinds})")


def upgrade() -> None:
    _kinds(*KINDS, "extension")
    op.add_column("document_service", sa.Column("digest", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("document_service", "digest")
    _kinds(*KINDS)
