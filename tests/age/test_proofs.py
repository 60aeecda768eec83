"""A proof of age from the page to the one bit, through the addresses that wallets and browsers use."""

import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from rempart.age.models import Assurance, ProofCount, ProofRequest, SpentProof, Subject
from rempart.age.services import proofs, test_wallet
from rempart.age.services.assurances import is_over
from rempart.age.signals import proved
from rempart.age.views.proof import WHY
from rempart.attestation.outcome import Reason
from rempart.attestation.testing.wallet import Wallet
from rempart.correspondence.delivering import deliver_due
from rempart.correspondence.endpoints import add_endpoint
from rempart.ledger.clock import now
from rempart.staff.keys import Scope, make_key

LOU = Subject.account("tiktok", "lou.dessine")
ORIGIN = "http://testserver"


@pytest.fixture(autouse=True)
def _test_wallet(db, settings, tmp_path):
    """Every test trusts the test issuer, and nobody else."""
    settings.REMPART_TEST_WALLET, settings.REMPART_HOME = True, tmp_path
    settings.REMPART_AGE_TRUST = str(tmp_path / "trust")
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]


@pytest.fixture
def asked():
    """Ask for a proof: `asked(over=15, purpose="gate")`."""

    def ask(over=18, purpose="challenge", subject=LOU, **more) -> ProofRequest:
        return proofs.ask_for_proof(subject, over=over, purpose=purpose, **more)

    return ask


class Page:
    """The page of a request, in a browser of its own."""

    def __init__(self, proof: ProofRequest, language: str = "en") -> None:
        self.client, self.proof = Client(headers={"accept-language": language}), proof
        self.address = reverse("age:proof", args=[proof.token])

    def text(self, **query) -> str:
        return unescape(self.client.get(self.address, query).content.decode())

    @property
    def link(self) -> str:
        """What opens a wallet on the same device."""
        return re.search(r'href="(av://[^"]+)"', self.text())[1]

    @property
    def code(self) -> str:
        """What the QR code holds."""
        return re.search(r"data-code>([^<]+)<", self.text())[1]

    @property
    def digital(self) -> dict:
        """What the page hands to the browser's Digital Credentials API."""
        return json.loads(re.search(r"data-digital='([^']+)'", self.text())[1])

    def state(self) -> str:
        return self.client.get(self.address + "state").json()["state"]

    def begin_again(self) -> None:
        self.client.post(self.address, {"act": "again"})


def shown(link: str, wallet: Wallet) -> tuple[str, dict[str, str]]:
    """Where a wallet posts its answer to a link, and the form."""
    there = parse_qs(urlsplit(link).query)["response_uri"][0]
    return urlsplit(there).path, wallet.answer(link, at=now())


def post(path: str, form: dict):
    """Post a form as a wallet does."""
    return Client().post(path, urlencode(form, doseq=True), content_type="application/x-www-form-urlencoded")


def answers(link: str, who: str = "nineteen", wallet: Wallet | None = None):
    """A wallet answers, on its own device: what our server says to it."""
    path, form = shown(link, wallet or test_wallet.wallet_of(who))
    return post(path, form)


def refused(proof: ProofRequest) -> str:
    proof.refresh_from_db()
    assert proof.state == ProofRequest.State.REFUSED
    assert not Assurance.objects.filter(met=True).exists()
    return proof.reason


def test_an_answer_to_the_code_is_accepted_and_one_bit_stays(asked):
    page = Page(asked())
    assert page.state() == "waiting"
    assert answers(page.code).json() == {}
    assert page.state() == "accepted"
    assert "The app answered yes: 18 or over." in page.text()
    [bit] = Assurance.objects.all()
    assert (bit.over, bit.met, bit.method, bit.confidence) == (18, True, "mdoc", "strict")
    assert is_over(LOU, 15, now()) is True


def test_the_secrets_of_an_accepted_request_are_gone(asked):
    page = Page(asked())
    answers(page.code)
    page.proof.refresh_from_db()
    assert (page.proof.sealed_seed, page.proof.browser) == (None, "")


def test_on_the_same_device_the_answer_counts_once_the_browser_came_back(asked):
    page = Page(asked())
    back = answers(page.link).json()["redirect_uri"]
    assert page.state() == "coming_back"
    assert not Assurance.objects.exists()
    page.client.get(urlsplit(back).path + "?" + urlsplit(back).query)
    assert page.state() == "accepted"


