"""Logs: one JSON object a line on standard error; no local variables, no telephone and ID numbers, no rows of tables."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict

from jiesu.kit.masking import mask_text

__all__ = ["configure_logs"]


def configure_logs(level: str) -> None:
    """Send our logs, and warnings of the libraries, to standard error. `level`: debug, info, warning or error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            _masked,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(number, logging.WARNING), force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Masking("%(levelname)s %(name)s: %(message)s"))


def _masked(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {key: mask_text(value) if isinstance(value, str) else value for key, value in event.items()}


class _Masking(logging.Formatter):
    """For what libraries log, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_text(super().format(record))
