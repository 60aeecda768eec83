"""Asking a wallet whether somebody is over an age, and judging what it answers: here, on the server, and nowhere else.

A request stands for a quarter of an hour and for five tries, each with a nonce of its own. What was presented is
forgotten once it is judged. What stays is one bit (an assurance), the digest that keeps it from being shown twice, and
counts that name nobody.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from rempart import ledger
from rempart.age import tasks
from rempart.age.errors import NotAsWished, WrongState
from rempart.age.models import Confidence, Method, ProofCount, ProofRequest, SpentProof, Subject
from rempart.age.models.proofs import MADE_FOR
from rempart.age.services import trust
from rempart.age.services.assurances import assure
from rempart.age.signals import proved
from rempart.attestation import dc_api, openid4vp, zero_knowledge
from rempart.attestation.outcome import Reason, Refused, Verdict
from rempart.attestation.verifying import verify
from rempart.correspondence import announcing
from rempart.correspondence import tasks as correspondence_tasks
from rempart.ledger import Event
from rempart.ledger.clock import now

State, Purpose, Step = ProofRequest.State, ProofRequest.Purpose, ProofCount.Step

LASTS = timedelta(minutes=15)
TRIES = 5
"""Answers that one request takes."""
MOST = 10
"""Requests for one person within an hour, each for one purpose."""
YES_LASTS, NO_LASTS = timedelta(days=365), timedelta(days=30)
"""How long the bit counts, the same for everybody: its end tells nothing of a birthday, nor of a document."""
DECLINED = "declined"
"""The wallet's holder said no, or has nothing to show: a code beside those of `attestation.outcome.Reason`."""


class NotForThis(Exception):
    """The answer is for no request that was made here, or for an earlier try of it."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """How an answer was judged.

    back: whether the wallet is on the device that asked, and leads back to its browser. code: what that browser then
    has to bring along, "" where there is nothing to accept.
    """

    verdict: Verdict
    back: bool = False
    code: str = ""


@transaction.atomic
def ask_for_proof(
    subject: Subject,
    *,
    over: int,
    purpose: ProofRequest.Purpose | str,
    country: str = "",
    return_to: str = "",
    language: str = "",
) -> ProofRequest:
    """Prepare a request, or find the one that still waits. Its page is `address_of` it.

    over: 13, 15, 16 or 18 years. return_to: where its person goes on once it is accepted: a path of this site, or an
    address that the caller made sure of. purpose "guardian": they answer for the subject, nothing is held of its age.
    Who asked too often gets the last one again. Raises NotAsWished for an age that no wallet is asked for.
    """
    if over not in (13, 15, 16, 18):
        raise NotAsWished(f"over: {over}")
    purpose, moment = Purpose(purpose), now()
    theirs = ProofRequest.objects.filter(service=subject.service, kind=subject.kind, reference=subject.reference)
    waiting = theirs.filter(
        over=over, purpose=purpose, state=State.WAITING, tries=0, expires_at__gt=moment + LASTS / 2
    ).first()  # fmt: skip
    if waiting is not None and waiting.return_to == return_to:
        return waiting
    lately = theirs.filter(purpose=purpose, created_at__gt=moment - timedelta(hours=1))
    if len(lately) >= MOST:
        return lately[0]
    proof = ProofRequest(
        service=subject.service,
        kind=subject.kind,
        reference=subject.reference,
        over=over,
        country=country,
        language=language,
        purpose=purpose,
        return_to=return_to,
        created_at=moment,
        expires_at=moment + LASTS,
    )
    proof.new_seed()
    proof.save()
    ledger.append(Event.AGE_PROOF_ASKED, subject=proof, content={"over": over, "purpose": str(purpose)})
    _count(proof, Step.ASKED)
    return proof


def address_of(proof: ProofRequest) -> str:
    """The whole address of its page, to hand over to its person alone."""
    return settings.REMPART_ADDRESS.rstrip("/") + reverse("age:proof", args=[proof.token])


def proof_of(token: str) -> ProofRequest | None:
    """The request whose page this is; None for what was not made here or is kept no more."""
    try:
        number = signing.Signer(salt=MADE_FOR, sep=".").unsign(token)
    except signing.BadSignature:
        return None
    return ProofRequest.objects.filter(pk=int(number)).first()


def opened(proof: ProofRequest) -> None:
    """Its page is looked at: counted the first time."""
    with transaction.atomic():
        if ProofRequest.objects.filter(pk=proof.pk, opened_at=None).update(opened_at=now()):
            _count(proof, Step.OPENED)


def request_by_link(proof: ProofRequest, *, response_uri: str, browser: str = "") -> openid4vp.Request:
    """The OpenID4VP request, by value: for a QR code, or for a link that this browser opens (digest of its cookie)."""
    return openid4vp.Request.for_age(
        proof.over, nonce=proof.nonce, response_uri=response_uri, state=proof.state_for(browser)
    )


def request_by_browser(proof: ProofRequest) -> dc_api.BrowserRequest:
    """The same question for the browser's Digital Credentials API."""
    key = proof.reader_key.public_key()
    return dc_api.request(
        [proof.over], nonce=proof.secret("browser nonce"), reader_key=key, proofs=zero_knowledge.available()
    )


