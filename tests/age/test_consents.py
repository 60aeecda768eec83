"""Guardians: asked only when it is safe, shown to be adults, heard by feature, and kept away whom a testimony names."""

import copy
import re
from datetime import timedelta
from html import unescape
from importlib.resources import files
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from rempart.age import saying, standing
from rempart.age.errors import NotAsWished, NotNow, WrongState
from rempart.age.models import Confidence, Consent, GuardianBond, Method, ProofRequest, Subject
from rempart.age.services import consents, gate, proofs, test_wallet
from rempart.age.services.assurances import assure
from rempart.age.signals import consent_changed
from rempart.attestation.testing.wallet import Wallet
from rempart.correspondence.models import Delivery
from rempart.intake.models import Account, Testimony
from rempart.intake.naming import handles_in, is_spoken_of, mails_in
from rempart.intake.signals import testimonies_changed
from rempart.ledger.clock import now
from rempart.ledger.models import Content
from rempart.records import AccountReference

LOU = Subject.account("tiktok", "lou.dessine")
FEATURE = "account"


@pytest.fixture(autouse=True)
def _test_wallet(db, settings, tmp_path):
    settings.REMPART_TEST_WALLET, settings.REMPART_HOME = True, tmp_path
    settings.REMPART_AGE_TRUST = str(tmp_path / "trust")
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]


@pytest.fixture
def named():
    """A guardian named by Lou: `named(email="maman@example.org")`."""

    def make(subject=LOU, **more) -> GuardianBond:
        return consents.ask_guardian(subject, **({"safe": True, "country": "FR"} | more))

    return make


@pytest.fixture
def proved(named):
    """A guardian who showed that they are an adult."""

    def make(**more) -> GuardianBond:
        bond = named(**more)
        show(bond)
        bond.refresh_from_db()
        return bond

    return make


@pytest.fixture
def testify():
    """Somebody testifies, in these words, about this account."""

    def make(text="", handle="somebody.else") -> Testimony:
        seen = {"first_seen_at": now()}
        account, _new = Account.objects.get_or_create(service="tiktok", handle=handle, defaults=seen)
        testimony = Testimony.objects.create(
            uid=f"t-{Testimony.everything.count()}",
            account=account,
            received_at=now(),
            channel="form",
            stance="first_person",
            conduct=[],
            conduct_services=[],
            met_on=[],
            text=text,
            reporter="r-1",
            reporter_facts={},
            evidence=[],
        )
        testimonies_changed.send(Testimony, accounts={account.pk}, added=testimony)
        return testimony

    return make


def show(bond: GuardianBond, wallet: Wallet | None = None) -> ProofRequest:
    """The guardian's wallet answers, on another device than the page."""
    proof = consents.ask_to_prove(bond, return_to=f"/age/guardian/{bond.pk}/")
    page = unescape(Client().get(reverse("age:proof", args=[proof.token])).content.decode())
    link = re.search(r"data-code>([^<]+)<", page)[1]
    there = parse_qs(urlsplit(link).query)["response_uri"][0]
    form = (wallet or test_wallet.wallet_of("nineteen")).answer(link, at=now())
    Client().post(urlsplit(there).path, urlencode(form, doseq=True), content_type="application/x-www-form-urlencoded")
    proof.refresh_from_db()
    return proof


def opened(subject=LOU, feature=FEATURE) -> str:
    """Why a feature is open or not, as the platform reads it."""
    return standing.allowed(subject, feature, country="FR", at=now()).because.value


def page_of(bond: GuardianBond, language: str = "fr", **posted):
    bond.refresh_from_db()
    address = urlsplit(consents.link_of(bond)).path
    client = Client(headers={"accept-language": language})
    return client.post(address, posted, follow=True) if posted else client.get(address)


def said(response) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def thirteen():
    """Lou said to be 13: old enough for an account in France with a guardian's yes."""
    say_thirteen(300)


def say_thirteen(days: int) -> None:
    until = now() + timedelta(days=days)
    assure(LOU, over=13, met=True, method=Method.STATED, confidence=Confidence.ASSERTED, expires_at=until)


# --- asked only when it is safe


