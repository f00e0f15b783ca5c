"""The administrator's pages, and the security officer's: no petition content on any of them."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from jiesu.web.pages.admin.accounts import AccountsPages
from jiesu.web.pages.admin.calendar import CalendarPages
from jiesu.web.pages.admin.home import AdminHomePages
from jiesu.web.pages.admin.hours import HoursPages
from jiesu.web.pages.admin.messages import MessagesPages
from jiesu.web.pages.admin.policies import PoliciesPages
from jiesu.web.pages.admin.security import SecurityPages
from jiesu.web.pages.admin.units import UnitsPages
from jiesu.web.pages.admin.work import WorkPages

__all__ = ["ADMIN_PAGES"]

ADMIN_PAGES: list[ControllerRouterHandler] = [
    AdminHomePages,
    AccountsPages,
    UnitsPages,
    CalendarPages,
    HoursPages,
    PoliciesPages,
    MessagesPages,
    WorkPages,
    SecurityPages,
]
