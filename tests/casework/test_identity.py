"""Accounts linked across services: what a link needs, what it counts for at which degree, and what follows its end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart import records
from rempart.casework.links import as_one, counted_with, own_account_of
from rempart.casework.models import AccountLink, Case, Complainant, Decision, Reconsideration
from rempart.casework.selectors import menu_counts
from rempart.ledger.clock import now
from rempart.records import AccountReference

EVIDENCE = "Their profile here, of 12 June, shows the code of that account; the copy is file 4 of the conversation."


@pytest.fixture
def tell(book):
    """Hand over a report: `tell("leo", service="snapchat", reporter="lea")`; returns its Report."""
    from rempart.intake.services import HandedReport, receive_report

    numbers = iter(range(1000))

    def hand_over(handle="leo", *, service="tiktok", reporter=None, conduct=("nude_request",), **more):
        number = next(numbers)
        return receive_report(
            HandedReport(
                number=f"r{number}",
                service="tiktok",
                about=AccountReference(service, handle),
                text=more.pop("text", f"What they wrote me, in the words of person {number}."),
                conduct=list(conduct),
                reporter=records.Reporter(id=reporter or f"person{number}"),
                **more,
            )
        )

    return hand_over


@pytest.fixture
def assessed():
    """Assess accounts by hand, as the worker does; returns the newest assessment of the case of tiktok:leo."""
    from rempart.casework.services import assess_accounts
    from rempart.intake.models import Account

    def assess():
        assess_accounts(Account.objects.all())
        case = Case.objects.filter(account__service="tiktok", account__handle="leo").first()
        return case.assessments.first().assessment if case and case.assessments.exists() else None

    return assess


@pytest.fixture
def case(tell, assessed) -> Case:
    """The case of tiktok:leo, of whom one person spoke."""
    report = tell()
    assessed()
    return Case.objects.get(account=report.testimony.account)


SNAP = AccountReference("snapchat", "leo.snap")


@pytest.fixture
def propose(reviewer):
    """Propose a link with snapchat:leo.snap: `propose(case)`."""
    from rempart.casework.services.identity import propose_link

    return lambda case, other=SNAP, **more: propose_link(case, other, evidence=EVIDENCE, acting=reviewer, **more)


@pytest.fixture
def confirm(propose, colleague):
    """Have a link with snapchat:leo.snap proposed by one member and confirmed by another: `confirm(case)`."""
    from rempart.casework.services.identity import confirm_link

    return lambda case, other=SNAP: confirm_link(propose(case, other), acting=colleague)


# --- what counts


def test_homonyms_on_two_services_share_nothing(tell, assessed):
    for _person in range(6):
        tell("leo", service="snapchat")
    tell("leo")
    assert assessed()["testimonies"] == 1
    assert not AccountLink.objects.exists()
    assert not Decision.objects.exists()
    assert [str(one.account) for one in Case.objects.all()] == ["tiktok:leo"]


@pytest.mark.parametrize("degree", ["declared", "named", "proposed"])
def test_what_is_said_of_an_account_linked_below_confirmed_does_not_count(case, tell, assessed, reviewer, degree):
    from rempart.casework.services.identity import note_declared, propose_link

    for _person in range(6):
        tell("leo.snap", service="snapchat")
    if degree == "declared":
        note_declared(case, SNAP, said="Their profile here says so.", acting=reviewer)
    else:
        link = propose_link(case, SNAP, evidence=EVIDENCE, acting=reviewer)
        assert link.waits_for_a_second_person
    assert assessed()["testimonies"] == 1
    assert counted_with(case.account_id) == [case.account_id]
    assert not Decision.objects.exists()


def test_what_is_said_of_a_confirmed_account_counts_in_the_case_of_ours(case, tell, assessed, confirm):
    for _person in range(3):
        tell("leo.snap", service="snapchat")
    confirm(case)
    found = assessed()
    assert found["testimonies"] == 4
    assert found["by_service"]["snapchat"]["testimonies"] == 3
    assert found["about"] == {"service": "tiktok", "handle": "leo"}


def test_the_account_elsewhere_has_no_case_of_its_own_though_it_is_confirmed(case, tell, assessed, confirm):
    tell("leo.snap", service="snapchat")
    confirm(case)
    assessed()
    assert Case.objects.count() == 1


def test_what_comes_later_about_a_confirmed_account_is_assessed_in_the_case_of_ours(case, tell, confirm, assessed):
    from rempart.casework.services import assess_accounts
    from rempart.intake.models import Account

    confirm(case)
    report = tell("leo.snap", service="snapchat")
    assess_accounts(Account.objects.filter(pk=report.testimony.account_id))
    assert case.assessments.first().assessment["testimonies"] == 2


def test_a_chain_of_links_is_not_followed(case, tell, assessed, confirm):
    from rempart.intake.models import Account

    confirm(case)
    snap = Account.objects.get(service="snapchat")
    third = Account.objects.create(service="instagram", handle="leo.insta", first_seen_at=now())
    first, second = sorted((snap, third), key=lambda one: one.pk)
    link = AccountLink.objects.get()
    AccountLink.objects.create(
        first=first,
        second=second,
        degree="confirmed",
        noted_at=now(),
        evidence=EVIDENCE,
        proposed_at=now(),
        proposed_by=link.proposed_by,
        confirmed_at=now(),
        confirmed_by=link.confirmed_by,
    )
    tell("leo.insta", service="instagram")
    assert assessed()["testimonies"] == 1
    assert own_account_of(third) is None
    assert own_account_of(snap) == case.account


def test_two_accounts_of_ours_that_are_one_person_s_count_in_both_cases(case, tell, assessed, confirm, settings):
    settings.REMPART_PLATFORM_SERVICES = ["tiktok", "matrix:example.org"]
    matrix = AccountReference("matrix", "@leo:example.org")
    tell("@leo:example.org", service="matrix")
    assessed()
    confirm(case, matrix)
    assessed()
    assert {one.assessments.first().assessment["testimonies"] for one in Case.objects.all()} == {2}
    assert Case.objects.count() == 2


def test_an_account_on_a_server_that_is_not_ours_opens_no_case(tell, assessed, settings):
    settings.REMPART_PLATFORM_SERVICES = ["matrix:example.org"]
    tell("@leo:example.org", service="matrix")
    tell("@leo:elsewhere.example", service="matrix")
    assessed()
    assert [str(one.account) for one in Case.objects.all()] == ["matrix:@leo:example.org"]


# --- who may, and what the database holds


def test_nobody_confirms_what_they_proposed(case, propose, reviewer):
    from rempart.casework.errors import ProposedByYou
    from rempart.casework.services.identity import confirm_link

    link = propose(case)
    with pytest.raises(ProposedByYou):
        confirm_link(link, acting=reviewer)


def test_the_database_refuses_a_confirmation_by_the_one_who_proposed(case, propose, reviewer):
    link = propose(case)
    with pytest.raises(IntegrityError, match="confirmed_by_somebody_else"), transaction.atomic():
        AccountLink.objects.filter(pk=link.pk).update(degree="confirmed", confirmed_at=now(), confirmed_by=reviewer)


def test_the_database_refuses_a_confirmation_without_evidence(case, colleague, reviewer):
    from rempart.casework.services.identity import note_declared

    link = note_declared(case, SNAP, said="Their profile here says so.", acting=reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountLink.objects.filter(pk=link.pk).update(degree="confirmed", confirmed_at=now(), confirmed_by=colleague)


def test_the_database_refuses_a_link_within_a_service(respondent):
    with pytest.raises(IntegrityError, match="two services"), transaction.atomic():
        AccountLink.objects.create(first=respondent(), second=respondent(), degree="named", noted_at=now())


def test_a_proposal_without_evidence_is_refused(case, reviewer):
    from rempart.casework.errors import EvidenceNotNamed
    from rempart.casework.services.identity import propose_link

    with pytest.raises(EvidenceNotNamed):
        propose_link(case, SNAP, evidence="  ", acting=reviewer)


def test_an_account_of_the_same_service_is_not_linked(case, reviewer):
    from rempart.casework.errors import SameService
    from rempart.casework.services.identity import propose_link

    with pytest.raises(SameService):
        propose_link(case, AccountReference("tiktok", "leo.two"), evidence=EVIDENCE, acting=reviewer)


def test_who_declared_a_conflict_of_interest_confirms_nothing(case, propose, colleague):
    from rempart.casework.errors import Excluded
    from rempart.casework.models import ConflictOfInterest
    from rempart.casework.services.identity import confirm_link

    link = propose(case)
    ConflictOfInterest.objects.create(case=case, member=colleague, declared_at=now(), because="My cousin.")
    with pytest.raises(Excluded):
        confirm_link(link, acting=colleague)


def test_an_auditor_links_nothing(case, staff_member):
    from rempart.casework.errors import NotAllowed
    from rempart.casework.services.identity import propose_link

    with pytest.raises(NotAllowed):
        propose_link(case, SNAP, evidence=EVIDENCE, acting=staff_member("auditor"))


def test_the_ledger_tells_a_link_from_its_proposal_to_its_end(case, confirm, reviewer, events_of):
    from rempart.casework.services.identity import withdraw_link

    link = withdraw_link(confirm(case), reason="The code was somebody else's.", acting=reviewer)
    assert events_of(link) == [
        "identity_noted",
        "identity_proposed",
        "identity_confirmed",
        "identity_withdrawn",
    ]


# --- what people name together


@pytest.fixture
def posted(respondent):
    """Store what people say of both accounts in one post each: `posted(2)` people; returns the account of ours."""
    from rempart.intake.models import Account, Post, Testimony

    def say(people: int, *, others: int = 1, same_person: bool = False):
        leo = respondent(handle="leo")
        elsewhere = [
            Account.objects.create(service="snapchat", handle=f"leo{n or ''}", first_seen_at=now())
            for n in range(others)
        ]
        for number in range(people):
            post = Post.objects.create(
                service="bluesky",
                post_id=f"b{number}",
                source="bluesky",
                author=f"a{number}",
                created_at=now(),
                text="…",
                stance="testimony",
                stance_probability=1,
                read={},
                stored_at=now(),
            )
            for account in (leo, *elsewhere):
                Testimony.objects.create(
                    uid=f"bluesky:b{number}:{account}",
                    account=account,
                    post=post,
                    received_at=post.created_at,
                    channel="public_post",
                    stance="testimony",
                    conduct=["nude_request"],
                    conduct_services=[],
                    met_on=[],
                    reporter="same" if same_person else f"r{number}",
                    reporter_facts={},
                    evidence=[],
                )
        return leo

    return say


def test_two_people_who_name_both_accounts_together_have_it_noted_for_a_person_to_judge(posted, book, assessed):
    leo = posted(2)
    found = assessed()
    link = AccountLink.objects.get()
    assert (link.degree, link.noted_by, link.waits_for_a_second_person) == ("named", None, False)
    assert found["testimonies"] == 2
    assert counted_with(leo.pk) == [leo.pk]


def test_one_person_who_names_both_is_not_enough(posted, book, assessed):
    posted(3, same_person=True)
    assessed()
    assert not AccountLink.objects.exists()


def test_posts_that_accuse_several_people_link_nobody(posted, book, assessed):
    posted(3, others=2)
    assessed()
    assert not AccountLink.objects.exists()


def test_a_link_that_was_withdrawn_is_not_noted_again_by_itself(posted, book, assessed, reviewer):
    from rempart.casework.services.identity import withdraw_link

    posted(2)
    assessed()
    withdraw_link(AccountLink.objects.get(), reason="Two people, says their agency.", acting=reviewer)
    assessed()
    assert not AccountLink.objects.standing().exists()


def test_one_post_about_both_accounts_is_one_testimony_once_they_are_confirmed(
    posted, book, assessed, propose, colleague
):
    from rempart.casework.services.identity import confirm_link

    leo = posted(2)
    assessed()
    link = propose(leo.case, AccountReference("snapchat", "leo"))
    confirm_link(link, acting=colleague)
    assert assessed()["testimonies"] == 2


# --- what follows


def test_who_reported_the_other_account_joins_when_the_link_is_confirmed_and_leaves_when_it_is_withdrawn(
    case, tell, confirm, reviewer
):
    from rempart.casework.services.complainants import standing_of
    from rempart.casework.services.identity import withdraw_link

    report = tell("leo.snap", service="snapchat", minor=True)
    assert standing_of(report.conversation) == "elsewhere"
    link = confirm(case)
    joined = Complainant.objects.get(conversation=report.conversation)
    assert (joined.case, joined.minor) == (case, True)
    assert "changé" in report.conversation.messages.last().text["fr"]
    withdraw_link(link, reason="The code was somebody else's.", acting=reviewer)
    assert not Complainant.objects.filter(conversation=report.conversation).exists()
    assert standing_of(report.conversation) == "elsewhere"
    assert case.complainants.count() == 1


@pytest.fixture
def restrained(judged, reviewer, colleague, clock):
    """Have a preventive measure approved by two people, and the person told of it: `restrained(case)`."""
    from rempart.casework.services import approve_decision
    from rempart.casework.services.respondents import tell_respondents

    def approve(case) -> Decision:
        judged(case.account, credibility=0.85)
        waiting = case.decisions.get(state="proposed")
        approve_decision(waiting, acting=colleague, reason="Concordant.")
        decision = approve_decision(waiting, acting=reviewer, reason="Concordant.")
        clock.move(timedelta(minutes=2))
        tell_respondents()
        return decision

    return approve


@pytest.fixture
def withdraw(reviewer):
    """Withdraw a link: `withdraw(link)`."""
    from rempart.casework.services.identity import withdraw_link

    return lambda link: withdraw_link(link, reason="The code was somebody else's.", acting=reviewer)


def test_withdrawing_a_link_has_what_rested_on_it_looked_at_again(case, tell, confirm, restrained, withdraw):
    tell("leo.snap", service="snapchat")
    link = confirm(case)
    decision = restrained(case)
    withdraw(link)
    again = Reconsideration.objects.get()
    assert (again.because, again.decision.pk, again.state) == ("link", decision.pk, "waits")
    assert again.due_at <= now() + timedelta(hours=72)


def test_what_was_decided_before_a_link_was_confirmed_does_not_rest_on_it(case, tell, confirm, restrained, withdraw):
    restrained(case)
    tell("leo.snap", service="snapchat")
    withdraw(confirm(case))
    assert not Reconsideration.objects.exists()


@pytest.mark.parametrize("keep", [True, False])
def test_looking_again_tells_the_person_that_something_counts_no_more(case, tell, confirm, restrained, withdraw, keep):  # noqa: PLR0917
    from rempart.casework.services.reconsidering import answer_reconsideration

    tell("leo.snap", service="snapchat")
    link = confirm(case)
    decision = restrained(case)
    withdraw(link)
    answer_reconsideration(
        Reconsideration.objects.get(), keep=keep, acting=decision.approved_by, reasons="We looked again."
    )
    said = Case.objects.get(pk=case.pk).respondent_side.conversation.messages.order_by("pk").last()
    assert "autre compte" in said.text["fr"]
    assert "snapchat" not in said.text["fr"].casefold()


def test_an_account_elsewhere_stays_with_the_case_it_was_confirmed_for_and_leaves_otherwise(
    case, tell, confirm, clock, reviewer
):
    from rempart.casework.retention import erase_accounts_without_case
    from rempart.casework.services.identity import withdraw_link
    from rempart.intake.models import Account

    tell("leo.snap", service="snapchat")
    link = confirm(case)
    clock.move(timedelta(days=40))
    erase_accounts_without_case(now() - timedelta(days=30))
    assert Account.objects.filter(service="snapchat").exists()
    withdraw_link(link, reason="The code was somebody else's.", acting=reviewer)
    erase_accounts_without_case(now() - timedelta(days=30))
    assert not Account.objects.filter(service="snapchat").exists()


# --- properties of counting as one

PEOPLE = st.sampled_from(["a", "b", "c", "d"])
HANDLES = st.sampled_from(["leo", "mel", "kim"])
WHERE = st.sampled_from(["tiktok", "snapchat", "instagram"])


@st.composite
def said_of_several(draw):
    """Some testimonies about accounts whose handles are often equal across services."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        about = AccountReference(draw(WHERE), draw(HANDLES))
        found.append(
            records.Testimony(
                id=f"t{number}",
                received_at=now() - timedelta(minutes=draw(st.integers(0, 3))),
                channel="user_report",
                about=about,
                stance=draw(st.sampled_from(["testimony", "dispute"])),
                conduct=["nude_request"],
                conduct_services=draw(st.sampled_from([[], ["snapchat"], ["tiktok"]])),
                text=draw(st.sampled_from([None, "x", "y"])),
                reporter=records.Reporter(id=draw(PEOPLE)),
            )
        )
    return found


