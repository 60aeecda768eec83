"""The commands about ages: proofs verified, and what stands around them (docs/attestation.md)."""

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from rempart.cli.ground import cli, said_plainly
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


@age.command("issuer")
@click.option("--out", required=True, metavar="DIR", help="Where the trust folder and the wallet go.")
@click.option("--over", type=click.IntRange(0, 99), multiple=True, metavar="N", help="Attest: over N (default: 18).")
@click.option("--under", type=click.IntRange(0, 99), multiple=True, metavar="N", help="Attest: not over N.")
@click.option("--format", "form", type=click.Choice(["mdoc", "sd-jwt"]), default="mdoc", show_default=True)
@click.option("--batch", type=click.IntRange(1, 1000), default=30, show_default=True, help="Single-use credentials.")
@click.option("--as-of", metavar="TIME", help="Issue as of that moment (default: now).")
def age_issuer(
    *, out: str, over: tuple[int, ...], under: tuple[int, ...], form: str, batch: int, as_of: str | None
) -> None:
    """Make a test issuer that attests ages, and a wallet with a batch of its credentials.

    Writes DIR/trust (the issuer's root, a signed trusted list with its operator, a status list), for `rempart age
    verify --trust`, and DIR/wallet.json, for `rempart age wallet`. For tests only: nobody else trusts it.
    """
    from rempart.attestation.testing import Issuer, Wallet, write_trust
    from rempart.attestation.testing.wallet import MDOC, SD_JWT

    at, folder = _moment(as_of), Path(out)
    if both := set(over) & set(under):
        raise click.UsageError(f"--under {min(both)}: --over says the contrary")
    if (folder / "wallet.json").exists():
        raise click.UsageError(f"{folder / 'wallet.json'}: exists already, and is not written over")
    held = {**dict.fromkeys(over or (() if under else (18,)), True), **dict.fromkeys(under, False)}
    issuer, wallet = Issuer.make(at=at, thresholds=sorted(held), with_status=True), Wallet()
    wallet.receive(issuer, held, at=at, batch=batch, format=MDOC if form == "mdoc" else SD_JWT)
    write_trust(issuer, folder / "trust", at=at)
    wallet.save(folder / "wallet.json")
    click.echo(f"{folder / 'trust'} trusts the issuer of the {batch} credentials in {folder / 'wallet.json'}")


@age.command("wallet")
@click.argument("wallet", metavar="WALLET")
@click.argument("request", metavar="REQUEST_URI")
@click.option("--send", is_flag=True, help="Post the answer where the request says, and print what came back.")
@click.option("--as-of", metavar="TIME", help="Answer as of that moment (default: now).")
def age_wallet(*, wallet: str, request: str, send: bool, as_of: str | None) -> None:
    """Answer a request for a proof of age with a credential of a test wallet, which then forgets it.

    REQUEST_URI (- for standard input): the link or the content of the QR code, av://?… Prints the form of the answer,
    as it is posted.
    """
    from urllib.parse import urlencode

    import httpx

    from rempart.attestation.testing.requests import CannotAnswer, read_request
    from rempart.attestation.testing.wallet import Wallet

    at, file = _moment(as_of), Path(wallet)
    with said_plainly(CannotAnswer, httpx.HTTPError):
        read = read_request((sys.stdin.read() if request == "-" else request).strip())
        holder = Wallet.load(file)
        form = holder.answer(read, at=at)
        holder.save(file)
        if not send:
            click.echo(urlencode(form))
            return
        answered = httpx.post(read.response_uri, data=form, timeout=30)
        click.echo(f"{answered.status_code} {answered.text}".strip())
    sys.exit(exits.OK if answered.is_success else 1)


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
