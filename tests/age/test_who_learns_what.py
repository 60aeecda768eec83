"""The table of who learns what (docs/age.md) held against what is stored, recorded, answered and logged.

Somebody invented proves their age with a wallet whose credential names an issuer; a guardian, a provider and a platform
take part. What the table says that each does not learn is looked for in everything that each gets.
"""

import logging
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.dates import MONTHS

from rempart.age import practice
from rempart.age.models import (
    Assurance,
    Attempt,
    Challenge,
    Consent,
    GuardianBond,
    ProofRequest,
    SpentProof,
    Subject,
    VendorRequest,
)
from rempart.age.services import consents, gate, proofs, reports, test_wallet
from rempart.age.services.appealing import check_voucher, name_voucher, vouch
from rempart.age.services.assurances import assure
from rempart.correspondence.links import link_for
from rempart.ledger.clock import now
from rempart.ledger.models import Content, LedgerRow
from rempart.records import AccountReference
from rempart.staff.keys import Scope, make_key

ROOT = Path(__file__).parents[2]
MAIL = "maman.durand@example.org"
HANDLE = "lou.dessine"
ABOUT_A_PERSON = re.compile(
    r"birth|born|name|document|portrait|face|image|photo|presentation|credential|national|address"
)


@pytest.fixture
def walked(db, settings, tmp_path, caplog):
    """The whole walk; returns what the wallet was asked, what it showed and what the guardian read."""
    settings.REMPART_TEST_WALLET, settings.REMPART_HOME = True, tmp_path
    settings.REMPART_AGE_TRUST = str(tmp_path / "trust")
    settings.REMPART_AGE_RETURN = ["https://app.example"]
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    for name in (None, "rempart", "django"):
        caplog.set_level(logging.DEBUG, name)
    today = now().date()
    attempt = gate.make_attempt(
        service="tiktok", number="s-1", return_to="https://app.example/on", country="FR", thresholds=[13]
    ).attempt
    born = today.replace(year=today.year - 14, day=1)
    typed = {"day": f"{born.day:02}", "month": f"{born.month:02}", "year": str(born.year)}
    Client().post(urlsplit(gate.address_of(attempt)).path, typed)
    asked, shown = show(proofs.ask_for_proof(attempt.subject, over=13, purpose="gate"), "fourteen")
    bond = consents.ask_guardian(attempt.subject, safe=True, email=MAIL, country="FR", handle=HANDLE)
    show(consents.ask_to_prove(bond, return_to="/"), "nineteen")
    bond.refresh_from_db()
    consents.consent(bond, ["account"])
    guardian = unescape(Client().get(urlsplit(link_for(bond.conversation)).path).content.decode())
    return {"asked": asked, "shown": shown, "guardian": guardian, "born": born.isoformat(), "log": caplog.text}


def show(proof: ProofRequest, who: str) -> tuple[str, str]:
    """A wallet answers: what it was asked, and what it showed."""
    page = unescape(Client().get(reverse("age:proof", args=[proof.token])).content.decode())
    link = re.search(r"data-code>([^<]+)<", page)[1]
    form = test_wallet.wallet_of(who).answer(link, at=now())
    there = urlsplit(parse_qs(urlsplit(link).query)["response_uri"][0]).path
    Client().post(there, urlencode(form, doseq=True), content_type="application/x-www-form-urlencoded")
    proof.refresh_from_db()
    assert proof.state == "accepted"
    return link, form["vp_token"]


def everything_stored() -> str:
    """Every row of every table, as text."""
    held = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT * FROM {table}")
            held += [" ".join(_text(cell) for cell in row) for row in cursor.fetchall()]
    return "\n".join(held)


def _text(cell: object) -> str:
    return bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell)


def test_docs_tell_the_table_that_the_practice_statement_tells():
    text = (ROOT / "docs" / "age.md").read_text(encoding="utf-8")
    for row in practice.who_learns():
        assert f"| {row['who']['en']} | {row['learns']['en']} | {row['never']['en']} |" in text


def test_no_table_of_the_room_has_a_column_for_a_person_s_name_birth_or_face():
    columns = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("age").get_models()
        for field in model._meta.concrete_fields
        if ABOUT_A_PERSON.search(field.name)
    }
    # Sealed: the name of whoever vouches, in a school or practice.
    assert columns == {"Voucher.sealed_name", "GuardianBond.named_at", "Voucher.named_at"}


def test_what_was_typed_and_shown_is_stored_nowhere(walked):
    held = everything_stored()
    assert "s-1" in held  # the look sees what is there
    for secret in (walked["born"], walked["shown"], walked["shown"][40:100], MAIL, "Durand"):
        assert secret not in held


def test_what_was_typed_and_shown_is_logged_nowhere(walked):
    for secret in (walked["born"], walked["shown"][40:100], MAIL):
        assert secret not in walked["log"]


def test_what_is_logged_at_the_lowest_level_would_be_seen(walked, caplog):
    logging.getLogger("rempart.age").debug("kept on purpose")
    assert "kept on purpose" in caplog.text