def test_with_no_to_is_it_safe_nobody_is_asked_and_officers_see_it(named, client, staff_member):
    bond = named(safe=False, email="maman@example.org")
    assert (bond.sealed_contact, bond.conversation, consents.link_of(bond)) == (None, None, "")
    assert not Delivery.objects.exists()
    client.force_login(staff_member("child_safety"))
    assert "tiktok" in said(client.get(reverse("age:guardians"))).lower()


@pytest.mark.parametrize("said", ["asked", "later"])
def test_child_safety_officers_are_written_to_once_when_it_is_not_safe(named, staff_member, said):
    officer, _reader = staff_member("child_safety"), staff_member("reader")
    bond = named() if said == "later" else None
    for _ in range(2):
        consents.let_go(bond, safe=False) if bond else named(safe=False)
    assert GuardianBond.objects.count() == 1
    call = Delivery.objects.get(staff__isnull=False)
    assert (call.staff, call.channel, call.page) == (officer, "mail", reverse("age:guardians"))


def test_the_database_itself_refuses_a_contact_where_it_is_not_safe(named):
    bond = named(safe=False)
    with pytest.raises(IntegrityError, match="nobody_is_asked_where_it_is_not_safe"):
        GuardianBond.objects.filter(pk=bond.pk).update(sealed_contact=b"x")


def test_a_guardian_with_an_address_is_written_to_and_the_address_lies_sealed(named):
    bond = named(email="maman@example.org")
    assert Delivery.objects.filter(channel="mail").count() == 1
    assert b"maman" not in bytes(bond.sealed_contact)
    assert consents.contact_of(bond)[0] == "maman@example.org"


def test_without_an_address_the_young_person_hands_on_a_link(named):
    bond = named()
    assert not Delivery.objects.exists()
    assert page_of(bond).status_code == 200


def test_at_most_three_guardians_stand_for_one_young_person(named):
    for _time in range(3):
        named()
    with pytest.raises(NotAsWished):
        named()


def test_what_is_no_address_is_refused(named):
    with pytest.raises(NotAsWished):
        named(email="maman at home")


# --- an adult, heard by feature


def test_before_a_guardian_showed_that_they_are_an_adult_nothing_is_agreed_to(named):
    bond = named()
    for act in (lambda: consents.consent(bond, [FEATURE]), lambda: consents.withdraw(bond, [FEATURE])):
        with pytest.raises(WrongState):
            act()


def test_a_child_s_own_wallet_makes_no_guardian(named):
    bond = named()
    assert show(bond, test_wallet.wallet_of("fourteen")).reason == "not_over"
    bond.refresh_from_db()
    assert bond.proved_at is None


def test_one_attestation_makes_one_guardian_for_one_child(named):
    wallet = test_wallet.wallet_of("nineteen")
    wallet.credentials[1:] = []
    again = copy.deepcopy(wallet)
    show(named(), wallet)
    assert show(named(subject=Subject.account("tiktok", "another.child")), again).reason == "already_used"


def test_a_proof_that_was_asked_of_another_guardian_counts_for_that_one_alone(named):
    first, second = named(), named()
    for _time in range(proofs.MOST):
        consents.ask_to_prove(first, return_to=f"/{_time}/")
    with pytest.raises(NotNow):
        consents.ask_to_prove(second, return_to="/else/")


def test_a_guardian_s_yes_opens_the_feature_until_a_year_is_over(proved, thirteen, clock):
    bond = proved()
    assert opened() == "guardian_needed"
    consents.consent(bond, [FEATURE])
    assert opened() == "guardian_consents"
    clock.move(timedelta(days=364))
    say_thirteen(30)
    assert opened() == "guardian_consents"
    clock.move(timedelta(days=1))
    assert opened() == "guardian_needed"


def test_a_no_takes_effect_at_once_and_is_told(proved, thirteen):
    bond, heard = proved(), []
    consents.consent(bond, [FEATURE])
    consent_changed.connect(lambda subject, **_kwargs: heard.append(subject), weak=False, dispatch_uid="heard")
    try:
        assert consents.withdraw(bond, [FEATURE]) == 1
    finally:
        consent_changed.disconnect(dispatch_uid="heard")
    assert opened() == "guardian_needed"
    assert heard == [LOU]


