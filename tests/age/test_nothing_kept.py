"""After many proofs of age, nothing of what was shown is left in the database or the logs but one bit.

REMPART_PROOFS=1000 makes a thousand of them (docs/age-proofs.md has what came of it); by default it is sixty.
"""

import hashlib
import json
import logging
import os
import sys
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import urlencode

import cbor2
import pytest
from cryptography.hazmat.primitives import serialization
from django.db import connection
from django.test import Client
from django.urls import reverse

from rempart.age.models import Assurance, ProofRequest, SpentProof, Subject, TrustFile
from rempart.age.services import proofs, test_wallet
from rempart.attestation.testing import documents
from rempart.attestation.testing.encoding import base64url
from rempart.attestation.testing.scene import Scene
from rempart.attestation.testing.wallet import MDOC, SD_JWT, Credential, Wallet
from rempart.ledger.clock import now

NUMBER = int(os.environ.get("REMPART_PROOFS", "60"))
WINDOW = 16
FORM = "application/x-www-form-urlencoded"
PEOPLE = ("nineteen", "fourteen", "eleven", "expired", "revoked")
ORIGIN = "http://testserver"


class Everything(logging.Handler):
    """All that was logged, at any level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(f"{record.getMessage()} {record.args} {record.exc_text or ''}")


def written(data: bytes) -> set[str]:
    """How bytes may be written in a text: hexadecimal, and base64 wherever in a longer value they stand."""
    ways = {data.hex()}
    for encode in (b64encode, urlsafe_b64encode):
        for shift in range(3):
            # Without the characters that the neighbours have a part in.
            ways.add(encode(b"\0" * shift + data)[4 if shift else 0 :].rstrip(b"=")[:-2].decode())
    return ways


def pieces(credential: Credential) -> list[bytes]:
    """What makes a credential recognisable: salts, digests of items, what the issuer signed, the device's key."""
    numbers = credential.key.public_key().public_numbers()
    point = credential.key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    found = [numbers.x.to_bytes(32), numbers.y.to_bytes(32), point]
    issued = credential.issued
    if credential.format == MDOC:
        protected, _chain, payload, signature = cbor2.loads(issued.issuer_auth)
        found += [payload, signature]
        for item in issued.items["eu.europa.ec.av.1"]:
            found += [item, hashlib.sha256(item).digest(), cbor2.loads(cbor2.loads(item).value)["random"]]
        assert protected
    else:
        for text in issued.disclosures.values():
            found += [text.encode(), hashlib.sha256(text.encode()).digest()]
        found += [part.encode() for part in issued.jwt.split(".")[1:]]
    return found


def shows(number: int, page: str, proof: ProofRequest) -> list[str]:
    """Somebody answers over HTTP; the pieces of what they showed, in every way that they may be written."""
    client = Client()
    request = proofs.request_by_link(proof, response_uri=f"{ORIGIN}{page}response")
    who, sealed, credential_format = PEOPLE[number % 5], number % 3 == 0, SD_JWT if number % 7 == 0 else MDOC
    wallet = test_wallet.wallet_of(who)
    if credential_format == SD_JWT and who not in ("expired", "revoked"):
        wallet = Wallet()
        age = test_wallet.PEOPLE[who].age
        [credential] = wallet.receive(
            test_wallet._issuer(), test_wallet._issuer().over(age), at=now(), batch=1, format=SD_JWT
        )
        shown = wallet.present_sd_jwt(
            credential, client_id=request.client_id, nonce=request.nonce, only=[f"age_over_{proof.over}"], at=now()
        )
        form = {"vp_token": json.dumps({"proof_of_age": [shown]}), "state": request.state}
        answered = client.post(page + "response", urlencode(form), content_type=FORM)
        parts = [part for part in shown.replace("~", ".").split(".") if part]
    elif sealed:
        [credential] = wallet.credentials
        data = proofs.request_by_browser(proof).as_request()["data"]
        given = wallet.answer_browser(data, origin=ORIGIN)
        body = json.dumps({"protocol": "org-iso-mdoc", "data": given})
        answered = client.post(page + "digital", body, content_type="application/json")
        parts = [given["response"]]
    else:
        [credential] = wallet.credentials
        form = wallet.answer(request.as_uri())
        answered = client.post(page + "response", urlencode(form), content_type=FORM)
        parts = json.loads(form["vp_token"])["proof_of_age"]
    assert answered.status_code == 200
    needles = {way for piece in pieces(credential) for way in written(piece)}
    ends = [end for part in parts for end in (part[:64], part[-64:])]
    needles |= {request.nonce, request.state, *ends, *(way for end in ends for way in written(end.encode()))}
    return sorted(needles)


