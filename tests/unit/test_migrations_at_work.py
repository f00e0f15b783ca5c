"""Migrations run while the office works: none of these steps holds a lock for as long as a table is large (docs/operations.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import jiesu.db.migrations

VERSIONS = Path(jiesu.db.migrations.__path__[0]) / "versions"
#: Older ones ran before anybody worked with it.
FIRST = "0030"
#: What every ticket adds a row to, or nearly every one; the others stay small enough to be read in a moment.
LARGE = frozenset(
    [
        "ticket",
        "trail",
        "trail_key",
        "petitioner",
        "consent",
        "deadline",
        "escalation",
        "job",
        "message",
        "notice",
        "survey",
        "attachment",
        "idempotency_key",
        "security_trail",
        "ticket_seen",
        "wrong_code",
        "contact",
        "supervision_order",
        "rates_tally",
        "rates_kept",
    ]
)
#: Step → the word that makes it harmless on a table that is there already; None: nothing does.
HARMLESS: dict[str, str | None] = {
    "create_index": "postgresql_concurrently",
    "create_foreign_key": "postgresql_not_valid",
    "create_check_constraint": "postgresql_not_valid",
    "create_unique_constraint": None,
    "create_exclude_constraint": None,
    "create_primary_key": None,
    "alter_column": None,
    "rename_table": None,
    "drop_table": None,
    "drop_column": None,
}
#: Where the table stands among what a step is given.
TABLE = {"create_index": 1, "create_foreign_key": 1, "create_check_constraint": 1, "create_unique_constraint": 1}


def steps(function: ast.FunctionDef) -> Iterator[tuple[str, str, ast.Call]]:
    """Name, table and call of each step; the table is empty where it is not written out."""
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "op":
            table = call.args[TABLE.get(call.func.attr, 0)] if len(call.args) > TABLE.get(call.func.attr, 0) else None
            yield call.func.attr, table.value if isinstance(table, ast.Constant) else "", call


def held_up(text: str) -> list[str]:
    """Steps of an upgrade that hold people up, and those of which one cannot see whose table it is."""
    [upgrade] = [part for part in ast.parse(text).body if isinstance(part, ast.FunctionDef) and part.name == "upgrade"]
    found = list(steps(upgrade))
    new = {table for name, table, _ in found if name == "create_table"}
    return [
        ast.unparse(call)
        for name, table, call in found
        if name in HARMLESS and (table in LARGE - new or not table) and not _says(call, HARMLESS[name])
    ]


def _says(call: ast.Call, word: str | None) -> bool:
    given = {one.arg: one.value for one in call.keywords}
    value = given.get(word) if word else None
    return isinstance(value, ast.Constant) and value.value is True


@pytest.mark.parametrize(
    "path", sorted(path for path in VERSIONS.glob("[0-9]*.py") if path.name >= FIRST), ids=lambda path: path.stem
)
def test_a_migration_holds_nobody_up(path: Path):
    text = path.read_text(encoding="utf-8")
    assert held_up(text) == []
    assert "autocommit_block" not in text, "what leaves the transaction does so with beside_work()"


def test_a_step_that_would_is_found():
    text = """
def upgrade():
    op.create_table("new", sa.Column("a"))
    op.create_index("ix_new_a", "new", ["a"])
    op.create_index("ix_recheck_a", "recheck", ["a"])
    op.create_index("ix_ticket_a", "ticket", ["a"])
    with beside_work():
        op.create_index("ix_ticket_b", "ticket", ["b"], postgresql_concurrently=True)
    op.add_column("ticket", sa.Column("c", nullable=True))
    op.create_foreign_key("fk", "ticket", "staff", ["c"], ["id"], postgresql_not_valid=True)
    op.alter_column("ticket", "c", nullable=False)

def downgrade():
    op.drop_column("ticket", "c")
"""
    assert held_up(text) == [
        "op.create_index('ix_ticket_a', 'ticket', ['a'])",
        "op.alter_column('ticket', 'c', nullable=False)",
    ]
