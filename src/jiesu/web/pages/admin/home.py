"""Where administrators begin: what needs doing, and nothing else."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.rules import Rules
from jiesu.web.api.admin import administrator_only
from jiesu.web.pages.admin.upkeep import upkeep
from jiesu.web.pages.rendering import render

__all__ = ["AdminHomePages"]


class AdminHomePages(Controller):
    path = "/admin"

    @get("/")
    async def overview(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Response[Any]:
        """What needs doing (概况)."""
        administrator_only(staff)
        return render(request, "admin/home.html", staff=staff, upkeep=await upkeep(uow, rules))