OURS = AccountReference("tiktok", "leo")


@given(said_of_several())
def test_without_a_confirmed_link_nothing_is_told_of_another_account(said):
    assert as_one(said, OURS, ()) == said


@given(said_of_several())
def test_an_equal_handle_is_told_of_nobody_else_when_another_account_is_linked(said):
    linked = AccountReference("instagram", "mel")
    told = as_one(said, OURS, {linked})
    homonyms = [one for one in said if one.about == AccountReference("snapchat", "leo")]
    assert [one for one in told if one.about == AccountReference("snapchat", "leo")] == homonyms
    assert {one.id for one in told if one.about == OURS} <= {one.id for one in said if one.about in (OURS, linked)}


@given(said_of_several())
def test_counting_as_one_loses_nobody_s_voice_and_invents_none(said):
    linked = AccountReference("snapchat", "mel")
    told = as_one(said, OURS, {linked})
    speaking = {one.reporter.id for one in said if one.about in (OURS, linked)}
    assert {one.reporter.id for one in told if one.about == OURS} == speaking
    assert all(one.about != linked for one in told)
    assert all(
        one.conduct_services
        for one in told
        if one.id not in {s.id for s in said if s.about == OURS} and one.about == OURS
    )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(degree=st.sampled_from(["declared", "named"]), handle=HANDLES, where=st.sampled_from(["snapchat", "instagram"]))