def test_another_guardian_may_withdraw_and_then_has_to_agree_again(proved, thirteen):
    mother, father = proved(), proved()
    consents.consent(mother, [FEATURE])
    assert consents.withdraw(father, [FEATURE]) == 1
    assert opened() == "guardian_needed"
    with pytest.raises(NotAsWished):
        consents.consent(mother, [FEATURE])
    consents.consent(father, [FEATURE])
    assert opened() == "guardian_consents"


def test_what_no_guardian_can_open_is_refused(proved):
    bond = proved()
    assert consents.closed_for(bond) == {"direct_messages": 16, "live": 18, "public_profile": 16}
    with pytest.raises(NotAsWished):
        consents.consent(bond, ["live"])


def test_the_policy_says_how_long_a_yes_counts(proved, settings, tmp_path):
    folder = tmp_path / "policies"
    folder.mkdir()
    text = files("rempart.age").joinpath("policies/FR.yaml").read_text(encoding="utf-8")
    text = text.replace("guardian_consent_below: 15", "guardian_consent_below: 15\n    guardian_consent_days: 90")
    (folder / "FR.yaml").write_text(text, encoding="utf-8")
    settings.REMPART_AGE_POLICIES = str(folder)
    [given] = consents.consent(proved(), [FEATURE])
    assert given.until - given.given_at == timedelta(days=90)


def test_consent_ends_once_the_young_person_is_old_enough_to_decide(proved, thirteen):
    bond = proved()
    consents.consent(bond, [FEATURE])
    assure(LOU, over=15, met=True, method=Method.MDOC, confidence=Confidence.STRICT, expires_at=now() + timedelta(300))
    assert Consent.objects.get().withdrawn_at is not None
    assert opened() == "old_enough"


def test_a_guardian_answers_for_an_age_once_and_one_bit_stays(proved):
    bond = proved(over=13)
    consents.answer_for(bond, holds=True)
    assert bits() == [(13, True, "guardian", "standard")]
    with pytest.raises(WrongState):
        consents.answer_for(bond, holds=False)


def bits():
    from rempart.age.models import Assurance

    theirs = Assurance.objects.filter(reference=LOU.reference)
    return [(one.over, one.met, one.method, one.confidence) for one in theirs]


def test_what_a_sign_up_was_allowed_is_the_account_s(settings, proved):
    settings.REMPART_AGE_RETURN = ["https://app.example"]
    attempt = gate.make_attempt(
        service="tiktok", number="s-9", return_to="https://app.example/on", country="FR", thresholds=[13]
    ).attempt
    years = now().date()
    gate.answer(attempt, years.replace(year=years.year - 14, day=1))
    consents.consent(proved(subject=attempt.subject), [FEATURE])
    assert opened(attempt.subject) == "guardian_consents"
    attempt.refresh_from_db()
    gate.bind(attempt, AccountReference("tiktok", "lou.new", "77"))
    assert opened(Subject.account("tiktok", "77")) == "guardian_consents"


# --- whoever a testimony speaks of


@pytest.mark.parametrize(
    "text",
    ["écrivez-lui : beau.pere@example.org", "Beau.Pere+x@Example.org m’a écrit", "c’est @beau.pere qui a fait ça"],
    ids=["address", "address with a tag", "handle"],
)
def test_a_guardian_of_whom_a_testimony_speaks_loses_the_role_without_a_word(proved, testify, thirteen, text):
    bond = proved(email="beau.pere@example.org", account=AccountReference("tiktok", "beau.pere"))
    consents.consent(bond, [FEATURE])
    written = Delivery.objects.count()
    testify(text)
    bond.refresh_from_db()
    assert bond.lost_because == "testimony"
    assert Delivery.objects.count() == written
    page = said(page_of(bond))
    assert "Ce n’est pas possible pour le moment" in page
    assert "Vous n’avez rien à faire." in page
    for act in (lambda: consents.withdraw(bond, [FEATURE]), lambda: consents.consent(bond, [FEATURE])):
        with pytest.raises(NotNow):
            act()
    assert opened() == "guardian_consents"


