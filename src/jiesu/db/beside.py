"""Steps of a migration that hold nobody up, however long they take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

__all__ = ["beside_work"]


@contextmanager
def beside_work() -> Iterator[None]:
    """Outside a transaction: an index made or dropped concurrently, a constraint validated, rows counted.

    Such a step asks for no lock that anybody waits behind, but waits itself for whoever reads for long (a backup): so it waits as
    long as it takes. Given up in the middle it would leave an invalid index, and what its migration did before it committed.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        yield
        op.execute("RESET lock_timeout")
