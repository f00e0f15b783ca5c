"""Texts that look classified, for the keeper who reviews them."""

from __future__ import annotations

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.withheld import WithheldText, WithheldView, withheld_text, withheld_views
from jiesu.intake.review import review_withheld
from jiesu.rules import Rules
from jiesu.secrecy.models import Decision

__all__ = ["WithheldController"]


class Review(msgspec.Struct, forbid_unknown_fields=True):
    """`words` are the new wording of a redacted text, or where a diverted matter belongs; none for a released one."""

    decision: Decision
    words: str = ""


class Reviewed(msgspec.Struct, frozen=True):
    """Where the ticket stands now."""

    number: str
    status: str


class WithheldController(Controller):
    path = "/desk/withheld"
    tags = ("desk",)

    @get(operation_id="ListWithheld")
    async def listing(self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]) -> list[WithheldView]:
        """What waits for this unit's review (待审查); empty for everybody but the keeper."""
        return await withheld_views(uow, staff)

    @post("/{number:str}/{position:int}/read", operation_id="ReadWithheld", status_code=HTTP_200_OK)
    async def read(
        self,
        number: FromPath[str],
        position: FromPath[int],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
    ) -> WithheldText:
        """The words, for the keeper; the look is recorded (查看)."""
        return await withheld_text(uow, staff, number, position)

    @post("/{number:str}/{position:int}/review", operation_id="ReviewWithheld", status_code=HTTP_200_OK)
    async def review(
        self,
        data: JSONBody[Review],
        number: FromPath[str],
        position: FromPath[int],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Reviewed:
        """Show it, show another wording, or keep it and say where it belongs (审查)."""
        ticket = await review_withheld(uow, rules, staff, number, position, data.decision, data.words)
        return Reviewed(ticket.number, ticket.status)
