"""One filed ticket followed from its request through transaction and job to the actor, in traces and in the log; and nobody in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from jiesu.escalation.arming import RUNG
from jiesu.logs import configure_logs
from jiesu.tracing import is_on, start_tracing, stop_tracing
from tests.builders.forms import CLEAR, PHONE, STATION, appeal

ID_NUMBER = "11010519491231002X"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What a collector would be given, once tracing has stopped."""
    kept = InMemorySpanExporter()
    start_tracing("test", exporter=kept)
    yield kept
    stop_tracing()


async def test_a_ticket_is_followed_from_its_request_to_the_actor(spans, client, jobs):
    reply = await client.post("/api/v1/tickets", json=appeal(CLEAR))
    await jobs.run_due()
    stop_tracing()
    found = {span.name: span for span in spans.get_finished_spans()}
    request, actor = found["POST /api/v1/tickets"], found["work message.send"]
    [transaction] = [span for span in spans.get_finished_spans() if span.context == _parent(actor)]
    assert (request.kind, transaction.name, actor.kind) == (SpanKind.SERVER, "transaction", SpanKind.CONSUMER)
    assert transaction.parent.span_id == request.context.span_id
    assert {span.context.trace_id for span in (request, transaction, actor)} == {request.context.trace_id}
    name = reply.headers["x-request-id"]
    assert (request.attributes["jiesu.request"], actor.attributes["jiesu.requests"]) == (name, (name,))
    assert request.attributes["http.response.status_code"] == 201


def _parent(span):
    assert span.parent is not None
    return type(span.parent)(span.parent.trace_id, span.parent.span_id, False, span.parent.trace_flags)


async def test_what_a_worker_logs_bears_the_request_that_caused_it(client, jobs, gateway, monkeypatch):
    async def broken(**_: object) -> None:
        raise RuntimeError("broken")

    reply = await client.post("/api/v1/tickets", json=appeal(CLEAR))
    monkeypatch.setattr(gateway, "send", broken)
    configure_logs("warning")
    with capture_logs(processors=[merge_contextvars]) as logged:
        await jobs.run_due()
    configure_logs("error")
    assert not is_on()
    assert [line["request"] for line in logged if line["event"] == "job failed"] == [reply.headers["x-request-id"]]


async def test_rungs_done_together_each_remember_their_own_request(client, jobs, clock):
    names = [(await client.post("/api/v1/tickets", json=appeal(CLEAR))).headers["x-request-id"] for _ in range(2)]
    first = {job.id for job in await jobs.pending(kind=RUNG)}
    clock.advance(timedelta(days=1))
    await jobs.run_due()
    later = [job for job in await jobs.pending(kind=RUNG) if job.id not in first]
    assert {job.origin for job in later} == set(names)


async def test_nobody_is_in_a_trace(spans, client, sign_in, jobs):
    person = {"name": "欧阳锦绣", "phone": PHONE, "id_number": ID_NUMBER}
    receipt = (await client.post("/api/v1/tickets", json=appeal(CLEAR) | {"petitioner": person})).json()
    number, code = receipt["number"], receipt["query_code"]
    await client.get(f"/api/v1/tickets/{number}", params={"code": code})
    await client.get(f"/api/v1/tickets/{number}", params={"code": "WRONG-CODE"})
    await client.post("/api/v1/tickets", json=appeal(CLEAR) | {"petitioner": person | {"phone": "欧阳锦绣"}})
    officer = await sign_in(f"officer-{STATION}")
    await client.get("/desk", params={"view": "all", "q": PHONE}, headers=officer)
    await client.get(f"/desk/t/{number}", headers=officer)
    await client.get(f"/nowhere/{ID_NUMBER}", params={"q": PHONE})
    await jobs.run_due()
    stop_tracing()
    said = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert "GET /desk/t/{number}" in said
    assert "work message.send" in said
    told = (*person.values(), number, code, "WRONG-CODE", CLEAR, f"officer-{STATION}", "view=", "127.0.0.1")
    assert [word for word in told if word in said] == []


async def test_a_refusal_is_no_fault_and_a_fault_says_nothing_but_its_class(spans, client, kernel, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError(f"what people wrote: {PHONE}")

    await client.post("/api/v1/tickets", json={"text": ""})
    monkeypatch.setattr(kernel.numbers, "take", broken)
    await client.post("/api/v1/tickets", json=appeal(CLEAR))
    stop_tracing()
    requests = [span for span in spans.get_finished_spans() if span.kind is SpanKind.SERVER]
    assert [span.status.status_code for span in requests] == [StatusCode.UNSET, StatusCode.ERROR]
    transactions = [span for span in spans.get_finished_spans() if span.name == "transaction"]
    assert transactions[-1].attributes["error.type"] == "RuntimeError"
    assert PHONE not in "".join(span.to_json() for span in (*requests, *transactions))


def test_without_an_endpoint_nothing_is_kept(monkeypatch):
    start_tracing("test")
    assert not is_on()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    start_tracing("test")
    assert is_on()
    stop_tracing()