def test_a_refusal_on_the_same_device_leads_back_without_a_code(asked):
    page = Page(asked(over=15))
    assert answers(page.link, "fourteen").json() == {"redirect_uri": f"{ORIGIN}{page.address}"}
    assert "It did not work" in page.text()


def test_another_browser_that_comes_back_gets_nothing_accepted(asked):
    page = Page(asked())
    back = urlsplit(answers(page.link).json()["redirect_uri"])
    thief = Client(headers={"accept-language": "en"})
    said = unescape(thief.get(f"{back.path}?{back.query}").content.decode())
    assert "another browser than the one you began in" in said
    assert page.state() == "coming_back"


def test_who_began_elsewhere_cannot_finish_what_somebody_else_answered(asked):
    """Session fixation: the attacker's browser opened the page first, and never learns the code."""
    attacker = Page(asked())
    answers(attacker.link)
    attacker.client.get(attacker.address, {"response_code": "0" * 32})
    assert attacker.state() == "coming_back"
    assert not Assurance.objects.exists()


def test_an_answer_for_another_request_is_not_taken(asked):
    one, other = Page(asked()), Page(asked(over=15))
    path, _form = shown(one.code, test_wallet.wallet_of("nineteen"))
    _path, form = shown(other.code, test_wallet.wallet_of("nineteen"))
    assert post(path, form).status_code == 400
    assert one.state() == "waiting"


def test_a_state_of_ones_own_does_not_carry_an_answer_over(asked):
    one, other = Page(asked()), Page(asked(over=15))
    state = parse_qs(urlsplit(one.code).query)["state"][0]
    path, _form = shown(one.code, test_wallet.wallet_of("nineteen"))
    _path, form = shown(other.code, test_wallet.wallet_of("nineteen"))
    post(path, form | {"state": state})
    assert refused(one.proof) == Reason.BAD_DEVICE_SIGNATURE


@pytest.mark.parametrize(
    ("who", "over", "reason"),
    [
        ("eleven", 13, Reason.NOT_OVER),
        ("fourteen", 15, Reason.NOT_OVER),
        ("expired", 18, Reason.EXPIRED),
        ("revoked", 18, Reason.REVOKED),
    ],
)
def test_a_refusal_says_why(asked, who, over, reason):
    page = Page(asked(over=over))
    answers(page.code, wallet=_that_never_looks(who))
    assert refused(page.proof) == reason
    assert "It did not work" in page.text()


def _that_never_looks(who: str) -> Wallet:
    """A wallet that shows what has expired, too."""
    wallet = test_wallet.wallet_of(who)
    answer = wallet.answer
    wallet.answer = lambda link, at=None: answer(link)
    return wallet


def test_a_no_is_kept_as_a_no(asked):
    page = Page(asked(over=15))
    answers(page.code, "fourteen")
    [bit] = Assurance.objects.all()
    assert (bit.over, bit.met, bit.confidence) == (15, False, "strict")


def test_a_higher_age_answers_a_lower_question(asked):
    page = Page(asked(over=13))
    answers(page.code)
    [bit] = Assurance.objects.all()
    assert (bit.over, bit.met) == (13, True)


def test_what_an_issuer_does_not_attest_is_never_accepted(asked):
    """The European profile promises 18 alone: a no to 18 says nothing of 15."""
    page, wallet = Page(asked(over=15)), Wallet()
    wallet.receive(test_wallet._issuer(), {18: False}, at=now(), batch=1)
    answers(page.code, wallet=wallet)
    assert refused(page.proof) == Reason.UNSUPPORTED
    assert not Assurance.objects.exists()


def test_an_issuer_whom_nobody_trusts_is_refused(asked, settings):
    page, path = Page(asked()), shown
    where, form = path(page.code, test_wallet.wallet_of("nineteen"))
    settings.REMPART_TEST_WALLET = False
    post(where, form)
    assert refused(page.proof) == Reason.UNTRUSTED_ISSUER


def test_the_same_proof_serves_once(asked):
    wallet = test_wallet.wallet_of("nineteen")
    [credential] = wallet.credentials
    first, second = Page(asked()), Page(asked(subject=Subject.account("tiktok", "copy")))
    answers(first.code, wallet=wallet)
    credential.used = False
    answers(second.code, wallet=wallet)
    second.proof.refresh_from_db()
    assert second.proof.reason == Reason.ALREADY_USED
    assert Assurance.objects.count() == 1


