"""What caused which work: the request's name, for log lines and job rows, and OpenTelemetry's traces where they are switched on.

Spans say which route, which kind of work and how long; never a path, a query, an address, a text or what a fault says: those may name people.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    NonRecordingSpan,
    NoOpTracer,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from structlog.contextvars import bind_contextvars, unbind_contextvars

from jiesu.errors import DomainError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

__all__ = [
    "for_work",
    "is_on",
    "name_request",
    "origin",
    "request_of",
    "span",
    "start_tracing",
    "stop_tracing",
    "transaction",
]

#: The standard names of where spans go, beside our own setting.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
Value = str | int | Sequence[str]

_request: ContextVar[str | None] = ContextVar("request", default=None)
_w3c = TraceContextTextMapPropagator()
_tracer: Tracer = NoOpTracer()
_provider: TracerProvider | None = None


def start_tracing(service: str, endpoint: str | None = None, *, exporter: SpanExporter | None = None) -> None:
    """Keep traces of this process from now on, if an endpoint (OTLP over HTTP, such as http://collector:4318) is given here or by
    OpenTelemetry's own variables; without one nothing happens. Spans that nobody takes are dropped: no request waits for them.
    """
    global _tracer, _provider
    if _provider is not None or not (endpoint or exporter or any(os.environ.get(name) for name in ENDPOINTS)):
        return
    # only now: they take 20 MB
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    _provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    target = f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None
    _provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter(endpoint=target)))
    _tracer = _provider.get_tracer("jiesu")


def stop_tracing() -> None:
    """Hand over what is left, and keep none any more. Takes some seconds while nobody takes it."""
    global _tracer, _provider
    provider, _provider, _tracer = _provider, None, NoOpTracer()
    if provider is not None:
        provider.shutdown()


def is_on() -> bool:
    """Whether this process keeps traces."""
    return _provider is not None


def name_request(name: str | None) -> None:
    """From here on the log lines of this request or job, and the work it promises, bear the name; or none."""
    _request.set(name)
    if name is None:
        unbind_contextvars("request")
    else:
        bind_contextvars(request=name)


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, Value] | None = None,
    *,
    within: Context | None = None,
    links: Sequence[Link] = (),
    began: int | None = None,
) -> Iterator[Span]:
    """A step of a trace, for the length of the block, or since `began` (ns). Of a fault its class alone is kept."""
    with _tracer.start_as_current_span(
        name, within, kind, attributes, links, began, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            _mark(current, error)
            raise


def _mark(current: Span, error: BaseException) -> None:
    """A refusal, be it by a rule of ours or by the web framework, is no fault."""
    current.set_attribute("error.type", type(error).__name__)
    if not isinstance(error, DomainError) and getattr(error, "status_code", 500) >= 500:
        current.set_status(StatusCode.ERROR)


@contextmanager
def transaction() -> Iterator[Span]:
    """A transaction within whatever is traced; by itself it begins no trace. It is not made the current step: who opens it may be
    another task than who works in it."""
    inside = _provider is not None and get_current_span().is_recording()
    current = (
        _tracer.start_span("transaction", record_exception=False, set_status_on_exception=False)
        if inside
        else INVALID_SPAN
    )
    try:
        yield current
    except BaseException as error:
        _mark(current, error)
        raise
    finally:
        current.end()


def origin(within: Span, *, at_once: bool) -> str | None:
    """What a job row keeps of its cause: the request's name and, for work `at_once`, its place in the trace (W3C `traceparent`).

    What is due much later begins a trace of its own: one of several weeks is of no use to anybody.
    """
    request = _request.get()
    if request is None or not at_once or not within.get_span_context().is_valid:
        return request
    carrier: dict[str, str] = {}
    _w3c.inject(carrier, set_span_in_context(within))
    return f"{request} {carrier['traceparent']}"


def request_of(origin: str | None) -> str | None:
    """The name of the request in it."""
    return origin.partition(" ")[0] if origin else None


@contextmanager
def for_work(kind: str, origins: Iterable[str | None], began: int) -> Iterator[Span]:
    """The doing of jobs of one kind that were promised there, since `began` (ns). Of one cause it goes on with its trace; of several it
    begins a new one with links to theirs, and the log lines bear no request's name.
    """
    causes = [text for text in dict.fromkeys(origins) if text]
    requests = list(dict.fromkeys(text.partition(" ")[0] for text in causes))
    places = [place for text in causes if (place := _place(text)).is_valid]
    name_request(requests[0] if len(requests) == 1 else None)
    within, links = Context(), [Link(place) for place in places]
    if len(causes) == len(places) == 1:
        within, links = set_span_in_context(NonRecordingSpan(places[0]), within), []
    attributes: dict[str, Value] = {"jiesu.kind": kind, "jiesu.requests": requests}
    with span(f"work {kind}", SpanKind.CONSUMER, attributes, within=within, links=links, began=began) as current:
        yield current


def _place(origin: str) -> SpanContext:
    """In a trace; an invalid one where it names none."""
    carrier = {"traceparent": origin.partition(" ")[2]}
    return get_current_span(_w3c.extract(carrier, Context())).get_span_context()
