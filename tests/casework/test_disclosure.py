"""What a respondent is told of the facts leads to nobody."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.casework.statements import fields, identity, writing
from rempart.ledger.clock import now
from rempart.records.vocabulary import CONDUCTS
from rempart.rulebook import load

HANDLES = ["lea.martin07", "NoéDupont", "camille_et_ses_chats", "zoe.r"]
WORDINGS = [
    "il m’a demandé des photos un soir de juin vers 23h17 au lycée Colbert",
    "he kept asking me on Snapchat, I was in year 9 at Saint Anne school in Lille",
    "ma copine Inès et moi on a tout gardé, il s’appelait leo.vrtx partout",
]
PLANTED = [*HANDLES, *WORDINGS, "23h17", "Colbert", "Lille", "Saint Anne", "Inès"]
SERVICES = ["snapchat", "instagram", "discord"]
TEXT = {"fr": "Des messages insistants ont été envoyés.", "en": "Pressing messages were sent."}

voices = st.lists(
    st.tuples(
        st.sampled_from(HANDLES),
        st.sampled_from(WORDINGS),
        st.lists(st.sampled_from(CONDUCTS), max_size=2, unique=True),
        st.lists(st.sampled_from(SERVICES), max_size=2, unique=True),
        st.datetimes(datetime(2020, 1, 1), datetime(2020, 12, 28), timezones=st.just(UTC)),
        st.sampled_from(["testimony", "relay", "dispute"]),
        st.sampled_from(["public_post", "user_report", "form", "sealed", "trusted_flagger"]),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def case_of(respondent):
    """Make a case from what people said, with as many independent sources as told: `case_of(voices, sources=2.0)`."""
    from rempart.casework.models import AssessmentRecord, Case
    from rempart.intake.models import Post, Testimony

    made = iter(range(10**6))

    def make(said, *, sources, as_of=None):
        case = Case.objects.create(account=respondent(), opened_at=now())
        for handle, words, conduct, services, at, stance, channel in said:
            number = next(made)
            public = channel == "public_post"
            post = public and Post.objects.create(
                service="tiktok",
                post_id=f"p{number}",
                source="platform",
                author=handle,
                created_at=at,
                text=words,
                stance=stance,
                stance_probability=0.9,
                read={},
                stored_at=at,
            )
            Testimony.objects.create(
                uid=f"t{number}",
                account=case.account,
                post=post or None,
                received_at=at,
                channel=channel,
                stance=stance,
                conduct=conduct,
                conduct_services=services,
                met_on=[],
                text=None if public else words,
                reporter=f"platform:{handle}",
                reporter_facts={},
                evidence=[],
            )
        newest = as_of or max(at for _, _, _, _, at, _, _ in said)
        record = AssessmentRecord.objects.create(
            case=case,
            made_at=now(),
            assessment={"as_of": newest.isoformat(), "by_channel": {voice[6]: 1 for voice in said}},
            credibility=0.9,
            independent_sources=sources,
            coordination=0.0,
            severity=3,
        )
        return case, record

    return make


@pytest.fixture
def complainant_of(db):
    """Somebody who reported and can be reached: `complainant_of(case)`."""
    from rempart.casework.models import Complainant
    from rempart.correspondence.services import open_conversation

    made = iter(range(1000))

    def make(case, **said):
        number = next(made)
        conversation = open_conversation(
            "complainant",
            about=f"casework.case:{case.pk}",
            person=f"reporter:{number}",
            child_words=said.get("minor") is True,
        )
        return Complainant.objects.create(
            case=case, reporter=f"platform:{number}", conversation=conversation, joined_at=now(), **said
        )

    return make


@pytest.fixture
def agree(complainant_of, reviewer):
    """Have a complainant of a case agree to a fact: `agree(case)`."""

    def make(case):
        return agreed_to(proposed(case, complainant_of(case), reviewer), approved=True)

    return make


def agreed_to(fact, *, approved):
    from rempart.casework.services.disclosing import answer_fact

    return answer_fact(fact, approved=approved)


def proposed(case, complainant, reviewer, text=None):
    from rempart.casework.services.disclosing import propose_fact

    return propose_fact(
        case, complainant, text=text or TEXT, category="sexual_messages", month="2020-06", acting=reviewer
    )


def told(case, record):
    from rempart.casework.services.disclosing import facts_for_respondent

    return facts_for_respondent(case, record)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said=voices, sources=st.sampled_from([1.0, 1.9, 2.99, 3.0, 5.0]), agreed=st.booleans())
def test_nothing_told_holds_an_identity_a_time_a_place_or_somebodys_words(case_of, agree, said, sources, agreed):
    with transaction.atomic():
        case, record = case_of(said, sources=sources)
        if agreed:
            agree(case)
        found = told(case, record)
        everything = json.dumps([*found.conduct, *found.months, *found.services, *map(dict, found.agreed)])
        assert not [planted for planted in PLANTED if planted.casefold() in everything.casefold()]
        assert set(found.conduct) <= set(CONDUCTS)
        assert all(re.fullmatch(r"\d{4}-\d{2}", month) for month in found.months)
        if sources < 3:
            assert found.services == ()
            assert found.agreed == ()
        naming = {
            service: {voice[0] for voice in said if service in voice[3] and voice[5] != "dispute"}
            for service in found.services
        }
        assert all(len(people) >= 3 for people in naming.values())
        assert list(found.agreed) == ([TEXT] if agreed and sources >= 3 else [])
        transaction.set_rollback(True)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said=voices, sources=st.sampled_from([1.0, 3.0]))
def test_a_statement_made_from_it_holds_none_of_it_either(case_of, said, sources):
    with transaction.atomic():
        case, record = case_of(said, sources=sources)
        built = fields.build(grounds_with(told(case, record), frozenset(record.assessment["by_channel"])))
        everything = json.dumps(built, ensure_ascii=False) + "".join(map(writing.plain, writing.write(built).values()))
        assert not [planted for planted in PLANTED if planted.casefold() in everything.casefold()]
        transaction.set_rollback(True)


def grounds_with(facts, channels):
    """An ordinary preventive decision about a minor, with these facts."""
    begins = datetime(2020, 12, 29, tzinfo=UTC)
    article = next(one for one in load("rempart").articles if one.id == "live")
    until = begins + timedelta(days=14)
    return fields.Grounds(
        number="rempart-1",
        mode="preventive",
        measures={"no_live": ["live"]},
        articles=[article],
        rulebook="rempart",
        version="2026-11-22",
        digest="0" * 64,
        begins_at=begins,
        ends_at=until,
        review_due=begins + timedelta(days=7),
        told=facts,
        channels=channels,
        approval="two_reviewers",
        adult=False,
        redress=fields.Redress(reply_until=until, complaint_until=until, body_name="", body_url="https://example.org"),
    )


def voice(handle="zoe.r", at=None, conduct=("nude_request",), stance="testimony", channel="form"):
    at = at or datetime(2020, 6, 17, tzinfo=UTC)
    return (handle, WORDINGS[0], list(conduct), ["snapchat"], at, stance, channel)


def test_a_sole_source_is_told_of_by_category_and_month_alone(case_of):
    case, record = case_of([voice()], sources=1.0)
    found = told(case, record)
    assert (found.conduct, found.months, found.services, found.agreed) == (("nude_request",), ("2020-06",), (), ())


def test_what_came_after_the_decision_is_not_told_so_that_its_time_shows_nothing(case_of):
    case, record = case_of(
        [voice(), voice("lea.martin07", at=datetime(2020, 8, 1, tzinfo=UTC), conduct=["sextortion"])],
        sources=3.0,
        as_of=datetime(2020, 7, 1, tzinfo=UTC),
    )
    assert told(case, record).conduct == ("nude_request",)
    assert told(case, record).months == ("2020-06",)


def test_a_service_that_two_people_name_is_not_told_and_one_that_three_name_is(case_of):
    people = [voice(handle) for handle in HANDLES[:2]]
    case, record = case_of(people, sources=3.0)
    assert told(case, record).services == ()
    case, record = case_of([*people, voice(HANDLES[2])], sources=3.0)
    assert told(case, record).services == ("snapchat",)


def test_the_same_person_twice_is_one_person(case_of):
    case, record = case_of([voice(), voice(), voice()], sources=3.0)
    assert told(case, record).services == ()


def test_a_month_is_the_month_in_paris(case_of):
    case, record = case_of([voice(at=datetime(2020, 6, 30, 22, 30, tzinfo=UTC))], sources=1.0)
    assert told(case, record).months == ("2020-07",)


def test_a_dispute_is_not_told(case_of):
    case, record = case_of([voice(), voice("zoe.r", conduct=["harassment"], stance="dispute")], sources=3.0)
    assert told(case, record).conduct == ("nude_request",)


def test_before_anything_was_stated_nothing_is_told(case_of):
    case, _record = case_of([voice()], sources=4.0)
    assert told(case, None).conduct == ()


@pytest.mark.parametrize("answer", [None, False])
def test_a_fact_that_was_refused_or_not_answered_is_not_told(case_of, complainant_of, reviewer, answer):
    case, record = case_of([voice(handle) for handle in HANDLES], sources=4.0)
    fact = proposed(case, complainant_of(case), reviewer)
    if answer is not None:
        agreed_to(fact, approved=answer)
    assert told(case, record).agreed == ()


def test_a_fact_is_no_longer_told_once_its_complainant_changes_their_mind_or_withdraws(
    case_of, complainant_of, reviewer
):
    case, record = case_of([voice(handle) for handle in HANDLES], sources=4.0)
    first, second = complainant_of(case), complainant_of(case)
    facts = [proposed(case, one, reviewer) for one in (first, second)]
    for fact in facts:
        agreed_to(fact, approved=True)
    assert len(told(case, record).agreed) == 2
    agreed_to(facts[0], approved=False)
    second.withdrawn_at = now()
    second.save()
    assert told(case, record).agreed == ()


def test_a_complainant_is_asked_in_their_own_conversation_in_both_languages(
    case_of, complainant_of, reviewer, events_of
):
    case, _record = case_of([voice()], sources=1.0)
    complainant, other = complainant_of(case, minor=True), complainant_of(case)
    fact = proposed(case, complainant, reviewer)
    (message,) = complainant.conversation.messages.all()
    assert message.kind == "fact_to_approve"
    assert TEXT["fr"] in message.text["fr"]
    assert TEXT["en"] in message.text["en"]
    assert "si tu es d’accord" in message.text["fr"]
    assert not other.conversation.messages.exists()
    agreed_to(fact, approved=True)
    assert events_of(fact) == ["fact_proposed", "fact_answered"]


@pytest.mark.parametrize(
    "words",
    [
        "C’était le 12 juin.",
        "Vers 23h17.",
        "It was on a Tuesday.",
        "@lea.martin07 l’a dit.",
        "lea martin07 l’a dit.",
        "Au lycée, pendant la récréation.",
        "Une fille de la région l’a dit.",
        "She was 13 years old.",
        "Il m’a demandé des photos un soir.",
        "Voir https://example.org/1",
        "Appelez le 06 12 34 56 78.",
    ],
)
def test_words_that_could_lead_to_somebody_are_refused(case_of, complainant_of, reviewer, words):
    from rempart.casework.services.disclosing import LeadsToSomebody

    case, _record = case_of([voice("lea.martin07", channel="public_post")], sources=1.0)
    with pytest.raises(LeadsToSomebody):
        proposed(case, complainant_of(case), reviewer, {"fr": words, "en": "Pressing messages."})


def test_the_respondents_own_handle_hides_no_other_that_begins_or_ends_with_it(case_of, reviewer):
    from rempart.casework.services.disclosing import LeadsToSomebody, ensure_leads_to_nobody

    case, _record = case_of([voice("lea.martin07", channel="public_post")], sources=1.0)
    for own in ("lea", "Lea", "martin07", "lea.martin"):
        case.account.handle = own
        ensure_leads_to_nobody(case, [f"@{own}, ceci est votre compte : {own}."], fact=False)
        for words in ("C’est @lea.martin07.", "lea.martin07 l’a dit."):
            with pytest.raises(LeadsToSomebody):
                ensure_leads_to_nobody(case, [words], fact=False)


def test_a_fact_cannot_speak_of_guilt(case_of, complainant_of, reviewer):
    from rempart.casework.statements.wording import FindingOfGuilt

    case, _record = case_of([voice()], sources=1.0)
    with pytest.raises(FindingOfGuilt):
        proposed(case, complainant_of(case), reviewer, {"fr": "Il est coupable.", "en": "Pressing messages."})


def test_somebody_who_withdrew_is_asked_nothing(case_of, complainant_of, reviewer):
    from rempart.casework.services.disclosing import CannotBeAsked

    case, _record = case_of([voice()], sources=1.0)
    with pytest.raises(CannotBeAsked):
        proposed(case, complainant_of(case, withdrawn_at=now()), reviewer)


def test_who_may_not_review_asks_nobody(case_of, complainant_of, staff_member):
    from rempart.casework.errors import NotAllowed

    case, _record = case_of([voice()], sources=1.0)
    with pytest.raises(NotAllowed):
        proposed(case, complainant_of(case), staff_member("auditor"))


@given(st.text(max_size=200), st.sampled_from(WORDINGS))
def test_five_words_of_a_testimony_are_found_wherever_they_stand(around, said):
    words = said.split()
    found = identity.leads_to_somebody(f"{around} . {' '.join(words[:6])} .", names=[], said=[said], fact=False)
    assert any(words[0] in one.words for one in found)


def test_a_letter_may_name_the_date_of_a_review():
    assert identity.leads_to_somebody("Nous regardons le 29 juin à 18 h.", names=[], said=[], fact=False) == []