def test_an_account_that_is_testified_about_is_no_guardian_s(named, testify):
    bond = named(account=AccountReference("tiktok", "beau.pere"))
    testify("il m’écrit", handle="beau.pere")
    bond.refresh_from_db()
    assert bond.lost_at is not None


def test_somebody_named_before_is_never_asked_and_the_young_person_sees_no_difference(named, testify):
    testify("beau.pere@example.org")
    bond = named(email="beau.pere@example.org")
    assert not Delivery.objects.exists()
    assert bond in consents.bonds_of(LOU)
    assert "Ce n’est pas possible pour le moment" in said(page_of(bond))


def test_it_is_looked_at_again_when_the_page_is_opened(named):
    bond = named(email="beau.pere@example.org")
    account = Account.objects.create(service="tiktok", handle="x.y", first_seen_at=now())
    Testimony.objects.create(
        uid="t", account=account, received_at=now(), channel="form", stance="first_person", conduct=[],
        conduct_services=[], met_on=[], text="beau.pere@example.org", reporter="r", reporter_facts={}, evidence=[],
    )  # fmt: skip
    assert "Ce n’est pas possible pour le moment" in said(page_of(bond))


def test_it_is_looked_at_again_each_hour_for_what_came_in_with_posts(named, testify, looked_after):
    guardian, bond = looked_after("beau.pere@example.org"), named(email="beau.pere@example.org")
    account = Account.objects.create(service="tiktok", handle="x.y", first_seen_at=now())
    testimony = testify("rien")
    Testimony.everything.filter(pk=testimony.pk).update(text="beau.pere@example.org", account=account)
    assert consents.look_again() == 2
    assert consents.look_again() == 0
    bond.refresh_from_db()
    guardian.refresh_from_db()
    assert None not in (bond.lost_at, guardian.left_at)


def test_somebody_let_go_sees_the_same_page_as_somebody_named(named, testify):
    left, lost = named(email="a@example.org"), named(email="b@example.org")
    consents.let_go(left)
    testify("b@example.org")
    strip = lambda bond: re.sub(r"[\w.-]{30,}", "", said(page_of(bond)))  # noqa: E731 – without the token
    assert strip(left) == strip(lost)


def test_a_testimony_found_unfounded_by_two_people_takes_no_role(testify):
    testimony = testify("beau.pere@example.org")
    assert is_spoken_of(mail="beau.pere@example.org")
    Testimony.everything.filter(pk=testimony.pk).update(unfounded_at=now())
    assert not is_spoken_of(mail="beau.pere@example.org")


def test_a_guardian_in_a_file_of_the_care_team_loses_the_role_too(testify, looked_after):
    guardian = looked_after("beau.pere@example.org")
    testify("beau.pere@example.org")
    guardian.refresh_from_db()
    assert guardian.left_at is not None


@pytest.fixture
def looked_after(staff_member):
    """A guardian in the file of somebody whom the care team looks after."""
    from rempart.care.models import CareFile
    from rempart.care.services.files import open_file
    from rempart.care.services.people import name_guardian

    def make(reach: str):
        carer = staff_member("care")
        file = open_file(AccountReference("tiktok", "lou.dessine"), acting=carer, because="un appel")
        assert isinstance(file, CareFile)
        return name_guardian(file, name="B.", reach=reach)

    return make


def test_when_it_is_no_longer_safe_nothing_closes_and_the_guardian_is_told_nothing(proved, thirteen):
    bond = proved(email="maman@example.org")
    consents.consent(bond, [FEATURE])
    consents.let_go(bond, safe=False)
    assert opened() == "guardian_consents"
    assert "Ce n’est pas possible pour le moment" in said(page_of(bond))


def test_who_is_let_go_takes_what_they_agreed_to_along(proved, thirteen):
    bond = proved()
    consents.consent(bond, [FEATURE])
    consents.let_go(bond)
    assert opened() == "guardian_needed"


def test_nothing_in_the_ledger_names_a_guardian(proved):
    bond = proved(email="maman@example.org")
    consents.consent(bond, [FEATURE])
    held = " ".join(one.canonical for one in Content.objects.all())
    assert "maman" not in held
    assert "lou.dessine" not in held


