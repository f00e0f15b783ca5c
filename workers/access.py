"""Actor of the codes that open one's own tickets."""

from __future__ import annotations

from typing import Any

from jiesu.intake.access import CODE_LASTS, SEND_CODE, code_to_send
from jiesu.intake.models import PetitionerAccess
from jiesu.intake.own import is_known
from jiesu.kernel import Kernel
from workers.actor import handles_outside

__all__ = ["send_code"]


@handles_outside(SEND_CODE)
async def send_code(kernel: Kernel, payload: dict[str, Any]) -> None:
    """Send it, unless nobody filed with that telephone or it is too late. Repeating it sends nothing twice."""
    async with kernel.db.begin() as uow:
        access = await uow.session.get(PetitionerAccess, payload["id"])
        code = code_to_send(kernel.keys, access, uow.now) if access else None
        if access is None or code is None or not await is_known(uow, kernel.keys.search_hashes(access.phone)):
            return
    minutes = str(int(CODE_LASTS.total_seconds() // 60))
    text = kernel.rules.wording.say("access_code", code=code, minutes=minutes)
    await kernel.gateway.send(key=f"access:{access.id}", phone=access.phone, text=text)