def test_a_posted_answer_cannot_be_posted_again(asked):
    page = Page(asked())
    path, form = shown(page.code, test_wallet.wallet_of("nineteen"))
    assert post(path, form).status_code == 200
    assert post(path, form).status_code == 400
    assert Assurance.objects.count() == 1


def test_a_refused_request_begins_again_with_a_nonce_of_its_own(asked):
    page = Page(asked(over=15))
    before = page.code
    answers(before, "fourteen")
    page.begin_again()
    assert page.code != before
    assert answers(before).status_code == 400
    answers(page.code)
    assert page.state() == "accepted"


def test_five_tries_are_all(asked):
    page = Page(asked())
    for _ in range(proofs.TRIES):
        page.begin_again()
        state = parse_qs(urlsplit(page.code).query)["state"][0]
        post(page.address + "response", {"state": state, "error": "access_denied"})
    page.begin_again()
    assert "was tried five times" in page.text()
    page.proof.refresh_from_db()
    assert (page.proof.reason, page.proof.sealed_seed) == ("declined", None)


def test_who_asks_too_often_gets_the_last_request_again(asked):
    made = set()
    for _ in range(proofs.MOST + 3):
        proof = asked()
        made.add(proof.pk)
        ProofRequest.objects.filter(pk=proof.pk).update(tries=1)
    assert len(made) == proofs.MOST


def test_a_request_that_waits_is_found_again(asked):
    assert asked(return_to="/a/x/").pk == asked(return_to="/a/x/").pk


def test_after_a_quarter_of_an_hour_nothing_is_awaited_and_the_secret_goes(asked, clock):
    page = Page(asked())
    path, form = shown(page.code, test_wallet.wallet_of("nineteen"))
    clock.move(proofs.LASTS)
    assert post(path, form).status_code == 400
    assert proofs.end_expired() == 1
    page.proof.refresh_from_db()
    assert page.proof.sealed_seed is None
    assert "no longer waits" in page.text()


def test_the_browser_s_own_wallet_answers(asked):
    page = Page(asked())
    sealed = test_wallet.wallet_of("nineteen").answer_browser(page.digital["data"], origin=ORIGIN)
    sent = json.dumps({"protocol": "org-iso-mdoc", "data": sealed})
    assert page.client.post(page.address + "digital", sent, content_type="application/json").status_code == 200
    assert page.state() == "accepted"


def test_an_answer_for_another_site_does_not_open(asked):
    page = Page(asked())
    sealed = test_wallet.wallet_of("nineteen").answer_browser(page.digital["data"], origin="https://elsewhere.example")
    sent = json.dumps({"protocol": "org-iso-mdoc", "data": sealed})
    page.client.post(page.address + "digital", sent, content_type="application/json")
    assert refused(page.proof) == Reason.BAD_DEVICE_SIGNATURE


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="empty"),
        pytest.param('{"protocol": "org-iso-mdoc", "data": {"response": 1}}', id="a number"),
        pytest.param('{"data": {"response": "a"}}', id="no protocol"),
        pytest.param("[" * 99_999, id="lists in lists"),
    ],
)
def test_what_is_no_answer_of_a_browser_changes_nothing(asked, sent):
    page = Page(asked())
    assert page.client.post(page.address + "digital", sent, content_type="application/json").status_code == 400
    assert page.state() == "waiting"


def test_a_form_with_a_field_twice_changes_nothing(asked):
    page = Page(asked())
    path, form = shown(page.code, test_wallet.wallet_of("nineteen"))
    assert Client().post(path, {**form, "state": [form["state"], form["state"]]}).status_code == 400
    assert page.state() == "waiting"


def test_a_guardian_s_proof_says_nothing_of_the_child(asked):
    heard = []
    proved.connect(lambda proof, **_kwargs: heard.append(proof.pk), weak=False, dispatch_uid="heard")
    try:
        page = Page(asked(purpose="guardian"))
        answers(page.code)
    finally:
        proved.disconnect(dispatch_uid="heard")
    assert heard == [page.proof.pk]
    assert not Assurance.objects.exists()


def test_where_they_go_on_stands_on_the_page_and_sealed_in_the_table(asked):
    page = Page(asked(return_to="/a/a-signed-link/"))
    assert 'href="/a/a-signed-link/"' in page.text()
    assert b"signed-link" not in bytes(page.proof.sealed_return)


