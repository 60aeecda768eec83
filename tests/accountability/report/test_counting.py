"""What counts where: each thing in one place, in the period in which it happened."""

from datetime import date, timedelta

import pytest

from rempart import records
from rempart.accountability.report.categories import NO_GROUND, UNSAID, Place, of_decision, of_notice, of_order
from rempart.accountability.report.counting import ALL, Counts, begun_in, count
from rempart.accountability.report.record import Measure, Window
from rempart.casework import services
from rempart.casework.services.respondents import tell
from rempart.casework.services.times import do_what_is_due
from rempart.intake.services import HandedReport, receive_report
from rempart.ledger.clock import now

MINORS, GROOMING = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS", "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"
HARASSED = Place("STATEMENT_CATEGORY_CYBER_VIOLENCE", "KEYWORD_CYBER_HARASSMENT")
WINDOW = Window("tiktok", date(2027, 1, 1), date(2027, 12, 31))
NUMBERS = iter(range(10_000))


@pytest.fixture(autouse=True)
def in_the_year(clock):
    """It is June 2027."""
    clock.set(WINDOW.since + timedelta(days=160))
    return clock


@pytest.fixture
def notified():
    """Send a notice about an account: `notified(account, conduct=["harassment"])`."""

    def send(account, channel="user_report", **said):
        number = str(next(NUMBERS))
        sent = HandedReport(
            number=number,
            about=account.reference,
            text="Something happened.",
            service="tiktok",
            reporter=records.Reporter(id=f"someone.{number}"),
            channel=channel,
            **said,
        )
        return receive_report(sent)

    return send


@pytest.fixture
def restricted(judged, respondent, reviewer, colleague, clock):
    """Restrict an account by what these channels brought; the respondent is told: `restricted(public_post=5)`.

    A minor's, unless told otherwise: two people approve. Of an adult software takes the same measure first.
    """

    def make(account=None, **by_channel):
        account = account or respondent(age_band="16_17")
        case = judged(account, credibility=0.85, by_channel=by_channel or {"public_post": 5})
        proposal = case.decisions.get(state="proposed")
        services.approve_decision(proposal, acting=reviewer, reason="several voices")
        if not account.held_to_be_adult:
            services.approve_decision(proposal, acting=colleague, reason="several voices")
        clock.move(timedelta(minutes=2))
        do_what_is_due()
        tell(case)
        proposal.refresh_from_db()
        return proposal

    return make


def whole(tally, *keys):
    """The totals of these figures."""
    return [tally.number(ALL, key) for key in keys]


def test_a_notice_is_counted_once_in_the_category_of_what_it_says(respondent, notified):
    notified(respondent(), conduct=["harassment", "nude_request"], minor=True)
    tally = count(WINDOW).notices
    assert whole(tally, "notices", "items", "notices_flagger") == [1, 1, 0]
    assert tally.number(Place(MINORS, GROOMING), "notices") == 1
    assert tally.number(HARASSED, "notices") == 0


def test_an_account_that_two_notices_concern_is_one_item_in_the_more_specific_category(respondent, notified):
    account = respondent()
    notified(account, conduct=["harassment"])
    notified(account, "trusted_flagger", conduct=["grooming"])
    tally = count(WINDOW).notices
    assert whole(tally, "notices", "notices_flagger", "items", "items_flagger") == [2, 1, 1, 1]
    assert tally.number(HARASSED, "notices") == 1
    assert tally.number(HARASSED, "items") == 0
    assert tally.number(Place(MINORS, GROOMING), "items_flagger") == 1


def test_who_denies_notifies_of_nothing(respondent, notified):
    notified(respondent(), stance="dispute", conduct=["harassment"])
    assert whole(count(WINDOW).notices, "notices", "items") == [0, 0]


def test_a_notice_of_another_period_is_not_counted(respondent, notified, clock):
    clock.set(WINDOW.until)
    notified(respondent(), conduct=["harassment"])
    assert whole(count(WINDOW).notices, "notices", "items") == [0, 0]


def test_a_notice_that_was_erased_since_is_counted_by_its_row_in_the_ledger(respondent, notified):
    from rempart.intake.retention import forget_accounts

    report = notified(respondent(service="snapchat"), conduct=["harassment"])  # no account of ours: it has no case
    forget_accounts([report.testimony.account_id])
    counts = count(WINDOW)
    assert counts.erased == 1
    assert counts.notices.number(UNSAID, "notices") == 1


def test_a_withdrawn_notice_was_received_as_well(respondent, notified):
    from rempart.intake.services.reports import withdraw_reports

    account = respondent()
    report = notified(account, conduct=["harassment"])
    withdraw_reports(account, report.testimony.reporter)
    assert whole(count(WINDOW).notices, "notices") == [1]


def test_a_measure_that_rests_on_posts_alone_is_the_providers_own_initiative(restricted):
    restricted(public_post=5)
    counts = count(WINDOW)
    assert whole(counts.terms, "measures", "detected_automatically", "provision_suspension") == [1, 1, 1]
    assert whole(counts.illegal, "measures") == [0]
    assert whole(counts.notices, "by_terms", "by_law") == [0, 0]


