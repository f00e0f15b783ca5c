"""Forms with files: streamed to disk as they arrive, so that memory stays flat however much is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, HTTPException
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from litestar.types import Empty
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from jiesu.attachments.checking import LARGEST
from jiesu.attachments.keep import MOST, Upload

__all__ = ["LARGEST_FORM", "StreamingRequest", "UploadOperation", "uploads_of"]

#: Bytes of all texts of a form together, and of a form with its files.
MOST_TEXT = 256 * 1024
LARGEST_FORM = MOST * LARGEST + MOST_TEXT
MOST_PARTS = 100


class StreamingRequest(Request[Any, Any, Any]):
    """Litestar's request, but for forms with files: no text of any size is gathered in memory, no file beyond its limit."""

    async def form(self) -> FormMultiDict:
        content_type, options = self.content_type
        if content_type == RequestEncodingType.MULTI_PART and self._connection_state.form is Empty:
            boundary = options.get("boundary", "")
            self._connection_state.form = await _read(self.stream(), boundary.encode())
        return await super().form()


async def _read(chunks: AsyncIterator[bytes], boundary: bytes) -> dict[str, Any]:
    parts = _Parts()
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
            async for chunk in chunks:
                if parser.closed:
                    continue
                for event in parser.parse(chunk):
                    await parts.take(event)
    except (MultipartError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise ClientException("Invalid multipart/form-data") from error
    return {name: values if len(values) > 1 else values[0] for name, values in parts.done.items()}


@dataclass
class _Parts:
    """The parts of a form so far."""

    done: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    segment: MultipartSegment | None = None
    file: UploadFile | None = None
    text: bytearray = field(default_factory=bytearray)
    size: int = 0
    texts: int = 0

    async def take(self, event: MultipartSegment | bytearray | None) -> None:
        """A segment begins a part, bytes belong to it, None ends it."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event:
            await self._add(event)
        elif self.segment is not None:
            await self._end(self.segment)

    def _begin(self, segment: MultipartSegment) -> None:
        self.segment, self.file, self.text, self.size = segment, None, bytearray(), 0
        if segment.filename:
            self.file = UploadFile(segment.content_type or "", segment.filename)

    async def _add(self, data: bytearray) -> None:
        self.size += len(data)
        if self.file is None:
            self.texts += len(data)
            if self.texts > MOST_TEXT:
                raise HTTPException(status_code=HTTP_413_REQUEST_ENTITY_TOO_LARGE)
            self.text += data
        elif self.size - len(data) <= LARGEST:  # one piece more than allowed says that it is too large
            await self.file.write(data)

    async def _end(self, segment: MultipartSegment) -> None:
        if self.file is None:
            self.done[segment.name].append(self.text.decode(segment.charset or "utf-8"))
        else:
            await self.file.seek(0)
            self.done[segment.name].append(self.file)
        self.segment = None


async def uploads_of(request: Request[Any, Any, Any], name: str = "files") -> list[Upload]:
    """The files sent under that name; an empty box sends none."""
    form = await request.form()
    found = form.getall(name, [])
    return [Upload(file.filename, cast("IO[bytes]", file.file)) for file in found if isinstance(file, UploadFile)]


@dataclass
class UploadOperation(Operation):
    """What the API's document says of a body that handlers read only once they know who sends it."""

    def __post_init__(self) -> None:
        files = Schema(
            type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY), max_items=MOST
        )
        body = Schema(type=OpenAPIType.OBJECT, properties={"files": files}, required=["files"])
        content = {RequestEncodingType.MULTI_PART.value: OpenAPIMediaType(schema=body)}
        self.request_body = RequestBody(content=content, required=True)