def test_addresses_and_handles_are_told_apart():
    text = "Écris à Lou.Du+nord@Mail.Example.org. ou @lou.dessine, pas à lou@ ni a@b"
    assert mails_in(text) == {"lou.du@mail.example.org"}
    assert handles_in(text) == {"lou.dessine"}


# --- the pages


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_guardian_s_page_from_the_proof_to_the_withdrawal(named, thirteen, language):
    bond = named(language=language)
    words = saying.texts("guardian", language)
    assert words["prove_button"] in said(page_of(bond))
    assert page_of(bond, do="prove").redirect_chain
    show(bond)
    assert words["nothing_ticked"] in said(page_of(bond, do="consent"))
    assert words["given"] in said(page_of(bond, do="consent", feature=FEATURE))
    assert words["withdrawn"] in said(page_of(bond, do="withdraw", feature=FEATURE))
    assert opened() == "guardian_needed"


def test_a_feature_that_no_guardian_opens_is_said_on_the_page(proved):
    assert page_of(proved(), do="consent", feature="live").status_code == 422


@pytest.mark.parametrize("language", ["fr", "en"])
def test_at_the_gate_a_parent_is_asked_after_is_it_safe(settings, language):
    settings.REMPART_AGE_RETURN = ["https://app.example"]
    attempt = gate.make_attempt(
        service="tiktok", number="s-8", return_to="https://app.example/on", country="FR", language=language
    ).attempt
    address, client = urlsplit(gate.address_of(attempt)).path, Client()
    assert client.get(address + "guardian/").status_code == 404
    today = now().date()
    gate.answer(attempt, today.replace(year=today.year - 14, day=1))
    assert "guardian/" in said(client.get(address))
    words = saying.texts("guardian_ask", language)
    assert words["safe_title"] in said(client.get(address + "guardian/"))
    other = client.post(address + "guardian/", {"safe": "no"}, follow=True)
    assert words["other_gate"] in said(other)
    assert 'href="?again=1"' in said(other)
    assert words["safe_title"] in said(client.get(address + "guardian/?again=1"))
    assert words["other_unsure"] in said(client.post(address + "guardian/", {"safe": "unsure"}, follow=True))
    assert words["who_title"] in said(client.post(address + "guardian/", {"safe": "yes"}))
    asked = {"safe": "yes", "email": "", "account": ""}
    assert words["asked_by_link"] in said(client.post(address + "guardian/", asked, follow=True))
    assert [bond.said_safe for bond in GuardianBond.objects.order_by("pk")] == [False, True]


def test_who_is_asked_how_old_they_are_may_ask_a_parent_and_go_another_way(challenged):
    from rempart.correspondence.links import link_for

    challenge = challenged(handle="lou.dessine", step="prove")
    address, client = urlsplit(link_for(challenge.conversation)).path, Client()
    assert "Demander à un parent" in said(client.get(address))
    other = said(client.post(address + "guardian/", {"safe": "no"}, follow=True))
    assert reverse("age:asked-vouch", args=[address.split("/")[2]]) in other
    client.post(address + "guardian/", {"safe": "yes", "email": "maman@example.org", "account": ""})
    bond = GuardianBond.objects.get(said_safe=True)
    show(bond)
    page_of(bond, do="answer", holds="yes")
    challenge.refresh_from_db()
    assert challenge.state == "proved"


def test_the_platform_reads_what_is_open(proved, thirteen, machine_key):
    consents.consent(proved(), [FEATURE])
    answer = Client(headers={"authorization": f"Bearer {machine_key}"}).get(
        "/api/v1/age/allowed", {"service": "tiktok", "account": "lou.dessine", "country": "FR"}
    )
    found = {one["feature"]: (one["open"], one["because"]) for one in answer.json()["features"]}
    assert found["account"] == (True, "guardian_consents")
    assert found["live"] == (False, "unknown")


@pytest.fixture
def machine_key(db):
    from rempart.staff.keys import Scope, make_key

    return make_key("Sign-up", [Scope.AGE], acting=None)[1]
