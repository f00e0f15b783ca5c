"""Actor of the attachments: have one scanned, and try again while the scanner is away."""

from __future__ import annotations

from typing import Any

import structlog

from jiesu.attachments.attach import SCAN, promise_scan
from jiesu.attachments.models import Attachment, Scan
from jiesu.attachments.scan import ScannerAway, is_infected
from jiesu.kernel import Kernel
from workers.actor import handles_outside

__all__ = ["scan_attachment"]

log = structlog.get_logger(__name__)

#: Seconds until a scanner that was away is asked again, for as long as it takes.
AGAIN = 300


@handles_outside(SCAN)
async def scan_attachment(kernel: Kernel, payload: dict[str, Any]) -> None:
    """Ask clamd and keep its verdict; without one the file stays unserved. Repeating it changes nothing."""
    async with kernel.db.begin() as uow:
        row = await uow.session.get(Attachment, payload["id"])
    if row is None or row.scan is not Scan.WAITING:
        return
    verdict = await _verdict(kernel, row)
    async with kernel.db.begin() as uow:
        scanned = await uow.session.get_one(Attachment, row.id, with_for_update=True)
        if verdict is None:
            await promise_scan(uow, scanned, seconds=AGAIN)
        else:
            scanned.scan = verdict


async def _verdict(kernel: Kernel, row: Attachment) -> Scan | None:
    """None while the scanner is away; a scanner that was switched off since scans nothing."""
    if kernel.settings.clamd is None:
        return Scan.NONE
    try:
        infected = await is_infected(kernel.settings.clamd, kernel.files.read(row.kept))
    except ScannerAway as away:
        log.warning("scanner away", attachment=row.id, reason=str(away))
        return None
    return Scan.INFECTED if infected else Scan.CLEAN
