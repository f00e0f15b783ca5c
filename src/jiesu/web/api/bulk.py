"""One step on many tickets."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.bulk import MOST, Together, TogetherResult, act_on_all

__all__ = ["BulkController"]


class Many(msgspec.Struct, forbid_unknown_fields=True):
    """A step, the tickets by number, and the body that the step takes."""

    action: Together
    numbers: Annotated[list[str], Meta(min_length=1, max_length=MOST)]
    body: dict[str, Any] = {}


class ManyResults(msgspec.Struct, frozen=True):
    """One result for each ticket, in the order asked."""

    results: list[TogetherResult]


class BulkController(Controller):
    path = "/desk"
    tags = ("desk",)

    @post("/bulk", operation_id="ActOnMany", status_code=HTTP_200_OK)
    async def bulk(
        self,
        data: JSONBody[Many],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> ManyResults:
        """One step on at most 100 tickets (批量办理): each is done or refused by itself."""
        try:
            results = await act_on_all(uow, rules, staff, data.numbers, data.action, data.body, locale)
        except msgspec.ValidationError as error:
            raise ValidationException(str(error)) from error
        return ManyResults(results)
