"""placeholder for the merge"""


async def reclass_locked(*a, **k): ...
