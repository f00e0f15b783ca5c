"""Figures for Prometheus: of this process's answers, and of what is late, growing or failing in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from litestar import Controller, Response, get
from litestar.datastructures import State
from litestar.plugins.prometheus import PrometheusConfig
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from jiesu.kernel import Kernel
from jiesu.vitals import read_figures

__all__ = ["MetricsController", "http_metrics"]


def http_metrics() -> PrometheusConfig:
    """How long requests take, by route and status: paths hold receipt numbers, so they are grouped by their template.

    The live stream is none of them: how long somebody listens says nothing.
    """
    uncounted = ["^/metrics", "^/health/", "^/static/", "^/api/v1/stream"]
    return PrometheusConfig(app_name="jiesu", prefix="jiesu", group_path=True, exclude=uncounted)


class MetricsController(Controller):
    path = "/metrics"
    tags = ("operations",)

    @get("/", operation_id="Metrics", include_in_schema=False)
    async def metrics(self, state: State) -> Response[bytes]:
        """This process's figures and those of the database; without them while the database is away."""
        body = generate_latest(REGISTRY) + await _of_database(state.kernel)
        return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _of_database(kernel: Kernel) -> bytes:
    try:
        found = await read_figures(kernel)
    except (SQLAlchemyError, OSError):
        return b""
    registry = CollectorRegistry()
    registry.register(_Given(found))
    return generate_latest(registry)


class _Given(Collector):
    """Families that were asked for beforehand."""

    def __init__(self, found: list[Any]) -> None:
        self._found = found

    def collect(self) -> Iterator[Any]:
        yield from self._found
