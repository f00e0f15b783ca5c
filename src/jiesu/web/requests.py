"""The request as handlers read it: a body that no parser can take is the sender's mistake, not a fault of ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_to_bytes

from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, SerializationException

from jiesu.web.uploads import StreamingRequest

__all__ = ["CarefulRequest"]


class CarefulRequest(StreamingRequest):
    """Answers 400 also where the parser stumbles: over nesting without end, and over bytes inside a text that are no UTF-8."""

    async def form(self) -> FormMultiDict:
        """The fields. Raises ClientException where they would be kept with other characters than were sent."""
        if self.content_type[0] == RequestEncodingType.URL_ENCODED:
            try:
                unquote_to_bytes(await self.body()).decode()
            except UnicodeDecodeError as error:
                raise ClientException("The form is not in UTF-8") from error
        return await super().form()

    async def json(self) -> Any:
        """The body, decoded once. Raises SerializationException."""
        try:
            return await super().json()
        except RecursionError as error:
            raise SerializationException("JSON is nested too deeply") from error
        except UnicodeDecodeError as error:
            raise SerializationException("JSON is not in UTF-8") from error