def test_no_degree_below_confirmed_ties_accounts_whatever_their_names(respondent, degree, handle, where):
    with transaction.atomic():
        ours = respondent(handle=handle)
        other = respondent(handle=handle, service=where)
        AccountLink.objects.create(first=ours, second=other, degree=degree, noted_at=now())
        assert counted_with(ours.pk) == [ours.pk]
        assert own_account_of(other) is None
        transaction.set_rollback(True)


# --- what the person is handed about themselves


def test_their_copy_holds_accounts_that_were_confirmed_and_not_what_others_say_of_them(case, tell, confirm, respondent):
    from rempart.casework.subjects import export_cases
    from rempart.privacy.subjects import Subject

    tell("leo.snap", service="snapchat")
    confirm(case)
    named = respondent(handle="leo.insta", service="instagram")
    AccountLink.objects.create(first=case.account, second=named, degree="named", noted_at=now())
    (held,) = export_cases(Subject(service="tiktok", handle="leo", role="respondent")).data
    assert [(one["account"], one["degree"]) for one in held["elsewhere"]] == [("snapchat:leo.snap", "confirmed")]


def test_erasing_the_account_elsewhere_waits_for_the_case_it_counts_in(case, tell, confirm):
    from rempart.casework.subjects import erase_cases_about
    from rempart.privacy.subjects import Subject

    tell("leo.snap", service="snapchat")
    confirm(case)
    told = erase_cases_about(Subject(service="snapchat", handle="leo.snap", role="respondent"), True, "asked")
    assert {one.what: one.stays for one in told}["case"] == 1