def rows() -> str:
    """Every row of every table, as PostgreSQL writes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        texts = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            texts += [text for (text,) in cursor.fetchall()]
    return "\n".join(texts)


@pytest.fixture
def logs(db, settings, tmp_path):
    """What is logged, at any level, while the test issuer is trusted."""
    settings.REMPART_TEST_WALLET, settings.REMPART_HOME = True, tmp_path
    settings.REMPART_AGE_TRUST = str(tmp_path / "trust")
    settings.ALLOWED_HOSTS = ["testserver"]
    listener, root = Everything(), logging.getLogger()
    # Those that have a level of their own (`site.logs`) would keep the rest from the root.
    levels = {name: logging.getLogger(name).level for name in (None, "rempart", "django", "django.server")}
    root.addHandler(listener)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield listener.text
    root.removeHandler(listener)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def proof_for(number: int) -> tuple[ProofRequest, str]:
    """A request, and its page."""
    subject = Subject.account("tiktok", f"somebody.{number}")
    proof = proofs.ask_for_proof(subject, over=(13, 15, 16, 18)[number % 4], purpose="challenge")
    return proof, reverse("age:proof", args=[proof.token])


def left_of(needles: list[str], logs: list[str]) -> list[str]:
    """What of it is found in database or logs. Long needles are looked up by how they begin, then as a whole."""
    everything = rows() + "\n".join(logs)
    begins = {everything[place : place + WINDOW] for place in range(len(everything))}
    return [one for one in needles if (len(one) < WINDOW or one[:WINDOW] in begins) and one in everything]


def test_of_many_proofs_one_bit_each_is_left(logs):
    needles: list[str] = []
    for number in range(NUMBER):
        proof, page = proof_for(number)
        needles += shows(number, page, proof)
    assert len(needles) > 30 * NUMBER
    assert left_of(needles, logs) == []
    assert {one.state for one in ProofRequest.objects.all()} == {"accepted", "refused"}


def test_the_search_finds_what_is_there(logs):
    proof, page = proof_for(10)
    shows(10, page, proof)
    digest = bytes(SpentProof.objects.get().digest)
    assert left_of([digest.hex(), "somebody.10"], logs) == [digest.hex(), "somebody.10"]


@pytest.mark.parametrize("number", [0, 1, 7], ids=["by the browser", "mdoc", "SD-JWT"])
@pytest.mark.parametrize("place", ["log", "text", "bytes"])
def test_the_search_would_find_a_presentation_that_was_kept(logs, monkeypatch, number, place):
    """What comes in is written down on purpose, as a careless developer would."""
    decide = proofs._decide

    def careless(proof, seed, verdict, **more):
        sent = sys._getframe(1).f_locals
        shown = sent["response"] if "response" in sent else sent["form"]["vp_token"]
        if place == "log":
            logging.getLogger("rempart.age").debug("received %s", shown)
        else:
            kept = {"kind": "status", "url": f"https://{number}.example", "content": shown.encode()}
            if place == "text":
                kept |= {"content": None, "url": shown[-500:]}
            TrustFile.objects.create(**kept)
        return decide(proof, seed, verdict, **more)

    monkeypatch.setattr(proofs, "_decide", careless)
    proof, page = proof_for(number)
    needles = shows(number, page, proof)
    assert left_of(needles, logs)


def test_an_assurance_has_no_column_for_more(db):
    assert {field.name for field in Assurance._meta.fields} == {
        *("id", "service", "kind", "reference", "over", "met", "method", "confidence"),
        *("made_at", "expires_at", "withdrawn_at"),
    }


def test_what_a_wallet_shows_unasked_is_refused_and_forgotten(logs):
    """A name, a birth date and a document number, genuinely issued."""
    proof, page = proof_for(3)
    request = proofs.request_by_link(proof, response_uri=f"{ORIGIN}{page}response")
    issuer = test_wallet._issuer()
    told = {"family_name": "Grandclément-Invented", "birth_date": "2009-03-14", "document_number": "X4RTBPFW4"}
    shown = Scene(at=now(), issuer=issuer, rogue=issuer).response(
        elements={"age_over_18": True, **told},
        transcript=documents.redirect_transcript(
            client_id=request.client_id, nonce=request.nonce, response_uri=request.response_uri
        ),
    )
    form = {"vp_token": json.dumps({"proof_of_age": [base64url(shown)]}), "state": request.state}
    Client().post(page + "response", urlencode(form), content_type=FORM)
    proof.refresh_from_db()
    assert proof.reason == "extra_attribute"
    needles = {*told.values(), *(way for value in told.values() for way in written(value.encode()))}
    assert left_of(sorted(needles), logs) == []


def test_the_end_of_a_bit_does_not_tell_when_the_document_ends(logs):
    """Everybody's yes lasts as long, whatever was shown: an end of its own would mark its document."""
    for number in range(0, 12, 5):
        proof, page = proof_for(number)
        shows(number, page, proof)
    lasts = {round((one.expires_at - one.made_at).total_seconds()) for one in Assurance.objects.filter(met=True)}
    assert lasts == {round(proofs.YES_LASTS.total_seconds())}
