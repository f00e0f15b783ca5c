"""The row policies that migrations lay on tables: every table with a ticket's key needs one."""

from __future__ import annotations

from alembic import op

__all__ = ["SYSTEM", "protect", "unprotect"]

SYSTEM = "current_setting('jiesu.scope', true) = 'system'"
#: What belongs to a ticket is seen by whoever sees the ticket. OFFSET 0 keeps PostgreSQL from gathering every visible ticket
#: first: a few rows ask for a few tickets, by key.
OF_A_TICKET = f"{SYSTEM} OR EXISTS (SELECT FROM ticket WHERE ticket.id = {{table}}.ticket_id OFFSET 0)"


def protect(table: str, seen: str = OF_A_TICKET) -> None:
    """Show only rows for which `seen` is true, for reading and writing alike; the owner of the table obeys it too.

    Behind `<> 0` the planner takes it for nearly always true, which it is after the application's own condition, and walks
    the same indexes as without it. What is neither true nor false hides the row.
    """
    op.execute(f"CREATE POLICY seen ON {table} USING (CASE WHEN {seen.format(table=table)} THEN 1 ELSE 0 END <> 0)")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def unprotect(table: str) -> None:
    """The way back."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    op.execute(f"DROP POLICY seen ON {table}")
