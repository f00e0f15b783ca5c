"""Rules as they are this moment, for who has just changed them: others have them within seconds."""

from __future__ import annotations

from typing import Any

from litestar import Request

from jiesu.rules import Rules

__all__ = ["fresh_rules"]


async def fresh_rules(request: Request[Any, Any, Any], rules: Rules) -> Rules:
    """Read anew on the page that says `done`."""
    if "done" not in request.query_params:
        return rules
    fresh: Rules = await request.app.state.kernel.refresh(force=True)
    return fresh
