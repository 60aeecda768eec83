"""Mandates of agents: they hold once checked, end at once, and never open a testimony."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from rempart.care.errors import NotAsWished, NotWaiting
from rempart.care.models import Mandate
from rempart.care.services import files, mandates
from rempart.correspondence.links import token_for
from rempart.correspondence.services import say
from rempart.intake.models import Testimony
from rempart.intake.services import HandedReport, receive_report
from rempart.records import Reporter

DAY = timedelta(days=1)
SAID = "Il m’a demandé de garder le secret sur Snapchat."


@pytest.fixture
def mandate(looked_after):
    """A mandate given by the person, not checked yet."""
    file = looked_after("lea.vrtx")
    return mandates.give_mandate(file, name="Sam Agent", reach="sam@example.org", scope=["contracts"])


def path_of(link):
    return "/" + link.split("/", 3)[3]


# Every page of somebody outside, by the kind of link that opens it.
PAGES = ("correspondence:mailbox", "casework:respondent", "casework:complainant", "care:young", "care:guardian")


def test_a_mandate_holds_once_it_is_checked_and_until_its_end(mandate, carer, clock):
    assert not mandate.valid
    mandates.check_mandate(mandate, acting=carer)
    mandate.refresh_from_db()
    assert mandate.valid
    clock.move(365 * DAY)
    assert not mandate.valid


def test_a_mandate_lasts_a_year_at_most(looked_after, clock):
    with pytest.raises(NotAsWished):
        mandates.give_mandate(
            looked_after(), name="Sam", reach="sam@example.org", scope=["press"], until=clock.now() + 366 * DAY
        )


@pytest.mark.parametrize("by", ["young", "guardian"])
def test_it_is_revoked_at_once_by_the_person_or_a_guardian(mandate, carer, by):
    page = path_of(mandates.check_mandate(mandate, acting=carer))
    assert Client().get(page).status_code == 200
    mandates.revoke_mandate(mandate, by=by)
    assert Client().get(page).status_code == 404
    mandate.refresh_from_db()
    assert not mandate.valid
    with pytest.raises(NotWaiting):
        mandates.check_mandate(mandate, acting=carer)


def test_what_is_over_is_shut(mandate, carer, clock):
    page = path_of(mandates.check_mandate(mandate, acting=carer))
    clock.move(365 * DAY)
    assert mandates.close_what_is_over() == 1
    assert mandates.close_what_is_over() == 0
    assert Client().get(page).status_code == 404


def test_whoever_holds_a_mandate_never_sees_a_testimony_nor_the_page_of_whom_they_work_for(
    mandate, carer, book, judged, respondent
):
    account = respondent(handle="lea.vrtx")
    said_by = Reporter(id="somebody.else")
    receive_report(HandedReport(number="R-1", about=account.reference, text=SAID, reporter=said_by, service="tiktok"))
    assert Testimony.objects.filter(account=account).exists()
    judged(account, credibility=0.9)
    file = mandate.file
    say(files.conversation_of(file), text={"fr": "Pour toi seule.", "en": "For you alone."})
    mandates.check_mandate(mandate, acting=carer)
    mandate.refresh_from_db()
    token = token_for(mandate.conversation)
    opened = {name: Client().get(reverse(name, args=[token])) for name in PAGES}
    assert {name for name, answer in opened.items() if answer.status_code == 200} == {"correspondence:mailbox"}
    seen = " ".join(answer.content.decode() for answer in opened.values())
    for hidden in (SAID, "Pour toi seule", "lea.vrtx", "somebody.else"):
        assert hidden not in seen


def test_a_mandate_gives_nothing_to_sign_in_with(mandate, carer):
    mandates.check_mandate(mandate, acting=carer)
    visitor = Client()
    visitor.get(path_of(mandates.check_mandate(mandate, acting=carer)))
    for name in ("casework:cases", "care:team"):
        assert visitor.get(reverse(name)).status_code == 302
    assert Mandate.objects.count() == 1
