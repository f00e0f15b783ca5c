"""The actor of a question to the petitioner that stays unanswered."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.questions import remind_of_question
from jiesu.rules import Rules
from jiesu.tickets.request_info import REMIND_INFO
from workers.actor import handles

__all__ = ["question_unanswered"]


@handles(REMIND_INFO)
async def question_unanswered(uow: UnitOfWork, rules: Rules, payload: dict[str, Any]) -> None:
    await remind_of_question(uow, rules, payload["ticket_id"], payload["times"])
