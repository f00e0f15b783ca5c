"""The request as handlers read it: a body that no parser can take is the sender's mistake, not a fault of ours."""

from __future__ import annotations

from typing import Any

from litestar.exceptions import SerializationException

from jiesu.web.uploads import StreamingRequest

__all__ = ["CarefulRequest"]


class CarefulRequest(StreamingRequest):
    """Answers 400 also where the parser stumbles: over nesting without end, and over bytes inside a text that are no UTF-8."""

    async def json(self) -> Any:
        """The body, decoded once. Raises SerializationException."""
        try:
            return await super().json()
        except RecursionError as error:
            raise SerializationException("JSON is nested too deeply") from error
        except UnicodeDecodeError as error:
            raise SerializationException("JSON is not in UTF-8") from error
