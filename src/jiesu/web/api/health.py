"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import HTTP_503_SERVICE_UNAVAILABLE
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from jiesu.kernel import Kernel

__all__ = ["HealthController"]


class Health(msgspec.Struct, frozen=True):
    """`redis` away means: sign-ins wait and jobs are late; filing, following and the database go on."""

    status: str
    database: str
    redis: str


AWAY = ResponseSpec(Health, generate_examples=False, description="The database is away.")


class HealthController(Controller):
    path = "/health"
    tags = ("operations",)

    @get("/live", operation_id="Live")
    async def live(self) -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @get("/ready", operation_id="Ready", responses={503: AWAY})
    async def ready(self, state: State) -> Response[Health]:
        """503 while the database is away."""
        kernel: Kernel = state.kernel
        try:
            async with kernel.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return Response(Health("unready", "away", "unknown"), status_code=HTTP_503_SERVICE_UNAVAILABLE)
        try:
            await state.redis.ping()
        except OSError:
            return Response(Health("degraded", "ok", "away"))
        except Exception as error:  # redis-py has its own tree of errors
            return Response(Health("degraded", "ok", type(error).__name__))
        return Response(Health("ok", "ok", "ok"))