def receive(proof: ProofRequest, form: Mapping[str, str], *, response_uri: str) -> Received:
    """Judge what a wallet posted in answer to a link. Raises NotForThis, WrongState once nothing is awaited."""
    seed = _ensure_awaited(proof)
    browser = proof.browser_of(form.get("state"))
    if browser is None:
        raise NotForThis
    if "error" in form:
        return _decide(proof, seed, None, browser=browser)
    request = request_by_link(proof, response_uri=response_uri, browser=browser)
    trusted, watching = trust.watched(trust.trusted())
    verdict = verify(
        {"vp_token": form.get("vp_token")},
        trust=trusted,
        nonce=request.nonce,
        client_id=request.client_id,
        response_uri=request.response_uri,
        at=now(),
        over=proof.over,
    )
    _want(watching)
    return _decide(proof, seed, verdict, browser=browser)


def receive_from_browser(proof: ProofRequest, response: str, *, origin: str) -> Received:
    """Judge what a wallet answered through the Digital Credentials API.

    response: `EncryptedResponse` in base64url. origin: of our page. Raises WrongState.
    """
    seed = _ensure_awaited(proof)
    trusted, watching = trust.watched(trust.trusted())
    try:
        shown, transcript = dc_api.open_response(
            response,
            private_key=proof.reader_key,
            encryption_info=request_by_browser(proof).encryption_info,
            origin=origin,
        )
    except Refused as refused:
        verdict = Verdict(accepted=False, reason=refused.reason)
    else:
        verdict = verify(shown, trust=trusted, nonce="", client_id="", transcript=transcript, at=now(), over=proof.over)
    _want(watching)
    return _decide(proof, seed, verdict)


@transaction.atomic
def come_back(proof: ProofRequest, code: str, *, browser: str) -> bool:
    """The browser in which the link was opened comes back with the code that the wallet was given: accept.

    False where it is another browser, or another code: then nothing changes.
    """
    proof = _locked(proof)
    if proof.state != State.COMING_BACK or not proof.open:
        return False
    same_browser = hmac.compare_digest(proof.browser.encode(), browser.encode())
    if not (same_browser and hmac.compare_digest(_code(proof).encode(), code.encode())):
        return False
    _accept(proof, Method(proof.method))
    return True


@transaction.atomic
def begin_again(proof: ProofRequest) -> ProofRequest:
    """Another try, with a nonce of its own. Raises WrongState once there is none left."""
    proof = _locked(proof)
    if not proof.open or proof.state == State.WAITING:
        raise WrongState
    proof.new_seed()
    proof.state, proof.reason, proof.method, proof.browser = State.WAITING, "", "", ""
    proof.save(update_fields=["sealed_seed", "state", "reason", "method", "browser"])
    return proof


def end_expired() -> int:
    """Erase the secrets of requests whose time is over, and count them as ended without a yes. Returns how many."""
    ended = 0
    for found in ProofRequest.objects.filter(expires_at__lte=now()).exclude(sealed_seed=None):
        with transaction.atomic():
            proof = _locked(found)
            if proof.sealed_seed is not None:
                _drop(proof)
                proof.save(update_fields=["sealed_seed"])
                ended += 1
    return ended


def _ensure_awaited(proof: ProofRequest) -> bytes:
    """The sealed seed of the try that waits for an answer. Raises WrongState."""
    if proof.state != State.WAITING or not proof.open:
        raise WrongState
    return bytes(proof.sealed_seed)


