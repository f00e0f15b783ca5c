"""Whether this process lives, whether it can serve, and whether the work behind it is done."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import msgspec
from litestar import Controller, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import HTTP_503_SERVICE_UNAVAILABLE
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from jiesu.db.backlog import Standing, read_standing
from jiesu.db.migrate import newest
from jiesu.kernel import Kernel

__all__ = ["HealthController"]

#: Real seconds that due work may wait: a killed worker's comes back after its lease, well before.
LATE = 60.0


class Work(msgspec.Struct, frozen=True):
    """`stopped`: no relay holds a connection to the database. `late`: due work has waited for more than a minute."""

    status: str
    relays: int
    late_seconds: float


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """`redis` away or `work` not done means: sign-ins and jobs wait; filing, following and the database go on."""

    status: str
    database: str
    redis: str
    work: str
    tables: str = "ok"


AWAY = ResponseSpec(
    Health,
    generate_examples=False,
    description="The database is away, its tables are of an older release, or the process was told to stop.",
)
UNDONE = ResponseSpec(Work, generate_examples=False, description="Nobody works, or work is late.")
_newest = cache(newest)


class HealthController(Controller):
    path = "/health"
    tags = ("operations",)

    @get("/live", operation_id="Live")
    async def live(self) -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @get("/ready", operation_id="Ready", responses={503: AWAY})
    async def ready(self, state: State) -> Response[Health]:
        """503 while the database is away, its tables are older than this release, or it was told to stop: then send nobody here."""
        kernel: Kernel = state.kernel
        if state.leaving:
            return Response(
                Health("leaving", "unknown", "unknown", "unknown"), status_code=HTTP_503_SERVICE_UNAVAILABLE
            )
        try:
            async with kernel.db.sessions() as session:
                at = await session.scalar(text("SELECT version_num FROM alembic_version")) or ""
                work = _judged(kernel, await read_standing(session, kernel.clock.now())).status
        except (SQLAlchemyError, OSError):
            return Response(Health("unready", "away", "unknown", "unknown"), status_code=HTTP_503_SERVICE_UNAVAILABLE)
        if at < _newest():
            return Response(Health("unready", "ok", "unknown", work, "older"), status_code=HTTP_503_SERVICE_UNAVAILABLE)
        redis = await _redis(state)
        return Response(Health("ok" if redis == work == "ok" else "degraded", "ok", redis, work))

    @get("/work", operation_id="WorkIsDone", responses={503: UNDONE})
    async def work(self, state: State) -> Response[Work]:
        """503 while no worker relays, or due work waits: wake somebody, but take no web server away."""
        kernel: Kernel = state.kernel
        try:
            async with kernel.db.sessions() as session:
                found = _judged(kernel, await read_standing(session, kernel.clock.now()))
        except (SQLAlchemyError, OSError):
            found = Work("unknown", 0, 0.0)
        return Response(found, status_code=200 if found.status == "ok" else HTTP_503_SERVICE_UNAVAILABLE)


def _judged(kernel: Kernel, standing: Standing) -> Work:
    late = kernel.clock.real_seconds(timedelta(seconds=standing.late))
    status = "stopped" if not standing.relays else "late" if late > LATE else "ok"
    return Work(status, standing.relays, round(late, 1))


async def _redis(state: State) -> str:
    try:
        await state.redis.ping()
    except OSError:
        return "away"
    except Exception as error:  # redis-py has its own tree of errors
        return type(error).__name__
    return "ok"
