"""Actor of the trail: every hour's checkpoint, and the promise of the next."""

from __future__ import annotations

from typing import Any

import structlog

from jiesu.audit.checkpoints import CHECKPOINT, promise_checkpoint, signer_of, take_checkpoint
from jiesu.kernel import Kernel
from workers.actor import handles_outside

__all__ = ["checkpoint"]

log = structlog.get_logger(__name__)


@handles_outside(CHECKPOINT)
async def checkpoint(kernel: Kernel, _: dict[str, Any]) -> None:
    """Sign what was added. The next hour is promised first: one that fails does not end them.

    The log line is a copy of the checkpoint outside the database: logs that are sent elsewhere keep it there.
    """
    async with kernel.db.begin() as uow:
        await promise_checkpoint(uow)
    signer = signer_of(kernel.settings)
    if signer is None:
        log.warning("the trail is not signed", remedy="name a key in signing_key")
        return
    async with kernel.db.begin() as uow:
        taken = await take_checkpoint(uow, signer)
    log.info("checkpoint", id=taken.id, chains=taken.chains, hash=taken.hash, signature=taken.signature)
