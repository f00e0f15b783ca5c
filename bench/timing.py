"""Whether the time of an answer tells that a ticket exists: hidden ones beside one that is not there, as ratios of medians."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from httpx import AsyncClient

from jiesu.kernel import Kernel
from jiesu.kit.clock import SystemClock
from jiesu.kit.numbers import format_number
from jiesu.rules import load_policies
from jiesu.settings import load_settings
from tests.builders.desk import signing_in
from tests.builders.forms import COUNTY, STATION
from tests.builders.kernels import committing_kernel, http
from tests.builders.make import Make
from tests.builders.servers import CONFIG, Servers, Where

#: Well formed, or it would not even be looked for.
ABSENT = format_number(date(2026, 1, 1), 1)
REPORT = "我要举报站里的工作人员收受好处费，替人虚报材料。"
#: Requests of each kind at each address; the first tenth only warms up.
ROUNDS = 400


def main() -> None:
    """Ask for all kinds in random order, again and again, and print the ratios, as text or with --json."""
    servers = Servers()
    try:
        found = asyncio.run(_measured(servers.start()))
    finally:
        servers.stop()
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n" if "--json" in sys.argv else _report(found))


async def _measured(where: Where) -> dict[str, dict[str, float]]:
    where.clone("timing")
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "JIESU_DATABASE_URL": where.url("timing"),
            "JIESU_OWNER_DATABASE_URL": where.url("timing", "owner"),
            "JIESU_REDIS_URL": where.redis(0),
            "JIESU_SECRET_KEY": "5e" * 32,
            "JIESU_ALLOWED_HOSTS": "testserver.local",
            "JIESU_DEMO": "true",
            "JIESU_LOG_LEVEL": "error",
            "JIESU_DATA_DIR": folder,
        }
        settings, policies = load_settings(env), load_policies(CONFIG)
        async with committing_kernel(settings, SystemClock(), policies) as kernel, http(kernel) as client:
            return await _ratios(client, kernel)


async def _ratios(client: AsyncClient, kernel: Kernel) -> dict[str, dict[str, float]]:
    numbers = {"absent": ABSENT} | await _hidden(Make(kernel))
    headers = await signing_in(client, kernel)(f"officer-{STATION}")
    took: dict[tuple[str, str], list[float]] = defaultdict(list)
    for place in range(ROUNDS):
        asked = [(address, kind) for address in ("api", "step", "page") for kind in numbers]
        random.shuffle(asked)
        for address, kind in asked:
            began = time.perf_counter()
            await _ask(client, address, numbers[kind], headers)
            if place >= ROUNDS // 10:
                took[address, kind].append(time.perf_counter() - began)
    return {
        address: {"absent_ms": median(took[address, "absent"]) * 1000}
        | {kind: median(took[address, kind]) / median(took[address, "absent"]) for kind in numbers if kind != "absent"}
        for address in ("api", "step", "page")
    }


async def _hidden(make: Make) -> dict[str, str]:
    made = {
        "sealed": await make.filed(text=REPORT, nature="report"),
        "accusing": await make.ticket("in_progress", unit="INST-VETERANS", accused_unit=COUNTY),
        "of_others": await make.ticket("in_progress", unit="VS-150103001", place="150103001001"),
    }
    return {kind: ticket.number for kind, ticket in made.items()}


async def _ask(client: AsyncClient, address: str, number: str, headers: dict[str, str]) -> None:
    if address == "step":
        url, body = f"/api/v1/desk/tickets/{number}/note", {"text": "x"}
        reply: Any = await client.post(url, json=body, headers=headers | {"If-Match": '"9"'})
    else:
        url = f"/desk/t/{number}" if address == "page" else f"/api/v1/desk/tickets/{number}"
        reply = await client.get(url, headers=headers)
    if reply.status_code != 404:
        sys.exit(f"{address} answers {reply.status_code} for {number}: {reply.text[:300]}")


def _report(found: dict[str, dict[str, float]]) -> str:
    lines = [
        f"Time of a 404 by what is behind the number, {ROUNDS} interleaved rounds, ratio of medians to an absent ticket"
    ]
    for address, figures in found.items():
        ratios = "  ".join(f"{kind} {ratio:.3f}" for kind, ratio in figures.items() if kind != "absent_ms")
        lines.append(f"  {address:5} absent {figures['absent_ms']:.2f} ms  {ratios}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
