"""After a death: two people, silence everywhere, help for those who knew them, and no cause in any text."""

import re
from datetime import timedelta

import pytest

from rempart.care.errors import NotAllowed, NotWaiting, SamePerson, Silent
from rempart.care.models import CareFile, Postvention
from rempart.care.services import files, follow_ups, mandates, people, postvention
from rempart.care.services.welcome import welcome
from rempart.casework.models import Case, Decision
from rempart.casework.services import approve_decision
from rempart.casework.services.respondents import side_of, tell
from rempart.correspondence.delivering import deliver_due
from rempart.correspondence.endpoints import add_endpoint
from rempart.correspondence.models import Conversation, Delivery
from rempart.correspondence.selectors import messages_of
from rempart.correspondence.services import open_conversation, say
from rempart.records.references import AccountReference

# What would tell, or let guess, how somebody died: in the words of both languages, by their beginnings.
CAUSES = re.compile(
    r"suicid|overdos|accident|murder|meurtr|kill|tué|pend|hang|jump|saut|drown|noy|illness|maladi|drug|drogue"
    r"|took (his|her|their) (own )?life|mettre fin|mis fin|harcel|harass|because|parce qu|à cause|cause of|raison",
    re.IGNORECASE,
)


@pytest.fixture
def lost(looked_after, carer):
    """Somebody looked after of whom one person stated that they died."""
    file = looked_after("lou.sky", number="n-9", accepted=True)
    return postvention.declare_death(file.reference, source="family", acting=carer)


@pytest.fixture
def proposed(judged, respondent):
    """Propose a restriction of an account: `proposed("lou.sky")`."""
    return lambda handle: judged(respondent(handle=handle), credibility=0.9).decisions.get(state="proposed")


def test_a_second_person_confirms(lost, carer, other_carer):
    with pytest.raises(SamePerson):
        postvention.confirm_death(lost, acting=carer)
    assert postvention.confirm_death(lost, acting=other_carer).confirmed_by == other_carer


def test_a_reviewer_states_nothing(db, staff_member):
    with pytest.raises(NotAllowed):
        postvention.declare_death(
            AccountReference("tiktok", "lou.sky"), source="family", acting=staff_member("senior_reviewer")
        )


def test_from_the_first_statement_on_nothing_leaves_the_house_for_the_account(lost, platform):
    add_endpoint("The platform", platform.url, acting=None)
    conversation = files.conversation_of(lost.file)
    say(conversation, text={"fr": "Comment vas-tu ?", "en": "How are you?"})
    other = open_conversation("young", about="x:1", person="x:1", service="tiktok", account="somebody.else")
    say(other, text={"fr": "Bonjour.", "en": "Hello."})
    assert deliver_due() == 1
    assert b"somebody.else" in platform.received[0].body
    assert messages_of(conversation, outside=True) == []


def test_what_was_on_its_way_stays_in_the_house(looked_after, carer, platform):
    add_endpoint("The platform", platform.url, acting=None)
    file = looked_after("lou.sky")
    welcome(file, acting=carer)
    postvention.declare_death(file.reference, source="platform", acting=carer)
    assert deliver_due() == 0
    assert platform.received == []


def test_the_welcome_the_follow_ups_and_a_pause_stop(lost, carer):
    with pytest.raises(Silent):
        welcome(lost.file, acting=carer)
    with pytest.raises(Silent):
        follow_ups.do_step(lost.file, "welcome", acting=carer)
    from rempart.care import selectors

    assert not selectors.steps_due().filter(file=lost.file).exists()


def test_guardians_and_agents_are_not_written_to_either(looked_after, carer):
    file = looked_after("lou.sky", age_band="13_15")
    files.say_whether_safe(file, True)
    guardian = people.name_guardian(file, name="Anne Sky", reach="anne@example.org")
    people.tell_guardian(guardian)
    mandates.check_mandate(
        mandates.give_mandate(file, name="Sam", reach="sam@example.org", scope=["press"]), acting=carer
    )
    postvention.declare_death(file.reference, source="family", acting=carer)
    kinds = Conversation.objects.filter(silent_since__isnull=False).values_list("kind", flat=True)
    assert set(kinds) == {"young", "guardian", "agent"}
    assert deliver_due() == 0


