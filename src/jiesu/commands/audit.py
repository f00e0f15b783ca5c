"""`jiesu audit`: the trails, verified and signed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from jiesu.commands.running import Json, err, out, with_kernel, with_uow
from jiesu.embedded.running import attach
from jiesu.kit.config import ConfigMistake
from jiesu.settings import load_settings

__all__ = ["audit_app"]

audit_app = typer.Typer(help="The trail.", no_args_is_help=True)


@audit_app.command("verify")
def audit_verify(
    since: Annotated[int, typer.Option(help="Only what came after this checkpoint; 0: everything.")] = 0,
    against: Annotated[
        Path | None, typer.Option(help="A checkpoint kept elsewhere, as `audit checkpoint --json`.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk every chain of both trails and compare them with the signed checkpoints; exit code 1 when one was tampered with."""
    from jiesu.audit.checkpoints import CheckpointCopy, signer_of
    from jiesu.audit.verify import last_checkpoint, verify

    copy = msgspec.json.decode(against.read_bytes(), type=CheckpointCopy) if against else None

    async def walk(kernel: Any) -> tuple[list[Any], int, bool]:
        signer = signer_of(kernel.settings)
        async with kernel.db.sessions() as session:
            newest = await last_checkpoint(session)
            found = [fault async for fault in verify(session, signer, since=since, copy=copy)]
        return found, newest.id if newest else 0, signer is not None

    faults, upto, signed = with_kernel(walk)
    if as_json:
        found = {"faults": [fault._asdict() for fault in faults], "checkpoint": upto, "signatures": signed}
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        raise SystemExit(1 if faults else 0)
    for fault in faults:
        err.print(f"[bold red]✗[/] {fault.place}: {fault.fault}", highlight=False)
    if not faults:
        out.print("[green]✓[/] Every chain of the trail is whole, and the security trail.")
    unsigned = "" if signed else " Signatures were not looked at: there is no signing_key."
    out.print(f"Up to checkpoint {upto}; to go on from here: --since {upto}.{unsigned}", highlight=False)
    raise SystemExit(1 if faults else 0)


@audit_app.command("checkpoint")
def audit_checkpoint(as_json: Json = False) -> None:
    """Sign what was added to both trails since the last checkpoint. Keep what it prints on another machine."""
    from jiesu.audit.checkpoints import CheckpointCopy, take_checkpoint

    async def take(kernel: Any, uow: Any) -> tuple[Any, int]:
        taken = await take_checkpoint(uow, _signer(kernel.settings))
        return CheckpointCopy.of(taken), taken.chains

    copy, chains = with_uow(take)
    if as_json:
        sys.stdout.write(msgspec.json.encode(copy).decode() + "\n")
    else:
        out.print(f"Checkpoint {copy.id}: {chains} chains had grown. {copy.hash}", highlight=False, soft_wrap=True)


@audit_app.command("key")
def audit_key() -> None:
    """Print the public key that checks the checkpoints' signatures."""
    sys.stdout.write(_signer(attach(load_settings())).public_pem())


def _signer(settings: Any) -> Any:
    """Raises ConfigMistake without a key."""
    from jiesu.audit.checkpoints import signer_of

    signer = signer_of(settings)
    if signer is None:
        remedy = "name a PEM file with an Ed25519 key; make one with: openssl genpkey -algorithm ed25519"
        raise ConfigMistake("settings", "signing_key", None, remedy)
    return signer
