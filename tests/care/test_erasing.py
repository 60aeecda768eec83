"""Erasure, retention and copies: at their word at once, by time, and with the platform's part taken off first."""

from datetime import timedelta

import pytest

from rempart.care.errors import Silent
from rempart.care.models import Asked, CareFile, CareOrder, CareStep, Guardian, Mandate
from rempart.care.models.protections import Protection
from rempart.care.retention import ERASERS
from rempart.care.services import asking, erasing, files, follow_ups, mandates, people, postvention
from rempart.care.subjects import export_care
from rempart.correspondence.models import Conversation
from rempart.ledger.models import Content
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.verification import verify
from rempart.privacy.subjects import Subject, erase_subject

DAY = timedelta(days=1)


@pytest.fixture
def full(looked_after, carer):
    """A file with something of everything."""
    file = looked_after("zoe.pixel", age_band="13_15", accepted=True)
    follow_ups.do_step(file, "welcome", acting=carer, note="sleeps badly")
    files.say_whether_safe(file, True)
    people.tell_guardian(people.name_guardian(file, name="Anne Pixel", reach="anne@example.org"))
    mandates.give_mandate(file, name="Sam Agent", reach="sam@example.org", scope=["press"])
    asking.settle(asking.ask_for_call(file, phone="+33 6 00 00 00 00"), acting=carer, outcome="talked", note="mother")
    return CareFile.objects.get(pk=file.pk)


def test_at_their_word_everything_goes_at_once_and_the_ledger_still_holds(full):
    erasing.erase_as_asked(full)
    for kind in (CareFile, CareStep, Asked, Guardian, Mandate, Conversation):
        assert not kind.objects.exists(), kind
    said = " ".join(Content.objects.values_list("canonical", flat=True))
    assert "sleeps badly" not in said
    sequence_pending()
    assert verify().holds


def test_after_a_death_nothing_is_erased_by_a_link(full, carer):
    postvention.declare_death(full.reference, source="family", acting=carer)
    with pytest.raises(Silent):
        erasing.erase_as_asked(full)


@pytest.fixture
def protected(full, clock):
    """The platform has switched something on for them."""
    moment = clock.now()
    protection = Protection.objects.create(
        file=full,
        kind="no_live",
        lasts=30 * DAY,
        proposed_at=moment,
        accepted_at=moment,
        accepted_by="young",
        begins_at=moment,
        ends_at=moment + 30 * DAY,
    )
    return CareOrder.objects.create(
        file=full,
        kind="protect",
        protection=protection,
        ordered_at=moment,
        begins_at=moment,
        ends_at=moment + 30 * DAY,
        carried_out_at=moment,
    )


def test_what_the_platform_was_asked_for_is_taken_off_before_the_account_is_forgotten(full, protected, clock):
    erasing.erase_as_asked(full)
    left = CareFile.objects.get()
    assert (left.erasing_since is not None, left.age_band, left.conversation) == (True, None, None)
    protected.refresh_from_db()
    assert not protected.wanted
    assert erasing.finish_erasing() == 0
    CareOrder.objects.update(lifted_at=clock.now())
    assert erasing.finish_erasing() == 1
    assert not CareFile.objects.exists()


def test_a_platform_that_does_nothing_is_waited_for_a_week(full, protected, clock):
    erasing.erase_as_asked(full)
    clock.move(7 * DAY)
    assert erasing.finish_erasing() == 1


@pytest.mark.parametrize(("state", "stays"), [("offered", 0), ("declined", 0), ("accepted", 1), ("paused", 1)])
def test_by_time_only_what_goes_on_stays(looked_after, clock, state, stays):
    file = looked_after()
    acts = {"declined": files.decline, "accepted": files.accept, "paused": files.pause}
    if state in acts:
        acts[state](file)
    clock.move(181 * DAY)
    ERASERS["care_file"](clock.now() - 180 * DAY)
    assert CareFile.objects.count() == stays


def test_a_file_in_which_somebody_waits_for_a_human_is_not_erased_by_time(looked_after, clock):
    asking.say_not_well(files.decline(looked_after()))
    clock.move(181 * DAY)
    assert ERASERS["care_file"](clock.now() - 180 * DAY) == 0


def test_calls_are_forgotten_after_they_were_seen_to(full, clock):
    clock.move(91 * DAY)
    assert ERASERS["care_wish"](clock.now() - 90 * DAY) == 1


def test_a_copy_holds_what_is_theirs_and_no_note_of_the_team(full):
    held = export_care(Subject(service="tiktok", handle="zoe.pixel", role="respondent"))
    said = str(held.data)
    assert "anne@example.org" in said
    assert "welcome" in said
    for hidden in ("sleeps badly", "mother", "Nour Haddad"):
        assert hidden not in said


def test_erasing_somebody_erases_their_file(full):
    subject = Subject(service="tiktok", handle="zoe.pixel", role="author")
    told = {one.what: one.erased for one in erase_subject(subject, because="asked for", really=True)}
    assert told["files of the care team"] == 1
    assert not CareFile.objects.exists()


def test_not_a_star_forgets_whoever_was_not_written_to(noticed, carer):
    from rempart.lookout.services import judge_alert

    alert, other = noticed("n-1"), noticed("n-2")
    for one in (alert, other):
        files.take_up(one)
    follow_ups.do_step(CareFile.objects.get(platform_id="n-2"), "welcome", acting=carer)
    for one in (alert, other):
        judge_alert(one, true=False, acting=carer)
    assert CareFile.objects.get().platform_id == "n-2"