def test_a_measure_that_follows_a_notice_is_an_action_on_notices(respondent, restricted, notified, clock):
    account = respondent()
    notified(account, conduct=["harassment"])
    clock.move(timedelta(hours=5))
    restricted(account, public_post=5, user_report=1)
    counts = count(WINDOW)
    assert whole(counts.notices, "by_terms", "by_terms_flagger", "by_law") == [1, 0, 0]
    assert counts.notices.number(HARASSED, "by_terms") == 1
    assert counts.notices.median(ALL, "hours_to_action") == pytest.approx(5, abs=0.05)
    assert whole(counts.terms, "measures") == [0]


def test_the_articles_legal_ground_says_whether_it_is_by_law(restricted):
    from rempart.casework.models import Statement

    decision = restricted(public_post=5)
    declared = Statement.objects.get(decision=decision).fields["transparency"]
    assert declared["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert whole(count(WINDOW).terms, "measures") == [1]


def test_being_watched_restricts_nothing(judged, respondent):
    judged(respondent(), credibility=0.35, by_channel={"public_post": 2})
    counts = count(WINDOW)
    assert (counts.by_software["total"], whole(counts.terms, "measures")) == (0, [0])


def test_what_software_took_alone_is_told_apart_from_what_people_approved(judged, respondent, restricted):
    judged(respondent(), credibility=0.7, by_channel={"public_post": 5})
    restricted(public_post=5)
    counts = count(WINDOW)
    assert (counts.by_software["own"], counts.by_people["own"]) == (1, 1)


def test_what_people_take_over_from_software_is_one_measure_which_software_took(respondent, restricted):
    restricted(respondent(), public_post=5)
    counts = count(WINDOW)
    assert (counts.by_software["own"], counts.by_people["own"], counts.carried_on) == (1, 0, 1)


def test_what_is_carried_on_without_a_gap_is_one_measure():
    def carried(begins, ends, mode="preventive", measure="no_live"):
        first, last = (None if days is None else WINDOW.since + timedelta(days=days) for days in (begins, ends))
        return Measure(
            case=1,
            measure=measure,
            decision=1,
            mode=mode,
            approval="one_reviewer",
            begins_at=first,
            ends_at=last,
            for_good=False,
            carried_out_at=None,
            channels=frozenset({"public_post"}),
            declared={},
            ordered=False,
        )

    begun, renewed, after_a_gap = carried(-3, 14), carried(14, 28), carried(29, 40)
    final, for_ever = carried(40, None, "final"), carried(90, None, "final")
    another = carried(14, 28, measure="read_only")
    counts = Counts(WINDOW)
    assert list(begun_in([begun, renewed, after_a_gap, final, for_ever, another], counts)) == [
        begun,
        after_a_gap,
        final,
        another,
    ]
    assert counts.carried_on == 2


def test_a_complaint_that_is_upheld_reverses_the_decision(restricted, senior, clock):
    from rempart.casework.models import RespondentSide
    from rempart.casework.services import appealing

    decision = restricted(public_post=5)
    side = RespondentSide.objects.get(case=decision.case)
    appeal = appealing.file_appeal(
        decision.case, by="respondent", conversation=side.conversation, grounds="It was not me.", decision=decision
    )
    clock.move(timedelta(hours=10))
    appealing.answer_appeal(appeal, upheld=True, acting=senior, reasons={"fr": "Relu.", "en": "Read again."})
    counts = count(WINDOW)
    told = counts.appeals["provision"]
    assert (told.total, told.reversed, told.upheld, told.hours) == (1, 1, 0, [pytest.approx(10, abs=0.05)])
    assert counts.appeals["complaints"].total == 1
    proposals = counts.accuracy[False, True]
    assert (proposals.kept, proposals.judged) == (0, 1)


def test_orders_count_by_member_state_and_article(registered, second, clock):
    from rempart.accountability.services.requests import acknowledge_request, authenticate_request

    asked = registered("order_to_act", accounts=["tiktok:star.0"], items=["https://tiktok.example/1"])
    authenticate_request(asked, how="called_back", because="They confirm.", acting=second)
    acknowledge_request(asked, sent_by="Their portal.", acting=second)
    tally = count(WINDOW).orders
    assert [tally.number(ALL, key, scope="FR") for key in ("orders_to_act", "items_in_orders")] == [1, 2]
    assert tally.number(NO_GROUND, "orders_to_act") == 1
    assert tally.median(ALL, "hours_to_receipt_act") == pytest.approx(1, abs=0.1)


def test_the_articles_that_an_order_names_say_its_category():
    assert of_order("Code pénal, art. 227-23-1") == Place(MINORS, GROOMING)
    assert of_order("articles 227-23 et 434-3 du code pénal").keyword == "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"
    assert of_order("Code de la consommation, art. 227-23") == NO_GROUND
    assert of_order("Code pénal, art. 1227-23") == NO_GROUND


def test_the_more_specific_category_wins():
    assert of_notice(["harassment", "image_abuse"], minor=True)[1].keyword == "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"
    assert of_notice(["image_abuse"], minor=None)[1].keyword == "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"
    assert of_notice([], minor=True)[1] == UNSAID


def test_a_decision_without_a_known_keyword_is_described_by_its_article():
    place = of_decision(MINORS, ["KEYWORD_STALKING"], title="Contact began here")
    assert place == Place(MINORS, "KEYWORD_OTHER", "Contact began here")
    terms = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
    assert of_decision("STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE", [], title="A rule").category == terms


def test_days_are_those_of_paris():
    assert WINDOW.since.utcoffset() == timedelta(hours=1)
    assert not WINDOW.holds(WINDOW.until)
    assert WINDOW.holds(WINDOW.until - timedelta(seconds=1))
    assert now().tzinfo is not None
