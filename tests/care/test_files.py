"""Files of people looked after: who comes first, what they may do with it, and what it never does."""

from datetime import timedelta

import pytest

from rempart.care.errors import JudgesThem, NotAllowed, ReasonMissing, WrongState
from rempart.care.models import CareFile
from rempart.care.services import files, follow_ups
from rempart.care.services.guards import judges
from rempart.casework.models import Case
from rempart.intake.models import Account
from rempart.ledger.models import LedgerRow
from rempart.lookout.models import FameAlert
from rempart.lookout.signals import fame_alerted
from rempart.records.references import AccountReference

DAY = timedelta(days=1)


def test_an_alert_that_asks_for_a_person_opens_a_file(noticed):
    alert = noticed(handle="zoe.pixel", age_band="13_15", country="FR")
    fame_alerted.send(FameAlert, alert=alert)
    file = CareFile.objects.get()
    assert (file.handle, file.platform_id, file.age_band, file.language) == ("zoe.pixel", "n-1", "13_15", "fr")
    assert file.conversation.child_words
    alert.refresh_from_db()
    assert alert.state == "care"


def test_an_alert_to_be_watched_opens_none(noticed):
    fame_alerted.send(FameAlert, alert=noticed(tier="watch"))
    assert not CareFile.objects.exists()


def test_a_file_opens_no_case_and_names_no_account_of_intake(noticed):
    fame_alerted.send(FameAlert, alert=noticed())
    assert CareFile.objects.exists()
    assert not Case.objects.exists()
    assert not Account.objects.exists()


def test_the_same_alert_twice_opens_one_file(noticed):
    alert = noticed()
    assert files.take_up(alert) == files.take_up(alert)
    assert LedgerRow.objects.filter(event="care_file_opened").count() == 1


def test_the_youngest_come_first_and_an_unknown_age_before_older_minors(looked_after):
    for band in ("18_plus", "16_17", None, "13_15", "under_13"):
        looked_after(age_band=band)
    assert [file.age_band for file in CareFile.objects.all()] == ["under_13", "13_15", None, "16_17", "18_plus"]


def test_whoever_declined_is_not_asked_again_by_an_alert(noticed):
    file = files.take_up(noticed())
    files.decline(file)
    again = files.take_up(noticed(alert_at=file.noticed_at + DAY))
    assert (again.pk, again.state) == (file.pk, "declined")


def test_whoever_declined_may_change_their_mind(looked_after):
    file = files.decline(looked_after())
    assert files.accept(file).standing == "accepted"
    assert file.steps.filter(kind="welcome", skipped_at=None).exists()


def test_a_file_that_ended_is_offered_again_with_a_fresh_checklist(noticed, carer):
    file = files.take_up(noticed())
    files.end(file, acting=carer, reason="calm again")
    again = files.take_up(noticed(alert_at=file.noticed_at + DAY))
    assert again.standing == "offered"
    assert [step.kind for step in again.steps.all() if step.waits] == ["welcome"]


def test_a_pause_ends_by_itself_and_puts_the_steps_off(looked_after, carer, clock):
    file = looked_after(accepted=True)
    due = file.steps.get(kind="mentor").due
    files.pause(file, clock.now() + 3 * DAY)
    clock.move(3 * DAY)
    file.refresh_from_db()
    assert file.standing == "accepted"
    assert files.resume_what_is_over() == 1
    assert abs(file.steps.get(kind="mentor").due - due - 3 * DAY) < timedelta(seconds=5)


def test_pausing_something_declined_is_refused(looked_after):
    with pytest.raises(WrongState):
        files.pause(files.decline(looked_after()))


def test_a_person_says_why_they_open_a_file(db, carer):
    with pytest.raises(ReasonMissing):
        files.open_file(AccountReference("tiktok", "zoe.pixel"), acting=carer)


def test_nobody_outside_the_care_team_opens_a_file(db, staff_member):
    with pytest.raises(NotAllowed):
        files.open_file(AccountReference("tiktok", "zoe.pixel"), acting=staff_member("reviewer"), because="why not")


def test_the_checklist_follows_the_welcome(looked_after, carer, clock):
    file = looked_after(age_band="13_15", country="FR")
    assert [step.kind for step in file.steps.all()] == ["welcome"]
    follow_ups.do_step(file, "welcome", acting=carer)
    due = {step.kind: step.due - clock.now() for step in file.steps.all()}
    assert {"guardian", "duties", "call", "protections", "day_1", "day_7", "day_30"} < due.keys()
    assert [round(due[kind] / DAY, 1) for kind in ("day_1", "day_7", "day_30")] == [1.5, 8.0, 31.0]


def test_an_adult_has_no_guardian_to_tell(looked_after, carer):
    file = looked_after(age_band="18_plus")
    follow_ups.do_step(file, "welcome", acting=carer)
    assert not file.steps.filter(kind="guardian").exists()


def test_whoever_judged_a_case_about_somebody_does_not_look_after_them(judged, respondent, staff_member, carer):
    from rempart.casework.services import approve_decision

    both = staff_member("reviewer", "care", name="Les Deux")
    account = respondent(handle="lea.vrtx", age_band="18_plus")
    decision = judged(account, credibility=0.9).decisions.get(state="proposed")
    file = files.open_file(AccountReference("tiktok", "lea.vrtx"), acting=carer, because="asked")
    assert not judges(file, both)
    approve_decision(decision, acting=both, reason="credible")
    with pytest.raises(JudgesThem):
        follow_ups.do_step(file, "welcome", acting=both)
