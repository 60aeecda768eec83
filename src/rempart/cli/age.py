"""The commands about ages: proofs verified, and what stands around them (docs/attestation.md)."""

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from rempart.cli.ground import cli
from rempart.records import exits
from rempart.records.post import Instant


@cli.group()
def age() -> None:
    """Proofs of age (docs/attestation.md)."""


@age.command("verify")
@click.argument("file", metavar="FILE")
@click.option("--nonce", required=True, help="The nonce of the request.")
@click.option("--client-id", required=True, help="Who asked: the client_id of the request, with its prefix.")
@click.option("--trust", required=True, metavar="DIR", help="Certificates, keys, trusted lists and status lists.")
@click.option("--as-of", metavar="TIME", help="Verify as of that moment (default: now).")
@click.option("--response-uri", metavar="URI", help="Where the answer went, where the client_id does not say it.")
@click.option("--origin", metavar="ORIGIN", help="The page that asked, over the Digital Credentials API.")
@click.option("--over", type=click.IntRange(0, 99), metavar="N", help="The age that decides (default: any).")
def age_verify(
    *, file: str, nonce: str, client_id: str, trust: str, as_of: str | None, response_uri: str | None,
    origin: str | None, over: int | None,
) -> None:  # fmt: skip
    """Verify what a wallet showed in answer to a request, and print which ages it attests, in one line of JSON.

    FILE (- for standard input): a DeviceResponse or an SD-JWT, by itself or as it was posted (vp_token). Exits 0 when
    it is genuine and attests an age, or the one of --over, 1 when not.
    """
    from rempart.attestation.openid4vp import said_of_request
    from rempart.attestation.trust import Trust
    from rempart.attestation.verifying import verify

    at = _moment(as_of)
    presentation = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    trusted = Trust.from_folder(Path(trust))
    for name in trusted.ignored:
        click.echo(f"rempart: {name}: nothing to trust in it", err=True)
    said = said_of_request(presentation)
    verdict = verify(
        presentation,
        trust=trusted,
        nonce=nonce,
        client_id=client_id,
        response_uri=response_uri or said.get("response_uri"),
        origin=origin or said.get("origin"),
        encryption_info=said.get("encryption_info") or said.get("encryptionInfo"),
        at=at,
        over=over,
    )
    ages = {str(years): is_over for years, is_over in sorted(verdict.over.items())}
    click.echo(json.dumps({"accepted": verdict.accepted, "over": ages, "reason": verdict.reason}))
    sys.exit(exits.OK if verdict.accepted else 1)


def _moment(text: str | None) -> datetime:
    """A moment with its zone (RFC 3339), or a day, which begins at midnight UTC. Raises click.UsageError."""
    if text is None:
        return datetime.now(UTC)
    with suppress(ValueError):
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    try:
        return msgspec.convert(text, Instant)
    except msgspec.ValidationError as error:
        raise click.UsageError(f"--as-of {text}: not a time such as 2026-11-20T12:00:00Z, nor a day") from error
