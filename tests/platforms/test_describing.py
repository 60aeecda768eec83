"""What platforms know of accounts, learnt when a case opens and now and then, with where it came from and when."""

from datetime import timedelta

import pytest

from platforms.memory import MemoryConnector, passing
from rempart.intake.models import Account
from rempart.ledger.clock import now
from rempart.platforms.connector import Description
from rempart.platforms.models import AccountDescription
from rempart.platforms.services.describing import FRESH, describe_account, describe_due
from rempart.records import AccountReference


@pytest.fixture
def says(memory, monkeypatch):
    """Let the platform say this of the account "leo.vrtx": `says(age_band="16_17")`."""

    def say(handle: str = "leo.vrtx", number: str | None = "7", **facts) -> None:
        reference = AccountReference("tiktok", handle, number)

        def describe(connector, account):
            connector._ask("describe", account)
            return Description(reference=reference, **facts)

        monkeypatch.setattr(MemoryConnector, "describe", describe)

    return say


@pytest.fixture
def leo(memory, respondent):
    """An account of the platform of which nothing is known."""
    return respondent(handle="leo.vrtx", age_band=None)


def again(account):
    """The account as it is stored now."""
    return Account.objects.get(pk=account.pk)


def test_what_the_platform_says_is_learnt(leo, says):
    says(reach=1200, age_band="16_17", monetised=True, country="FR")
    describe_account(leo)
    known = again(leo)
    assert (known.reach, known.age_band, known.monetised, known.country) == (1200, "16_17", True, "FR")


def test_its_number_is_kept_so_that_handles_are_followed(leo, says):
    says()
    describe_account(leo)
    says(handle="leo.new")
    describe_account(again(leo))
    assert (again(leo).platform_id, again(leo).handle) == ("7", "leo.new")


def test_what_it_does_not_say_stays_as_it_was_known(leo, says):
    Account.objects.filter(pk=leo.pk).update(age_band="13_15")
    says(reach=5)
    describe_account(again(leo))
    assert (again(leo).age_band, again(leo).reach) == ("13_15", 5)


def test_what_it_takes_back_is_unknown_again(leo, says):
    says(age_band="18_plus")
    describe_account(leo)
    says(age_band=None)
    describe_account(again(leo))
    assert again(leo).age_band is None
    assert not again(leo).held_to_be_adult


def test_what_somebody_else_corrected_meanwhile_is_not_taken_back(leo, says):
    says(age_band="18_plus")
    describe_account(leo)
    Account.objects.filter(pk=leo.pk).update(age_band="16_17")
    says(age_band=None)
    describe_account(again(leo))
    assert again(leo).age_band == "16_17"


def test_it_is_kept_where_it_came_from_and_when(leo, says, memory):
    says(reach=3, staff=True)
    described = describe_account(leo)
    assert (described.platform, described.said["reach"], described.staff) == (memory.platform, 3, True)
    assert described.answered_at == described.asked_at


def test_a_handle_that_is_another_accounts_now_teaches_nothing(leo, says):
    Account.objects.filter(pk=leo.pk).update(platform_id="7")
    says(number="8", age_band="18_plus")
    described = describe_account(again(leo))
    assert again(leo).age_band is None
    assert "another account" in described.problem


def test_what_cannot_be_true_is_not_learnt(leo, says):
    says(age_band="ancient", reach=-1)
    assert describe_account(leo).problem
    assert (again(leo).age_band, again(leo).reach) == (None, None)


def test_a_platform_that_does_not_answer_changes_nothing(leo, says, memory):
    says(age_band="18_plus")
    describe_account(leo)
    memory.trouble = passing("describe")
    described = describe_account(again(leo))
    assert (again(leo).age_band, described.problem) == ("18_plus", "HTTP 503")
    assert described.said["age_band"] == "18_plus"


def test_an_account_of_no_platform_is_not_asked_about(memory, respondent):
    assert describe_account(respondent(service="snapchat")) is None
    assert memory.calls == []


def test_what_is_learnt_is_in_the_ledger_once(leo, says, events_of):
    says(reach=1200)
    describe_account(leo)
    describe_account(again(leo))
    assert events_of(leo).count("account_described") == 1


def test_what_changed_is_judged_again(leo, says):
    from procrastinate.contrib.django.models import ProcrastinateJob

    says(age_band="18_plus")
    describe_account(leo)
    (job,) = ProcrastinateJob.objects.filter(task_name="casework.assess_accounts")
    assert job.args == {"accounts": [leo.pk]}


def test_opening_a_case_has_the_platform_asked(leo, judged):
    from procrastinate.contrib.django.models import ProcrastinateJob

    judged(leo)
    (job,) = ProcrastinateJob.objects.filter(task_name="platforms.describe")
    assert job.args == {"account": leo.pk}


def test_open_cases_are_asked_about_once_a_day(leo, says, judged, clock):
    says(reach=1)
    judged(leo, credibility=0.1)
    assert (describe_due(), describe_due()) == (1, 0)
    clock.move(FRESH + timedelta(minutes=1))
    assert describe_due() == 1


def test_where_a_proposal_waits_every_hour(leo, says, judged, clock):
    says(reach=1)
    judged(leo, credibility=0.85)
    describe_due()
    clock.move(timedelta(minutes=61))
    assert describe_due() == 1


def test_only_so_many_at_a_time_those_never_asked_about_first(memory, says, judged, respondent):
    says()
    accounts = [respondent(handle=f"star.{n}") for n in range(3)]
    for account in accounts:
        judged(account, credibility=0.1)
    AccountDescription.objects.create(account=accounts[0], platform=memory.platform, asked_at=now() - timedelta(days=3))
    assert describe_due(limit=2) == 2
    assert AccountDescription.objects.get(account=accounts[0]).asked_at < now() - timedelta(days=2)


def test_a_platform_that_is_left_alone_is_not_asked(leo, says, judged, memory):
    says()
    judged(leo, credibility=0.1)
    memory.platform.closed_until = now() + timedelta(minutes=5)
    memory.platform.save()
    assert describe_due() == 0


def test_an_answer_that_nobody_foresaw_keeps_no_other_account_from_being_described(leo, judged, respondent, memory):
    for account in (leo, respondent(handle="sam.k")):
        judged(account, credibility=0.1)
    answers = iter([KeyError("profile")])

    def trouble(_call):
        if error := next(answers, None):
            raise error

    memory.trouble = trouble
    assert describe_due() == 2
    assert AccountDescription.objects.filter(problem__contains="does not understand").count() == 1
