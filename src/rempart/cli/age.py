"""The commands about ages: proofs verified, and what stands around them (docs/attestation.md)."""

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from rempart.cli.ground import NothingGood, cli, results, said_plainly, set_up
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
    if not len(trusted.anchors) and not trusted.keys:
        click.echo(f"rempart: {trust}: nobody to trust in it", err=True)
    said = said_of_request(presentation, client_id=client_id)
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


@age.command("request")
@click.option("--over", type=click.IntRange(0, 99), default=18, show_default=True, metavar="N", help="The age.")
@click.option("--nonce", required=True, help="Fresh for each request: letters, digits, - and _.")
@click.option("--response-uri", required=True, metavar="URI", help="Where the wallet posts its answer.")
def age_request(*, over: int, nonce: str, response_uri: str) -> None:
    """Ask whether somebody is over an age: print the request as a link, av://?…, which a wallet opens.

    Its client_id, for `rempart age verify`, is redirect_uri: and the URI.
    """
    from rempart.attestation.openid4vp import Request

    click.echo(Request.for_age(over, nonce=nonce, response_uri=response_uri).as_uri())


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


@age.command("policies")
@click.option("--check", metavar="FILE", help="Check one file, and show what it says.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def age_policies(*, check: str | None, form: str) -> None:
    """Show the ages that hold by country and date, with their sources; or check a file of your own."""
    set_up()
    from rempart.age.policies import PolicyError, parse, policies

    try:
        found = [parse(Path(check).read_text(encoding="utf-8"), check)] if check else list(policies().values())
    except (PolicyError, UnicodeDecodeError) as error:
        click.echo(f"rempart: {error}", err=True)
        sys.exit(exits.DATA_ERROR)
    if form == "json":
        click.echo(msgspec.json.encode(found).decode())
        return
    for country in found:
        for one in country.versions:
            features = ", ".join(f"{name} {years}" for name, years in one.features.items())
            consent = f"a guardian consents below {one.guardian_consent_below}"
            click.echo(f"{one.country:<6} since {one.since}  {features}; {consent}")
            for source in one.sources:
                click.echo(f"{'':<8}{source.name} <{source.url}>")
        for text in country.pending:
            click.echo(f"{'':<8}not in force: {text}")


@age.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--service", metavar="SERVICE", help="Whose accounts they are (default: the platform's first).")
@click.option("--accounts", metavar="ACCOUNTS", help="The accounts table, for handles and public words.")
@click.option("--rejects", metavar="FILE", help="Where bad lines go (default: standard error).")
def age_import(*, files: tuple[str, ...], service: str | None, accounts: str | None, rejects: str | None) -> None:
    """Take in what `rempart radar age` wrote (or - ); each estimate once, however often it comes."""
    from rempart.records.references import SERVICES

    if service is not None and service not in SERVICES:
        raise click.UsageError(f"--service: {service} is none of {', '.join(SERVICES)}")
    set_up()
    from rempart.age.services.sweeps import import_estimates
    from rempart.lookout.commands import NoGoodLine

    with results(None, rejects) as (_writer, rejected):
        try:
            done = import_estimates(files, rejected, service=service, accounts=accounts)
        except NoGoodLine as error:
            raise NothingGood from error
    said = [f"{done.asked} asked", f"{done.first} first looked after by child-safety officers", f"{done.known} known"]
    said += [f"{done.none} call for nothing"]
    if done.shown:
        said.append(f"{done.shown} showed their age before")
    if done.refused:
        said.append(f"{done.refused} whose account has no name")
    click.echo(", ".join(said), err=True)


@age.command("report")
@click.option("--from", "start", metavar="DATE", help="The first day (default: of the last settled quarter).")
@click.option("--to", "end", metavar="DATE", help="The day after the last one (default: the end of that quarter).")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def age_report(*, start: str | None, end: str | None, form: str) -> None:
    """How often questions about ages were wrong, with 95 % intervals; who could answer; how fast it was put right.

    Without dates: the last quarter that ended 31 days ago or more, as it stood then. Counts of 1 to 4 are withheld.
    """
    if (start is None) != (end is None):
        raise click.UsageError("--from and --to go together")
    since, until = (_moment(start), _moment(end)) if start else (None, None)
    set_up()
    from rempart.age import rates
    from rempart.ledger.clock import now

    if since is None or until is None:
        since, until = rates.last_quarter(now())
        as_of = until + rates.SETTLES_IN
    else:
        as_of = now()
    if until <= since:
        raise click.UsageError(f"--to {end}: not after --from")
    found = rates.report(since, until, as_of=as_of)
    if form == "json":
        click.echo(json.dumps(rates.as_data(found), indent=2))
    else:
        click.echo(rates.as_table(found))


@age.command("practice")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
def age_practice(*, language: str, form: str) -> None:
    """The practice statement: how ages are asked about here, as this server is configured now."""
    set_up()
    from rempart.age import practice
    from rempart.ledger.clock import now

    told = practice.statement(language, at=now())
    if form == "json":
        click.echo(json.dumps(practice.as_data(told), ensure_ascii=False, indent=2))
    else:
        click.echo(practice.as_markdown(told), nl=False)


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
