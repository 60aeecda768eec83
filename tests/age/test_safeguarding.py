"""Children first: an officer looks before anything is asked, and says what may follow."""

from datetime import timedelta

import msgspec
import pytest

from rempart.age.errors import NotAllowed, NotAsWished, ReasonMissing, SafetyFirst
from rempart.age.models import AgeMatter, AgeSighting, Challenge, ProtectionCase
from rempart.age.services import safeguarding, sweeps
from rempart.age.services.challenges import open_challenge
from rempart.correspondence.models import Delivery
from rempart.ledger.models import LedgerRow
from rempart.records import AccountReference, AccountRow, AgeEstimate
from rempart.staff.roles import Role

pytestmark = pytest.mark.django_db
LOU = AccountReference("tiktok", "lou.dessine", "7001")
ROW = AccountRow(id="7001", service="tiktok", handle="lou.dessine", country="FR")
HURT = "mon beau-père me frappe tous les soirs"


def estimate(probability=0.9, step="prove", text="j’ai 11 ans", hurt=(), number="7001"):
    """What the sweep wrote of an account."""
    evidence = [{"text": text, "span": [0, len(text)], "source": "bio"}]
    raw = {"id": number, "probability_under_13": probability, "evidence": evidence, "step": step}
    if hurt:
        raw["safeguarding"] = True
        raw["safeguarding_evidence"] = [{"text": one, "span": [0, len(one)], "source": "posts[0]"} for one in hurt]
    return msgspec.convert(raw, AgeEstimate)


@pytest.fixture
def officer(staff_member):
    """Somebody who looks after children's safety."""
    return staff_member(Role.CHILD_SAFETY, name="Salomé Petit")


@pytest.fixture
def case(officer):
    """A child who may be being hurt."""
    return safeguarding.look_first(LOU, sign=safeguarding.READ, passages=[HURT])


def settled(case, officer, *, go_ahead, finding="supported", **more):
    return safeguarding.settle(
        case, finding=finding, note="appelée, 119 donné", go_ahead=go_ahead, acting=officer, **more
    )


def test_nothing_can_be_asked_while_an_officer_has_not_looked(case):
    with pytest.raises(SafetyFirst):
        open_challenge(LOU, because="sweep", step="ask")


@pytest.mark.parametrize("go_ahead", [True, False], ids=["may follow", "leave it be"])
def test_the_officer_says_whether_a_step_may_follow(case, officer, go_ahead):
    settled(case, officer, go_ahead=go_ahead)
    if not go_ahead:
        with pytest.raises(SafetyFirst):
            open_challenge(LOU, because="sweep", step="ask")
    else:
        assert open_challenge(LOU, because="sweep", step="ask").current


def test_officers_are_called_at_once_and_again(case, officer, clock):
    def calls():
        return Delivery.objects.filter(staff=officer, page=f"/age/protection/{case.pk}/").count()

    assert calls() == 1
    clock.move(timedelta(hours=5))
    assert [safeguarding.ring_due(), safeguarding.ring_due(), calls()] == [1, 0, 2]


def test_the_words_are_sealed_and_their_reading_recorded(case, officer, decider):
    assert HURT.encode() not in bytes(ProtectionCase.objects.get().sealed_texts)
    assert safeguarding.read_passages(case, acting=officer) == [HURT]
    assert LedgerRow.objects.filter(event="protection_read").count() == 1
    with pytest.raises(NotAllowed):
        safeguarding.read_passages(case, acting=decider)


def test_only_an_officer_settles_it_with_what_was_done(case, officer, decider):
    with pytest.raises(NotAllowed):
        settled(case, decider, go_ahead=True)
    with pytest.raises(ReasonMissing):
        safeguarding.settle(case, finding="no_sign", note=" ", go_ahead=True, acting=officer)
    with pytest.raises(NotAsWished):
        settled(case, officer, go_ahead=False, finding="referred")


def test_a_referral_says_to_whom(case, officer):
    done = settled(case, officer, go_ahead=False, finding="referred", authority="CRIP 69", report_number="2026-11")
    assert (done.authority, done.report_number) == ("CRIP 69", "2026-11")


def test_the_same_words_open_it_once(case, officer):
    assert safeguarding.look_first(LOU, sign=safeguarding.READ, passages=[HURT]) == case
    settled(case, officer, go_ahead=True)
    assert safeguarding.look_first(LOU, sign=safeguarding.READ, passages=[HURT]) is None
    assert safeguarding.look_first(LOU, sign=safeguarding.READ, passages=["il m’a encore frappée"]) is not None


