"""What the operator's endpoint is told."""

from __future__ import annotations

from jiesu.notifications.gateway import HttpGateway
from tests.faults.operator import Operator


async def test_an_operator_that_wants_no_secret_is_given_none():
    with Operator() as operator:
        for secret in ("", "secret"):
            gateway = HttpGateway(operator.url, secret)
            await gateway.send(key="k", phone="13800138000", text="你好")
            await gateway._client.aclose()
    assert operator.given == {"k": {("13800138000", "你好")}}
