"""Statements of reasons reach the database once each, whatever goes wrong on the way."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accountability.dsa.commission import errors_of
from accountability.dsa.statements import changed
from rempart.accountability.dsa.checking import validate
from rempart.ledger.clock import now

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def send():
    """Send what is due: what the run came to."""
    from rempart.accountability.services.submitting import send_due

    return send_due


@pytest.fixture
def submissions():
    """Submissions by state: `submissions("taken")`."""
    from rempart.accountability.models import Submission

    def find(state):
        return list(Submission.objects.filter(state=state).order_by("pk"))

    return find


# --- declared


def test_a_statement_of_reasons_is_declared_once_and_names_nobody(stated, submissions, events_of):
    from rempart.accountability.services.submitting import enlist

    statement = stated(handle="leo.vrtx")
    assert [enlist(), enlist()] == [1, 0]
    [one] = submissions("waits")
    assert one.statement == statement
    assert one.puid == one.payload["puid"]
    assert one.puid.startswith(f"{statement.fields['number']}-")
    assert validate(one.payload) == []
    assert "leo" not in str(one.payload)


def test_the_identifier_of_a_statement_is_always_the_same(stated):
    from rempart.accountability.services.submitting import puid_of

    statement, other = stated(), stated()
    assert puid_of(statement) == puid_of(type(statement).objects.get(pk=statement.pk))
    assert puid_of(statement) != puid_of(other)


def stated_again(statement, fields):
    """The statement with other fields: it is never changed, so another takes its place."""
    statement.delete()
    return type(statement).objects.create(
        decision=statement.decision, made_at=now(), fields=fields, texts=statement.texts
    )


def test_what_cannot_be_declared_waits_for_a_person_and_keeps_nothing_back(stated, submissions, events_of):
    from rempart.accountability.services.submitting import declare_again, enlist

    wrong, unreadable, good = stated(), stated(), stated()
    transparency = wrong.fields["transparency"] | {"category": "SOMETHING"}
    wrong = stated_again(wrong, wrong.fields | {"transparency": transparency})
    unreadable = stated_again(unreadable, {"number": "rempart-9"})
    assert enlist() == 3
    [refused, unread] = sorted(submissions("refused"), key=lambda one: one.statement_id)
    assert refused.problems[0]["field"] == "category"
    assert unread.problems[0]["field"] == "statement"
    assert refused.payload == unread.payload == {}
    assert events_of(refused) == ["submission_refused"]
    assert [one.statement for one in submissions("waits")] == [good]
    assert declare_again(refused, acting=None).state == "refused"


def test_a_statement_that_left_with_its_case_is_still_sent(stated, api, send, submissions):
    from rempart.accountability.services.submitting import enlist
    from rempart.casework.models import Statement

    statement = stated()
    enlist()
    Statement.objects.filter(pk=statement.pk).delete()
    assert send().taken == 1
    assert submissions("taken")[0].statement is None


# --- sent


def test_nothing_is_sent_without_a_token(api, send, waiting, settings, submissions):
    settings.REMPART_DSA_TOKEN = ""
    waiting(3)
    assert send().taken == 0
    assert not api.batches
    assert len(submissions("waits")) == 3


def test_what_waits_is_sent_in_batches_of_a_hundred_and_recorded(api, send, waiting, submissions, events_of):
    puids = waiting(250)
    sent = send()
    assert (sent.taken, sent.known, sent.refused, sent.put_off) == (250, 0, 0, 0)
    assert api.batches == [100, 100, 50]
    assert sorted(api.taken) == puids
    for one in submissions("taken"):
        assert one.uuid == api.numbers[one.puid]
        assert api.taken[one.puid] == one.payload
    assert events_of(submissions("taken")[0]) == ["submission_taken"]
    assert send().taken == 0
    assert not api.twice


def test_those_at_fault_are_taken_out_of_a_batch_and_the_others_go(api, send, waiting, submissions, events_of):
    from rempart.accountability.models import Submission

    puids = waiting(100)
    api.refusing = {puids[3], puids[50]}
    Submission.objects.filter(puid=puids[70]).update(payload=changed(puid=puids[70], category="SOMETHING"))
    sent = send()
    assert (sent.taken, sent.refused) == (97, 3)
    refused = submissions("refused")
    assert [one.puid for one in refused] == [puids[3], puids[50], puids[70]]
    assert refused[0].problems == [
        {"field": "decision_facts", "rule": "api", "message": "The decision facts field is not to our liking."}
    ]
    assert refused[2].problems[0]["field"] == "category"
    assert events_of(refused[0]) == ["submission_refused"]
    assert api.batches == [100, 97]


def test_where_the_answer_does_not_say_which_the_batch_is_halved_until_it_does(api, send, waiting, submissions):
    puids = waiting(16)
    api.refusing, api.unexplained = {puids[5]}, True
    sent = send()
    assert (sent.taken, sent.refused) == (15, 1)
    assert [one.puid for one in submissions("refused")] == [puids[5]]
    assert submissions("refused")[0].problems[0]["message"] == "Something is wrong."


def test_a_batch_that_is_too_large_is_halved(api, send, waiting):
    waiting(10)
    api.trouble = [413, 413]
    assert send().taken == 10


@pytest.mark.parametrize("trouble", [429, 500, 502, 503, "unheard", "lost"])
def test_what_may_pass_puts_off_and_is_tried_again(api, send, waiting, submissions, clock, trouble):  # noqa: PLR0917
    puids = waiting(30)
    api.trouble = [trouble]
    sent = send()
    assert (sent.taken, sent.put_off) == (0, 30)
    assert all(one.trouble and one.next_at > now() for one in submissions("waits"))
    assert send().taken == 0
    clock.move(timedelta(hours=1))
    assert send().taken == 30
    assert sorted(api.taken) == puids
    assert not api.twice


def test_the_longer_it_lasts_the_longer_it_waits_and_never_less_than_asked(api, send, waiting, submissions, clock):
    waiting(1)
    api.trouble, api.headers = [429], {"Retry-After": "900"}
    send()
    [one] = submissions("waits")
    assert one.next_at >= now() + timedelta(seconds=890)


def test_after_an_answer_was_lost_each_identifier_is_looked_up_before_anything_is_sent(
    api, send, waiting, submissions, clock
):
    puids = waiting(5)
    api.trouble = ["lost"]
    send()
    clock.move(timedelta(hours=1))
    sent = send()
    assert (sent.taken, sent.known) == (5, 5)
    assert api.asked == puids
    assert api.batches == [5]
    assert {one.uuid for one in submissions("taken")} == {""}


def test_after_the_rate_limit_nothing_is_looked_up_since_nothing_was_taken(api, send, waiting, clock):
    waiting(5)
    api.trouble = [429]
    send()
    clock.move(timedelta(hours=1))
    assert send().taken == 5
    assert not api.asked


def test_what_the_database_had_all_along_is_recorded_and_the_rest_is_sent(api, send, waiting, submissions):
    puids = waiting(10)
    api.taken = {puids[2]: {}, puids[7]: {}}
    sent = send()
    assert (sent.taken, sent.known) == (10, 2)
    assert sorted(api.taken) == puids
    assert not submissions("waits")


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_what_a_person_has_to_set_right_refuses_no_statement(api, send, waiting, submissions, status, caplog):  # noqa: PLR0917
    waiting(5)
    api.trouble = [status]
    sent = send()
    assert (sent.refused, sent.put_off) == (0, 5)
    assert "REMPART_DSA_" in sent.trouble
    assert "REMPART_DSA_" in caplog.text
    assert len(submissions("waits")) == 5


def test_a_wrong_token_is_told_and_stands_in_no_log(api, send, waiting, settings, caplog):
    settings.REMPART_DSA_TOKEN = "8|another-token"
    waiting(1)
    assert "REMPART_DSA_TOKEN" in send().trouble
    assert "another-token" not in caplog.text


def test_an_address_where_nobody_answers_puts_off(send, waiting, settings, submissions):
    settings.REMPART_DSA_ADDRESS, settings.REMPART_DSA_TOKEN = "http://127.0.0.1:9/api/v1", "7|of-the-tests"
    waiting(2)
    assert send().put_off == 2
    assert submissions("waits")[0].trouble == "the Transparency Database does not answer"


def test_one_that_fails_the_others_with_it_goes_alone_in_the_end(api, send, waiting, submissions, clock):
    from rempart.accountability.models import Submission

    waiting(20)
    Submission.objects.update(attempts=5)
    assert send().taken == 20
    assert api.batches == [1] * 20


def test_the_pace_stays_below_the_rate_limit(api, monkeypatch):
    import time

    from rempart.accountability.dsa.api import A_SECOND, TransparencyDatabase

    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with TransparencyDatabase(api.address, "7|of-the-tests") as there:
        for _again in range(5):
            there.has("rempart-1")
    assert A_SECOND <= 200
    assert sum(slept) > 0
    assert max(slept) <= 1 / A_SECOND


def test_the_worker_declares_and_sends(stated, api, submissions):
    from rempart.accountability.tasks import submit

    stated()
    submit(0)
    assert len(api.taken) == len(submissions("taken")) == 1


# --- corrected


@pytest.fixture
def taken(stated, api, send, submissions):
    """The submission of a statement about @leo.vrtx that the database took."""
    from rempart.accountability.services.submitting import enlist

    stated(handle="leo.vrtx")
    enlist()
    send()
    [one] = submissions("taken")
    return one


def test_what_was_taken_is_corrected_by_another_statement_that_names_it(taken, api, send, liaison, events_of):
    from rempart.accountability.services.submitting import correct

    new = correct(taken, because="The end was a day too late.", acting=liaison)
    assert new.puid == f"{taken.puid}-2"
    assert f"{taken.puid}: The end was a day too late." in new.payload["decision_facts"]
    assert errors_of(new.payload) == {}
    assert events_of(new) == ["submission_corrected"]
    assert send().taken == 1
    assert sorted(api.taken) == [taken.puid, new.puid]


@pytest.mark.parametrize("because", ["", "  ", "@lea.b said so", "It was leo.vrtx", "Write to a@example.org"])
def test_a_reason_that_names_somebody_is_refused(taken, liaison, because):
    from rempart.accountability.services.submitting import CannotBeSaid, correct

    with pytest.raises(CannotBeSaid):
        correct(taken, because=because, acting=liaison)


def test_a_statement_is_corrected_once_at_a_time_and_only_after_it_was_taken(taken, liaison):
    from rempart.accountability.services.submitting import NotTaken, correct

    new = correct(taken, because="Wrong.", acting=liaison)
    for one in (taken, new):
        with pytest.raises(NotTaken):
            correct(one, because="Wrong again.", acting=liaison)


def test_what_was_refused_is_declared_again_under_its_identifier(stated, api, submissions, liaison, events_of):
    from rempart.accountability.services.submitting import NotRefused, declare_again, enlist, send_due

    stated()
    enlist()
    [one] = submissions("waits")
    api.refusing = {one.puid}
    send_due()
    api.refusing = set()
    declare_again(one, acting=liaison)
    assert send_due().taken == 1
    assert events_of(one) == ["submission_refused", "submission_retried", "submission_taken"]
    with pytest.raises(NotRefused):
        declare_again(one, acting=liaison)


def test_the_tables_refuse_to_change_what_was_taken(api, send, waiting, submissions):
    from rempart.accountability.models import Submission

    waiting(1)
    send()
    for change in ({"payload": {"a": 1}}, {"puid": "another"}, {"state": "waits", "taken_at": None, "next_at": now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Submission.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        submissions("taken")[0].delete()
