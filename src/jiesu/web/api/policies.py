"""The policy library: articles to cite, and which tickets cite them."""

from __future__ import annotations

from datetime import date

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.earlier import EarlierRow
from jiesu.desk.policies import ArticleView, CitedPolicy, cited_policies, find_articles, tickets_citing
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.library import Cited

__all__ = ["PolicyController"]


class PolicyController(Controller):
    path = "/desk/policies"
    tags = ("desk",)

    @get("/", operation_id="FindPolicies")
    async def find(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        q: FromQuery[str] = "",
        category: FromQuery[str] = "",
        on: FromQuery[date | None] = None,
    ) -> list[ArticleView]:
        """Articles of the policy library (政策库): valid on the day (`on`, today) first, of the category first; at most 100."""
        return await find_articles(uow, rules, staff, q, category, on, locale)

    @get("/cited", operation_id="ListCitedPolicies")
    async def cited(
        self, staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork], rules: NamedDependency[Rules]
    ) -> list[CitedPolicy]:
        """Which policies the results and answers cite that the reader may see, the most often first."""
        return await cited_policies(uow, rules, staff)

    @get("/cited/tickets", operation_id="ListTicketsCiting")
    async def tickets(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        policy: FromQuery[str] = "",
        article: FromQuery[str] = "",
    ) -> list[EarlierRow]:
        """The newest tickets that cite this article; without `article`, those that name the policy as a whole."""
        return await tickets_citing(uow, rules, staff, Cited(policy, article), locale)