def test_the_ledger_says_neither_who_nor_what_was_shown(walked):
    said = " ".join(
        [*Content.objects.values_list("canonical", flat=True), *LedgerRow.objects.values_list("subject", flat=True)]
    )
    assert "age_guardian" in " ".join(LedgerRow.objects.values_list("event", flat=True))
    for secret in (HANDLE, MAIL, "s-1", walked["born"], walked["shown"][40:100]):
        assert secret not in said


def test_the_platform_reads_a_bit_a_way_a_class_and_an_end_and_what_is_open(walked):
    key = make_key("Sign-up", [Scope.AGE], acting=None)[1]
    platform = Client(headers={"authorization": f"Bearer {key}"})
    bits = platform.get("/api/v1/age/attempts/s-1?service=tiktok").json()["results"]
    assert {name for bit in bits for name in bit} == {"over", "met", "method", "confidence", "expires_at"}
    allowed = platform.get("/api/v1/age/allowed?service=tiktok&attempt=s-1&country=FR").json()
    assert {name for one in allowed["features"] for name in one} == {"feature", "open", "because"}
    assert MAIL not in str(bits) + str(allowed)


def test_a_wallet_is_asked_an_age_by_an_address_and_neither_service_nor_account(walked):
    asked = " ".join(one for values in parse_qs(urlsplit(walked["asked"]).query).values() for one in values)
    assert "age_over_13" in asked
    for secret in ("tiktok", "s-1", HANDLE, "app.example"):
        assert secret not in asked


def test_two_proofs_of_one_person_share_nothing_that_would_tell_so(walked):
    subject = Subject.account("tiktok", "other")
    again, _shown = show(proofs.ask_for_proof(subject, over=13, purpose="gate"), "fourteen")
    first, second = (parse_qs(urlsplit(one).query) for one in (walked["asked"], again))
    assert first["nonce"] != second["nonce"]
    assert first.get("state") != second.get("state")
    assert SpentProof.objects.count() == 3


def figures_apart(page):
    """What a page says, without its days and hours, in whose figures any other may be found by chance."""
    months = []
    for language in ("fr", "en"):
        with translation.override(language):
            months += [str(month) for month in MONTHS.values()]
    when = rf"\d{{1,2}}:\d\d|\d{{1,2}} (?:{'|'.join(months)})\b"
    return re.sub(when, " ", re.sub(r"<[^>]+>", " ", page))


def test_the_digest_that_is_kept_stands_beside_nobody():
    assert {field.name for field in SpentProof._meta.get_fields()} == {"id", "digest", "until"}


def test_the_guardian_reads_the_handle_and_the_service_and_nothing_that_was_answered(walked):
    assert f"@{HANDLE}" in walked["guardian"]
    for secret in (walked["born"], "14", "s-1", "app.example"):
        assert secret not in figures_apart(walked["guardian"])


def test_whoever_reported_reads_whether_something_was_asked_and_nothing_of_who_else_did_nor_of_the_answer(db, decider):
    account = AccountReference("tiktok", HANDLE, None)
    told = {"reason": "said_so", "country": "FR", "language": "en"}
    first, _other = (
        reports.report_account(account, text=text, relation=relation, network=relation, **told)
        for text, relation in (("She said so.", "school"), ("An aunt of hers knows.", "parent"))
    )
    reports.decide_matter(first.matter, outcome="asked", step="prove", because="CM2", acting=decider)
    challenge = Challenge.objects.get()
    expires = now() + timedelta(days=30)
    assure(challenge.subject, over=13, met=True, method="mdoc", confidence="strict", expires_at=expires)
    challenge.refresh_from_db()
    assert challenge.state == "proved"
    page = unescape(Client().get(urlsplit(link_for(first.conversation)).path).content.decode())
    for secret in ("aunt", "parent", "CM2", "proved", "strict", "13"):
        assert secret not in figures_apart(page)


def test_the_voucher_reads_the_handle_and_the_age_and_nothing_of_why_nor_of_what_came_of_it(challenged, decider):
    challenge = challenged(HANDLE, step="prove")
    made = name_voucher(challenge, capacity="school", name="Mme Roy, école", email="direction@tilleuls.example")
    voucher = check_voucher(made, acting=decider, how="site de l’école")
    address = urlsplit(link_for(voucher.conversation)).path
    for answered in (False, True):
        read = figures_apart(unescape(Client().get(address).content.decode()))
        assert HANDLE in read or answered
        for secret in ("CM2", "site de l’école", "0,8", "80"):
            assert secret not in read
        if not answered:
            vouch(voucher, holds=True)


def test_what_a_provider_is_told_is_made_for_the_question():
    assert {field.name for field in VendorRequest._meta.get_fields()} >= {"number", "nonce"}
    assert "lower" not in {field.name for field in VendorRequest._meta.get_fields()}


def test_of_all_this_the_room_keeps_one_bit_a_threshold_and_who_consented(walked):
    assert [one.over for one in Assurance.objects.filter(method="mdoc")] == [13]
    assert Attempt.objects.get().way == "guardian"
    assert (GuardianBond.objects.count(), Consent.objects.count()) == (1, 1)