def test_counts_name_nobody_and_add_up(asked):
    for who in ("nineteen", "eleven", "nineteen"):
        subject = Subject.account("tiktok", f"{who}.{ProofRequest.objects.count()}")
        answers(Page(asked(over=13, subject=subject)).code, who)
    counts = {(one.step, one.reason): one.number for one in ProofCount.objects.all()}
    assert counts == {
        ("asked", ""): 3, ("opened", ""): 3, ("shown", ""): 3, ("accepted", ""): 2, ("refused", "not_over"): 1,
    }  # fmt: skip


def test_digests_are_forgotten_once_they_are_of_no_use(asked, clock):
    from rempart.age.retention import ERASERS

    answers(Page(asked()).code)
    assert ERASERS["spent_proof"](now()) == 0
    clock.move(timedelta(days=91))
    assert ERASERS["spent_proof"](now()) == 1
    assert not SpentProof.objects.exists()


def test_the_code_is_a_picture_of_our_own(asked):
    page = Page(asked())
    picture = page.client.get(page.address + "code.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("purpose", ["gate", "challenge", "guardian"])
def test_every_refusal_has_its_sentence(asked, language, purpose):
    page = Page(asked(purpose=purpose), language)
    seen = set()
    for reason in [*Reason, proofs.DECLINED]:
        ProofRequest.objects.filter(pk=page.proof.pk).update(state="refused", reason=str(reason))
        seen.add(page.text())
    assert len(seen) == len({WHY.get(reason, "why_broken") for reason in [*Reason, proofs.DECLINED]})


def test_an_address_that_was_not_made_here_opens_nothing():
    assert Client().get(reverse("age:proof", args=["1.nothing"])).status_code == 404


def test_the_test_wallet_is_nowhere_unless_it_is_asked_for(settings):
    settings.REMPART_TEST_WALLET = False
    assert Client().get(reverse("age:test-wallet")).status_code == 403


def test_the_test_wallet_posts_to_no_other_site(asked):
    elsewhere = Page(asked()).code.replace("testserver", "elsewhere.example")
    assert Client().post(reverse("age:test-wallet"), {"request": elsewhere, "person": "nineteen"}).status_code == 422


def test_a_platform_asks_and_reads_one_bit(settings):
    settings.REMPART_AGE_RETURN = ["https://app.example"]
    headers = {"authorization": f"Bearer {make_key('tests', [Scope.AGE], acting=None)[1]}"}
    sent = {"account": "7001", "service": "tiktok", "over": 18, "return_to": "https://app.example/live"}
    made = Client().post("/api/v1/age/proofs", sent, content_type="application/json", headers=headers).json()
    page = Page(proofs.proof_of(made["number"]))
    assert made["page"].endswith(page.address)
    asked_for = f"/api/v1/age/proofs/{made['number']}"
    assert Client().get(asked_for, headers=headers).json() == {"state": "waiting", "reason": "", "results": []}
    answers(page.code)
    told = Client().get(asked_for, headers=headers).json()
    assert told["state"] == "accepted"
    [bit] = told["results"]
    assert bit.keys() == {"over", "met", "method", "confidence", "expires_at"}
    assert (bit["over"], bit["met"], bit["confidence"]) == (18, True, "strict")


@pytest.mark.parametrize("ends", ["accepted", "five times refused", "its time is over"])
def test_a_webhook_tells_a_platform_that_its_request_is_over_and_not_how(asked, platform, clock, ends):
    add_endpoint("live", platform.url, events=["proof.ended"], acting=None)
    page = Page(asked(purpose="gate"))
    asked(purpose="challenge")  # ours: no platform waits for it
    if ends == "accepted":
        answers(page.code)
    elif ends == "its time is over":
        clock.move(proofs.LASTS)
        proofs.end_expired()
    for _ in range(proofs.TRIES if ends == "five times refused" else 0):
        page.begin_again()
        state = parse_qs(urlsplit(page.code).query)["state"][0]
        deliver_due()
        assert platform.received == []
        post(page.address + "response", {"state": state, "error": "access_denied"})
    proofs.end_expired()
    deliver_due()
    (told,) = platform.received
    body = json.loads(told.body)
    assert body["type"] == "proof.ended"
    assert body["data"] == {"link": f"http://localhost:8000/api/v1/age/proofs/{page.proof.token}"}


def test_a_platform_may_send_people_to_its_own_addresses_alone(settings):
    settings.REMPART_AGE_RETURN = ["https://app.example"]
    headers = {"authorization": f"Bearer {make_key('tests', [Scope.AGE], acting=None)[1]}"}
    sent = {"account": "7001", "over": 18, "return_to": "https://elsewhere.example/"}
    answer = Client().post("/api/v1/age/proofs", sent, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "return_to")
