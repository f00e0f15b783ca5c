"""The policy library for staff: searching it, the same beside a ticket, and the tickets that cite an article."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.policies import BESIDE, find_articles, tickets_citing
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.library import Cited
from jiesu.web.pages.choices import categories
from jiesu.web.pages.rendering import render

__all__ = ["PolicyPages"]


class PolicyPages(Controller):
    path = "/policies"

    @get("/")
    async def library(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        q: FromQuery[str] = "",
        category: FromQuery[str] = "",
    ) -> Response[Any]:
        """Searching the library (政策库)."""
        return render(
            request,
            "policies.html",
            staff=staff,
            q=q,
            category=category,
            categories=categories(rules, locale),
            articles=await find_articles(uow, rules, staff, q, category, None, locale),
        )

    @get("/beside")
    async def beside(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        q: FromQuery[str] = "",
        category: FromQuery[str] = "",
    ) -> Response[Any]:
        """The few best, as a piece for the ticket page."""
        found = await find_articles(uow, rules, staff, q, category, None, locale, limit=BESIDE)
        return render(request, "ticket/articles.html", staff=staff, articles=found)

    @get("/cited")
    async def cited(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        policy: FromQuery[str] = "",
        article: FromQuery[str] = "",
    ) -> Response[Any]:
        """The tickets that cite an article."""
        cited = Cited(policy, article)
        found = await tickets_citing(uow, rules, staff, cited, locale)
        known = rules.library.policy(policy)
        return render(
            request, "policies_cited.html", staff=staff, cite=rules.library.cite(cited) if known else "", tickets=found
        )
