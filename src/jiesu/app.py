"""The web application of one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.middleware.csrf import CSRFMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components
from litestar.types import ControllerRouterHandler
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from jiesu.accounts.provider import provider_of
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.kit.memory import keep_for_good
from jiesu.logs import configure_logs
from jiesu.settings import Settings, load_settings
from jiesu.tracing import start_tracing, stop_tracing
from jiesu.web.api.admin import AdminController
from jiesu.web.api.at_hand import AtHandController
from jiesu.web.api.attachments import DeskAttachmentController, FileController, TicketAttachmentController
from jiesu.web.api.audit import AuditController
from jiesu.web.api.board import BoardController
from jiesu.web.api.bulk import BulkController
from jiesu.web.api.calendar import CalendarController
from jiesu.web.api.demo import DemoController
from jiesu.web.api.desk import DeskController
from jiesu.web.api.exports import ExportController
from jiesu.web.api.filters import FilterController
from jiesu.web.api.health import HealthController
from jiesu.web.api.lists import ListController
from jiesu.web.api.metrics import MetricsController, http_metrics
from jiesu.web.api.my import MyController
from jiesu.web.api.outreach import OutreachController
from jiesu.web.api.own_account import OwnAccountController, SessionListController
from jiesu.web.api.policies import PolicyController
from jiesu.web.api.prepared import PreparedController
from jiesu.web.api.receptions import DeskReceptionController, ReceptionController
from jiesu.web.api.reports import LeagueController, ReportController
from jiesu.web.api.session import SessionController
from jiesu.web.api.stream import StreamController
from jiesu.web.api.surveys import SurveyController
from jiesu.web.api.tickets import TicketController
from jiesu.web.api.topics import TopicController
from jiesu.web.api.users import UserController
from jiesu.web.api.withheld import WithheldController
from jiesu.web.bodies import SlowBodies
from jiesu.web.dependencies import DEPENDENCIES, give_back
from jiesu.web.documented import BEARER, ProblemsDocumented
from jiesu.web.headers import headers_for
from jiesu.web.hosts import HostsMiddleware
from jiesu.web.limits import LimitsMiddleware
from jiesu.web.live import Live
from jiesu.web.pages import page_routers, templates
from jiesu.web.pages.errors import for_readers
from jiesu.web.problems import domain_problem, http_problem, unexpected_problem
from jiesu.web.request_ids import RequestIds
from jiesu.web.requests import CarefulRequest
from jiesu.web.schema_page import PlainRenderPlugin
from jiesu.web.serving import before_the_stop
from jiesu.web.sessions import Sessions
from jiesu.web.traces import Traces

__all__ = ["collaborators", "create_app"]

#: The longest request body taken, in bytes: a text of 5,000 characters with all the rest fits many times.
LONGEST_BODY = 256 * 1024


def create_app(settings: Settings | None = None, *, kernel: Kernel | None = None) -> Litestar:
    """The application; a ready `kernel` is for tests, which inject the clock and the gateway through it."""
    settings = settings or (kernel.settings if kernel else load_settings())
    configure_logs(settings.log_level)
    limits = LimitsMiddleware(settings)
    return Litestar(
        route_handlers=[_api(settings), FileController, HealthController, MetricsController, *page_routers(settings)],
        middleware=[
            RequestIds(),
            Traces(),
            HostsMiddleware(settings),
            http_metrics().middleware,
            limits,
            SlowBodies(settings.body_seconds),
            DefineMiddleware(CSRFMiddleware, config=_csrf(settings)),  # after those: it reads the form
        ],
        dependencies=DEPENDENCIES,
        exception_handlers={
            DomainError: for_readers(domain_problem),
            HTTPException: for_readers(http_problem),
            Exception: for_readers(unexpected_problem),
        },
        after_exception=[give_back],
        before_send=[headers_for(https=settings.https)],
        lifespan=[_life],
        on_startup=[keep_for_good] if kernel is None else [],  # a process of its own
        logging_config=None,
        template_config=templates(),
        plugins=[ProblemsDocumented()],
        request_class=CarefulRequest,
        openapi_config=OpenAPIConfig(
            title="Jiesu 接诉",
            version="1.0.0",
            path="/schema",
            components=Components(security_schemes=BEARER),
            use_handler_docstrings=True,
            render_plugins=[PlainRenderPlugin(), JsonRenderPlugin()],
        ),
        request_max_body_size=LONGEST_BODY,
        state=State(collaborators(kernel or Kernel(settings), limits)),
    )


def collaborators(kernel: Kernel, limits: LimitsMiddleware) -> dict[str, Any]:
    """What requests work with, by its name in the application's state."""
    settings = kernel.settings
    url = settings.redis_url or "redis://127.0.0.1:6379/0"
    # one that hangs is as good as away
    redis = Redis.from_url(url, socket_timeout=5, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1))
    live = Live(kernel)
    return {
        "kernel": kernel,
        "redis": redis,
        "provider": provider_of(settings),
        "leaving": False,
        "limits": limits,
        "live": live,
        "sessions": Sessions(redis, settings.session_hours, settings.idle_minutes, ended=live.ended),
    }


@asynccontextmanager
async def _life(app: Litestar) -> AsyncGenerator[None, None]:
    kernel: Kernel = app.state.kernel
    start_tracing("jiesu-serve", kernel.settings.otlp_endpoint)
    await kernel.open()
    before_the_stop(lambda: _leave(app))
    yield
    app.state.live.close()
    if app.state.provider is not None:
        await app.state.provider.aclose()
    await app.state.redis.aclose()
    await app.state.limits.aclose()
    await kernel.close()
    await asyncio.to_thread(stop_tracing)


def _leave(app: Litestar) -> None:
    """From now on every connection ends with its answer, and balancers are told to ask elsewhere."""
    app.state.leaving = True
    app.state.live.close()


def _csrf(settings: Settings) -> CSRFConfig:
    """Forms of pages carry a token; the API takes no cookie for anything that changes."""
    return CSRFConfig(
        secret=settings.secret_key,
        exclude=["^/api/", "^/health/", "^/metrics", "^/static/", "^/files/"],
        cookie_samesite="lax",
        cookie_httponly=True,
        cookie_secure=settings.https,
    )


def _api(settings: Settings) -> Router:
    handlers: list[ControllerRouterHandler] = [
        TicketController,
        TicketAttachmentController,
        MyController,
        SurveyController,
        SessionController,
        OwnAccountController,
        SessionListController,
        DeskController,
        DeskAttachmentController,
        BulkController,
        FilterController,
        StreamController,
        AtHandController,
        PolicyController,
        OutreachController,
        ReceptionController,
        DeskReceptionController,
        WithheldController,
        BoardController,
        ExportController,
        ReportController,
        LeagueController,
        PreparedController,
        TopicController,
        ListController,
        CalendarController,
        AdminController,
        UserController,
        AuditController,
    ]
    if settings.demo:
        handlers.append(DemoController)
    return Router("/api/v1", route_handlers=handlers)