# --- the panel


def test_the_page_of_a_case_says_how_far_an_account_elsewhere_is_known(client, case, propose, colleague, reviewer):
    from django.urls import reverse

    link = propose(case)
    page = reverse("casework:case", args=[case.pk])
    confirming = reverse("casework:confirm-link", args=[case.pk, link.pk])
    client.force_login(reviewer)
    assert confirming not in client.get(page).content.decode()
    client.force_login(colleague)
    shown = client.get(page).content.decode()
    assert EVIDENCE in shown
    assert confirming in shown
    client.post(confirming)
    link.refresh_from_db()
    assert (link.degree, link.confirmed_by) == ("confirmed", colleague)


def test_a_proposal_waits_under_due_for_everybody_but_who_made_it(client, case, propose, colleague, reviewer):
    propose(case)
    assert menu_counts(colleague, {})["due"] == 1
    shown = {}
    for member in (colleague, reviewer):
        client.force_login(member)
        context = client.get("/due/", {"who": "mine"}).context
        shown[member] = [(line["about"], line["url"]) for line in context["approvals"]]
    assert shown == {colleague: [(case.account.reference, f"/cases/{case.pk}/#elsewhere")], reviewer: []}


def test_an_account_elsewhere_is_proposed_and_withdrawn_on_the_page_of_a_case(client, case, reviewer):
    from django.urls import reverse

    client.force_login(reviewer)
    filled = {"service": "snapchat", "handle": "https://www.snapchat.com/add/leo.snap", "said": EVIDENCE}
    client.post(reverse("casework:propose-link", args=[case.pk]), filled)
    link = AccountLink.objects.get()
    assert str(link.second) == "snapchat:leo.snap"
    client.post(reverse("casework:withdraw-link", args=[case.pk, link.pk]), {"reason": "I was wrong."})
    link.refresh_from_db()
    assert link.withdrawn_by == reviewer
