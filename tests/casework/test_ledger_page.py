"""The ledger's page on the desk: the last checkpoint, who cosigned it, and who refuses to."""

import pytest
from django.db import transaction
from django.urls import reverse

from rempart import ledger
from rempart.ledger import Event, log
from rempart.tlog.keys import SignatureType, SigningKey

WITNESS = SigningKey.generate("regulator.example/witness", SignatureType.COSIGNATURE_V1)


@pytest.fixture
def page(db, client, staff_member):
    """The page as an auditor sees it, once something was recorded."""

    def opened():
        client.force_login(staff_member("auditor"))
        with transaction.atomic():
            ledger.append(Event.STAFF_ADDED, subject="thing:1")
        log.checkpoint_now()
        return " ".join(client.get(reverse("casework:ledger")).content.decode().split())

    return opened


def test_it_shows_the_checkpoint_the_key_and_how_to_be_a_witness(page):
    said = page()
    assert log.latest_checkpoint().note.split("\n")[2] in said
    assert log.public_key() in said
    assert "rempart ledger witness --key witness.key" in said


def test_a_witness_that_signs_is_named_with_what_it_signed(page, settings):
    settings.REMPART_WITNESSES = f"{WITNESS.vkey} https://regulator.example"
    page()
    log.latest_checkpoint().cosignatures.create(key_name=WITNESS.name, line="—", at=log.latest_checkpoint().made_at)
    said = page()
    assert "regulator.example/witness" in said
    assert "refuse" not in said


def test_a_refusal_is_shown_with_what_the_witness_said(page, settings):
    settings.REMPART_WITNESSES = f"{WITNESS.vkey} https://regulator.example"
    with transaction.atomic():
        told = {"status": 422, "said": "The log was <forked>.", "size": 3}
        ledger.append(Event.CHECKPOINT_REFUSED, subject=f"witness:{WITNESS.name}", content=told)
    said = page()
    assert 'role="alert"' in said or "notice-error" in said
    assert "The log was &lt;forked&gt;." in said
