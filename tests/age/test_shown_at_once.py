"""The same proof of age shown twice at the same moment, to two processes: the database takes it once."""

import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections, transaction

from rempart.age.models import Assurance, ProofRequest, SpentProof, Subject
from rempart.age.services import proofs, test_wallet
from rempart.ledger.clock import now

ORIGIN = "http://testserver"


@pytest.fixture
def copies(own_database, settings, tmp_path):
    """Two people's requests, and for each the answer of one wallet with one and the same credential."""
    settings.REMPART_TEST_WALLET, settings.REMPART_HOME = True, tmp_path
    settings.REMPART_AGE_TRUST = str(tmp_path / "trust")
    wallet = test_wallet.wallet_of("nineteen")
    [credential] = wallet.credentials
    made = []
    for handle in ("one", "other"):
        proof = proofs.ask_for_proof(Subject.account("tiktok", handle), over=18, purpose="challenge")
        uri = f"{ORIGIN}/{handle}/response"
        credential.used = False
        link = proofs.request_by_link(proof, response_uri=uri).as_uri()
        assert parse_qs(urlsplit(link).query)["response_uri"] == [uri]
        made.append((proof, wallet.answer(link, at=now()), uri))
    return made


class Undone(Exception):
    """The first process was killed before it committed."""


@pytest.mark.parametrize("first_commits", [True, False], ids=["the first commits", "the first is undone"])
def test_of_two_that_come_at_once_one_is_accepted(copies, first_commits):
    (first, answer, uri), (second, other_answer, other_uri) = copies
    verdicts = []

    def receive_second():
        try:
            verdicts.append(proofs.receive(second, other_answer, response_uri=other_uri).verdict)
        finally:
            connections.close_all()

    at_once = threading.Thread(target=receive_second)
    try:
        with transaction.atomic():
            assert proofs.receive(first, answer, response_uri=uri).verdict.accepted
            at_once.start()
            at_once.join(0.5)
            assert at_once.is_alive()  # it waits to learn what becomes of the first
            if not first_commits:
                raise Undone
    except Undone:
        pass
    finally:
        at_once.join(30)
    assert [one.accepted for one in verdicts] == [not first_commits]
    states = [ProofRequest.objects.get(pk=one.pk).state for one in (first, second)]
    assert states == (["accepted", "refused"] if first_commits else ["waiting", "accepted"])
    assert (Assurance.objects.filter(met=True).count(), SpentProof.objects.count()) == (1, 1)
