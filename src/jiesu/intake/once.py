"""Filing under a key: however often the same appeal is sent with it, there is one ticket and one receipt."""

from __future__ import annotations

from jiesu.db.uow import UnitOfWork
from jiesu.intake.file import Filed, file_appeal
from jiesu.intake.form import AppealForm
from jiesu.intake.idempotency import remember, remembered
from jiesu.rules import Rules
from jiesu.tickets.events import PETITIONER, By
from jiesu.tickets.repository import TicketRepository

__all__ = ["file_once"]


async def file_once(
    uow: UnitOfWork,
    rules: Rules,
    number: str,
    form: AppealForm,
    key: str | None,
    by: By = PETITIONER,
    *,
    known: int | None = None,
) -> Filed:
    """The ticket filed now under `number`, or before under the same key; without a key always a new one.

    Raises BadIdempotencyKey, KeyReused, or a subclass of Invalid; nothing is written then.
    """
    if key is None:
        return await file_appeal(uow, rules, number, form, by, known=known)
    before = await remembered(uow, key, form)
    if before is not None:
        return Filed(await TicketRepository(uow).find(before.number), before.query_code)
    filed = await file_appeal(uow, rules, number, form, by, known=known)
    remember(uow, key, form, number, filed.query_code)
    return filed
