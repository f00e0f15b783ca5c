"""What PostgreSQL lets a transaction see of tickets: settings of the transaction that the row policies read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["BEGIN_AS_SYSTEM", "Scope", "Viewer", "apply", "change"]


class Scope(StrEnum):
    """`system` sees all: workers, petitioners' own routes, the command line, what follows from a step.

    `staff` sees what the viewer may. `figures` counts beyond the viewer's subtree, and neither what accuses the viewer's line
    nor what is sealed to others. Without any scope nothing is seen.
    """

    SYSTEM = "system"
    STAFF = "staff"
    FIGURES = "figures"


#: Option of our connections: a transaction is the system's until a viewer is named. Other programs that connect see nothing.
BEGIN_AS_SYSTEM = f"-c jiesu.scope={Scope.SYSTEM}"

_APPLY = text("""
    SELECT set_config('jiesu.scope', :scope, true), set_config('jiesu.unit', :unit, true),
           set_config('jiesu.account', :account, true), set_config('jiesu.reads', :reads, true),
           set_config('jiesu.keeps', :keeps, true), set_config('jiesu.elsewhere', :elsewhere, true)
""")
_CHANGE = text("SELECT set_config('jiesu.scope', :scope, true)")


@dataclass(frozen=True)
class Viewer:
    """Whom the policies ask about: the acting post's unit, the account, and what the role may open.

    `elsewhere` are the codes in the lines of the person's other posts.
    """

    unit: str
    account: int
    reads: bool
    keeps: bool
    elsewhere: frozenset[str] = field(default=frozenset(), repr=False)


async def apply(session: AsyncSession, viewer: Viewer) -> None:
    """Until its end the transaction sees what this viewer may."""
    values = {
        "scope": Scope.STAFF,
        "unit": viewer.unit,
        "account": str(viewer.account),
        "reads": "on" if viewer.reads else "off",
        "keeps": "on" if viewer.keeps else "off",
        "elsewhere": ",".join(sorted(viewer.elsewhere)),
    }
    await session.execute(_APPLY, values)


async def change(session: AsyncSession, scope: Scope) -> None:
    """Another scope for the same viewer."""
    await session.execute(_CHANGE, {"scope": scope})
