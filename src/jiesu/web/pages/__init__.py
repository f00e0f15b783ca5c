"""Pages for people: petitioners first, then staff."""

from __future__ import annotations

from litestar import Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from jiesu.settings import Settings
from jiesu.web.pages.account import AccountPages
from jiesu.web.pages.admin import ADMIN_PAGES
from jiesu.web.pages.approvals import ApprovalPages
from jiesu.web.pages.audit import AuditPages
from jiesu.web.pages.board import BoardPages
from jiesu.web.pages.board_rates import BoardRatesPages
from jiesu.web.pages.bulk import BulkPages
from jiesu.web.pages.counter import CounterPages
from jiesu.web.pages.demo import DemoPages
from jiesu.web.pages.desk import DeskPages
from jiesu.web.pages.escalations import EscalationPages
from jiesu.web.pages.exports import ExportPages
from jiesu.web.pages.filing import FilingPages
from jiesu.web.pages.following import FollowingPages
from jiesu.web.pages.home import HomePages
from jiesu.web.pages.my import MyPages
from jiesu.web.pages.oidc import OidcPages
from jiesu.web.pages.outreach import OutreachPages
from jiesu.web.pages.policies import PolicyPages
from jiesu.web.pages.prepared import PreparedPages
from jiesu.web.pages.reception import ReceptionBookingPages
from jiesu.web.pages.receptions import ReceptionPages
from jiesu.web.pages.rendering import STATIC, engine
from jiesu.web.pages.reports import ReportPages
from jiesu.web.pages.screen import ScreenPages
from jiesu.web.pages.signing import SigningPages
from jiesu.web.pages.survey import SurveyPages
from jiesu.web.pages.ticket import TicketPages
from jiesu.web.pages.ticket_live import CallPages, PersonPages, TicketLivePages
from jiesu.web.pages.topics import TopicPages
from jiesu.web.pages.withheld import WithheldPages

__all__ = ["page_routers", "templates"]

#: Addresses of style and script carry their content's hash, so browsers may keep them for a week.
KEPT = CacheControlHeader(public=True, max_age=7 * 24 * 3600)

#: Style and script alone. Pages hold tokens beside what was sent to them: compressed together, their length would tell (BREACH).
SMALLER = DefineMiddleware(CompressionMiddleware, config=CompressionConfig(backend="gzip"))


def page_routers(settings: Settings) -> list[Router]:
    """Every page, and the static files beside them; the demo's pages in demo mode only."""
    handlers: list[ControllerRouterHandler] = [
        HomePages,
        FilingPages,
        FollowingPages,
        MyPages,
        SurveyPages,
        SigningPages,
        AccountPages,
        BulkPages,
        DeskPages,
        CounterPages,
        TicketPages,
        TicketLivePages,
        PersonPages,
        CallPages,
        PolicyPages,
        OutreachPages,
        ReceptionBookingPages,
        ReceptionPages,
        WithheldPages,
        BoardPages,
        BoardRatesPages,
        ExportPages,
        EscalationPages,
        ApprovalPages,
        ScreenPages,
        ReportPages,
        PreparedPages,
        TopicPages,
        AuditPages,
        *ADMIN_PAGES,
    ]
    if settings.oidc_issuer is not None:
        handlers.append(OidcPages)
    if settings.demo:
        handlers.append(DemoPages)
    pages = Router("/", route_handlers=handlers, include_in_schema=False)
    static = create_static_files_router(
        "/static", directories=[STATIC], cache_control=KEPT, middleware=[SMALLER], include_in_schema=False
    )
    return [pages, static]


def templates() -> TemplateConfig:  # type: ignore[type-arg]
    """Where the pages' templates are and what they may call."""
    return TemplateConfig(instance=engine())