@transaction.atomic
def _decide(proof: ProofRequest, seed: bytes, verdict: Verdict | None, *, browser: str = "") -> Received:
    """Write what came of an answer; verdict None where the wallet's holder declined."""
    proof = _locked(proof)
    if _ensure_awaited(proof) != seed:
        raise WrongState
    if verdict is None:
        _refuse(proof, DECLINED, None)
        return Received(verdict=Verdict(accepted=False), back=bool(browser))
    if verdict.spent and not _first_use(verdict):
        verdict = Verdict(accepted=False, reason=Reason.ALREADY_USED, method=verdict.method)
    _count(proof, Step.SHOWN, method=verdict.method or "")
    if not verdict.accepted:
        _refuse(proof, (verdict.reason or Reason.MALFORMED).value, verdict)
        return Received(verdict=verdict, back=bool(browser))
    method = Method(str(verdict.method))
    if not browser:
        _accept(proof, method)
        return Received(verdict=verdict)
    proof.state, proof.method, proof.browser = State.COMING_BACK, method, browser
    proof.save(update_fields=["state", "method", "browser"])
    return Received(verdict=verdict, back=True, code=_code(proof))


def _accept(proof: ProofRequest, method: Method) -> None:
    proof.state, proof.method, proof.decided_at = State.ACCEPTED, method, now()
    proof.sealed_seed, proof.browser = None, ""
    proof.save(update_fields=["state", "method", "decided_at", "sealed_seed", "browser"])
    _hold(proof, method, met=True)
    ledger.append(Event.AGE_PROOF_ACCEPTED, subject=proof, content={"over": proof.over, "method": str(method)})
    proved.send(ProofRequest, proof=proof)
    _tell_platform(proof)
    _count(proof, Step.ACCEPTED, method=method)


def _refuse(proof: ProofRequest, reason: str, verdict: Verdict | None) -> None:
    proof.state, proof.reason, proof.decided_at, proof.tries = State.REFUSED, reason, now(), proof.tries + 1
    _count(proof, Step.REFUSED, reason=reason, method=(verdict and verdict.method) or "")
    if proof.tries >= TRIES:
        _drop(proof)
    proof.save(update_fields=["state", "reason", "decided_at", "tries", "sealed_seed"])
    if verdict is not None and verdict.reason == Reason.NOT_OVER:
        _hold(proof, Method(str(verdict.method)), met=False)
    ledger.append(Event.AGE_PROOF_REFUSED, subject=proof, content={"over": proof.over, "reason": reason})


def _tell_platform(proof: ProofRequest) -> None:
    """A request that a platform made is over: its endpoints hear where to read what came of it, once."""
    if proof.purpose != Purpose.GATE:
        return
    page = reverse("api:age-proof", args=[proof.token])
    kind, key = announcing.PROOF_ENDED, f"age.proof:{proof.pk}"
    if announcing.announce_page(kind, proof.service, page=page, key=key, at=now()):
        transaction.on_commit(correspondence_tasks.deliver_soon)


def _drop(proof: ProofRequest) -> None:
    proof.sealed_seed = None
    _tell_platform(proof)
    _count(proof, Step.DROPPED, reason=proof.reason)


def _hold(proof: ProofRequest, method: Method, *, met: bool) -> None:
    """Keep the one bit; of a guardian nothing is held."""
    if proof.purpose != Purpose.GUARDIAN:
        expires_at = now() + (YES_LASTS if met else NO_LASTS)
        assure(
            proof.subject, over=proof.over, met=met, method=method, confidence=Confidence.STRICT, expires_at=expires_at
        )


def _first_use(verdict: Verdict) -> bool:
    """Note that it was shown; False where it was before. The database decides between two that come at once."""
    until = verdict.until or now() + YES_LASTS
    return SpentProof.objects.get_or_create(digest=verdict.spent, defaults={"until": until})[1]


def _locked(proof: ProofRequest) -> ProofRequest:
    return ProofRequest.objects.select_for_update().get(pk=proof.pk)


def _code(proof: ProofRequest) -> str:
    return proof.secret("response code", 16).hex()


def _want(watching: trust.Watching) -> None:
    if watching.wanted and trust.want(watching.wanted):
        transaction.on_commit(tasks.fetch_missing_soon)


def _count(proof: ProofRequest, step: ProofCount.Step, *, reason: str = "", method: str = "") -> None:
    """One more, on this day (UTC, as quarters are told). Last in its transaction: the row is everybody's."""
    row, _new = ProofCount.objects.get_or_create(
        day=now().date(),
        purpose=proof.purpose,
        over=proof.over,
        step=step,
        reason=reason,
        method=str(method),
    )
    ProofCount.objects.filter(pk=row.pk).update(number=F("number") + 1)