def test_a_case_stays_as_it_is_and_its_statement_waits_for_a_person(proposed, reviewer, carer, platform, clock):
    add_endpoint("The platform", platform.url, acting=None)
    decision = proposed("lou.sky")
    death = postvention.declare_death(AccountReference("tiktok", "lou.sky"), source="authority", acting=carer)
    approve_decision(decision, acting=reviewer, reason="credible")
    clock.move(timedelta(minutes=2))  # until it can no longer be undone, nobody is told
    case = Case.objects.get()
    tell(case)
    decision.refresh_from_db()
    assert decision.state == Decision.State.TAKEN
    assert side_of(case).conversation.silent_since is not None
    assert deliver_due() == 0
    waiting = list(postvention.waiting_messages(death))
    assert waiting
    postvention.let_message_go(death, waiting[0], acting=carer)
    assert deliver_due() == 1
    assert messages_of(side_of(case).conversation, outside=True) == [waiting[0]]


def test_what_somebody_who_died_reported_themself_is_not_answered_to_them(db, carer, book):
    from rempart.intake.services import HandedReport, receive_report
    from rempart.records import Reporter

    report = receive_report(
        HandedReport(
            number="R-7",
            service="tiktok",
            about=AccountReference("tiktok", "somebody.else"),
            text="Il m’a écrit.",
            reporter=Reporter(id="lou.sky"),
        )
    )
    postvention.declare_death(AccountReference("tiktok", "lou.sky"), source="friend", acting=carer)
    report.conversation.refresh_from_db()
    assert report.conversation.silent_since is not None


def test_a_mistake_ends_the_silence_and_what_waited_goes_out(lost, carer, platform):
    add_endpoint("The platform", platform.url, acting=None)
    say(files.conversation_of(lost.file), text={"fr": "Bonjour.", "en": "Hello."})
    postvention.say_mistaken(lost, acting=carer)
    assert CareFile.objects.get().standing == "accepted"
    assert deliver_due() == 1
    assert not Postvention.objects.filter(mistaken_at=None).exists()


def test_what_two_people_confirmed_is_not_taken_back_by_one_of_them(lost, carer, other_carer, staff_member):
    postvention.confirm_death(lost, acting=other_carer)
    with pytest.raises(SamePerson):
        postvention.say_mistaken(lost, acting=carer)
    postvention.say_mistaken(lost, acting=staff_member("care", name="Third"))


def test_an_alert_about_somebody_who_died_stays_silent(lost, noticed):
    file = files.take_up(noticed("n-9", handle="lou.sky"))
    assert file.state == "frozen"
    assert not Delivery.objects.exists()


def test_an_alert_about_an_account_that_fell_silent_without_a_file_opens_a_silent_one(noticed, carer):
    postvention.declare_death(AccountReference("tiktok", "new.one"), source="platform", acting=carer)
    assert files.take_up(noticed("n-3", handle="new.one")).state == "frozen"


def test_those_who_knew_them_are_offered_help_once_two_people_confirmed_it(lost, carer, other_carer):
    friend = AccountReference("tiktok", "ami.proche")
    with pytest.raises(NotWaiting):
        postvention.offer_to_peer(lost, friend, acting=carer)
    postvention.confirm_death(lost, acting=other_carer)
    peer = postvention.offer_to_peer(lost, friend, acting=carer)
    assert postvention.offer_to_peer(lost, friend, acting=other_carer) == peer
    [message] = peer.file.conversation.messages.all()
    assert peer.file.state == "offered"
    assert "lou.sky" not in str(message.text)


def test_whoever_is_offered_help_is_not_welcomed_as_a_star_but_asked_how_they_are(lost, carer, other_carer):
    postvention.confirm_death(lost, acting=other_carer)
    peer = postvention.offer_to_peer(lost, AccountReference("tiktok", "ami.proche"), acting=carer)
    waiting = {step.kind for step in peer.file.steps.all() if step.waits}
    assert {"call", "day_1", "day_7", "day_30"} <= waiting
    assert not waiting & {"welcome", "protections", "duties"}


def test_no_text_states_or_hints_at_a_cause():
    texts = [text for texts in postvention.words().values() for text in texts.values()]
    assert len(texts) == 4
    assert [found.group() for text in texts for found in CAUSES.finditer(text)] == []


def test_there_is_nowhere_to_write_a_cause():
    assert {field.name for field in Postvention._meta.get_fields() if field.get_internal_type() == "TextField"} == set()