@pytest.mark.parametrize(
    ("text", "harm"),
    [
        ("Son beau-père la frappe, elle me l’a dit", True),
        ("Un adulte lui demande des photos nues", True),
        ("he hits her at home", True),
        ("Elle a écrit qu’elle est en CM1", False),
        ("She says she is in year 5", False),
    ],
    ids=["hit", "photos", "hit in English", "a school year", "a school year in English"],
)
def test_what_others_tell_of_a_child(text, harm):
    assert safeguarding.told_of_harm(text) is harm


# The sweep.


def test_a_likely_child_is_asked_once_however_often_the_file_comes():
    first, again = (sweeps.receive_estimates([estimate()], accounts={"7001": ROW}) for _ in range(2))
    assert (first.asked, again.asked, again.known) == (1, 0, 1)
    challenge = Challenge.objects.get()
    assert (challenge.handle, challenge.step, challenge.country) == ("lou.dessine", "prove", "FR")


@pytest.mark.parametrize(("probability", "step"), [(0.49, "ask"), (0.9, "none")], ids=["not likely enough", "no step"])
def test_what_calls_for_nothing_leaves_nothing(probability, step):
    taken = sweeps.receive_estimates([estimate(probability, step)])
    assert (taken.none, AgeMatter.objects.count()) == (1, 0)


def test_what_would_restrict_is_put_before_people():
    sweeps.receive_estimates([estimate(0.99, "restrict")])
    assert Challenge.objects.get().state == "deciding"


def test_a_child_who_tells_of_harm_is_asked_nothing_before_an_officer_says_so(officer):
    taken = sweeps.receive_estimates([estimate(hurt=[HURT])], accounts={"7001": ROW})
    assert (taken.first, Challenge.objects.count()) == (1, 0)
    settled(ProtectionCase.objects.get(), officer, go_ahead=True)
    assert Challenge.objects.get().step == "prove"


def test_a_child_whom_the_officer_leaves_be_is_asked_nothing_by_the_next_sweep(officer):
    sweeps.receive_estimates([estimate(hurt=[HURT])], accounts={"7001": ROW})
    settled(ProtectionCase.objects.get(), officer, go_ahead=False)
    sweeps.receive_estimates([estimate(hurt=[HURT], text="11 ans 🎂")], accounts={"7001": ROW})
    assert not Challenge.objects.exists()


def test_harm_is_looked_for_where_the_file_does_not_say(officer):
    row = msgspec.structs.replace(ROW, bio="11 ans", posts=[HURT])
    assert sweeps.receive_estimates([estimate()], accounts={"7001": row}).first == 1


def test_harm_without_an_age_reaches_an_officer_too(officer):
    taken = sweeps.receive_estimates([estimate(0.01, "none", hurt=[HURT])])
    assert (taken.first, ProtectionCase.objects.count(), AgeSighting.objects.count()) == (1, 1, 0)


def test_an_account_that_no_column_can_name_is_counted_and_left():
    taken = sweeps.receive_estimates([estimate(number="x" * 300), estimate(number="a\0b")])
    assert taken.refused == 2


def test_the_command_takes_a_file_in(own_database, tmp_path):
    file = tmp_path / "age.jsonl"
    lines = [msgspec.json.encode(estimate()), b"{", msgspec.json.encode(estimate(0.1, "none", number="2"))]
    file.write_bytes(b"\n".join(lines))
    done = own_database.command("age", "import", str(file))
    assert done.returncode == 0, done.stderr
    assert "1 asked" in done.stderr


# The pages.


def test_an_officer_reads_and_settles_on_their_page(case, officer, client):
    client.force_login(officer)
    where = f"/age/protection/{case.pk}/"
    assert HURT not in client.get(where).content.decode()
    assert HURT in client.post(where, {"read": "1"}).content.decode()
    client.post(where, {"finding": "no_sign", "note": "une chanson", "go_ahead": "yes"})
    case.refresh_from_db()
    assert (case.finding, case.go_ahead) == ("no_sign", True)
    assert "lou.dessine" in client.get("/age/protection/").content.decode()


def test_a_reviewer_does_not_open_it(case, decider, client):
    client.force_login(decider)
    assert client.get(f"/age/protection/{case.pk}/").status_code == 403
