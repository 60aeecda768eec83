"""What people see of platforms: a measure from its decision to its end, what failed or differs, and administration."""

import html
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from platforms.memory import lasting, passing
from rempart.casework.models import Decision, MeasureTaken, PlatformOrder, SecondReview
from rempart.casework.services import approve_decision, lift_measures
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.platforms import selectors
from rempart.platforms.connector import Ability, Support
from rempart.platforms.models import Drift, Execution, Platform
from rempart.platforms.services import carry_out_due, change_platform, reconcile
from rempart.platforms.views.story import chart_of, story_of

CONTACT = "no_new_contacts"
SOMETHING_CLOSE = {"fr": "Il n’écrit plus en premier à personne.", "en": "It no longer writes first to anyone."}
MOST_QUERIES = 30


@pytest.fixture
def english():
    """Pages in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def desk(client, reviewer):
    """A reviewer at the desk, in English."""
    client.cookies["django_language"] = "en"
    client.force_login(reviewer)
    return client


@pytest.fixture
def measure(memory, judged, respondent, reviewer, colleague):
    """A measure that was taken on an account of the platform, and not carried out yet: `measure()`."""

    def make(handle: str = "leo.vrtx", **numbers) -> MeasureTaken:
        numbers = {"credibility": 0.85, **numbers}
        case = judged(respondent(handle=handle, age_band="16_17"), **numbers)
        proposal = case.decisions.get(state=Decision.State.PROPOSED)
        approve_decision(proposal, acting=reviewer, reason="It holds.")
        proposal.refresh_from_db()
        if proposal.state == Decision.State.PROPOSED:
            approve_decision(proposal, acting=colleague, reason="So do I.")
        return MeasureTaken.objects.get(decision=proposal, measure=CONTACT)

    return make


def standing(measure):
    """How a measure stands on the platform."""
    measure = MeasureTaken.objects.select_related("decision__case__account").get(pk=measure.pk)
    stretch = selectors.whole_stretch(measure)
    return selectors.there(stretch, stretch.platform).state


def story(measure):
    """What its page tells, in order."""
    measure = MeasureTaken.objects.select_related("decision__case__account").get(pk=measure.pk)
    stretch = selectors.whole_stretch(measure)
    return [one.what for one in story_of(stretch)]


def page(client, name, *arguments):
    """The words of a page, as people read them."""
    answer = client.get(reverse(f"platforms:{name}", args=arguments))
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def approximated(*, instead):
    """A platform that does something else than what was decided."""
    return Ability(support=Support.APPROXIMATED, how=SOMETHING_CLOSE, as_measure=instead)


# --- how a measure stands


def test_what_was_ordered_and_not_done_waits(measure):
    assert standing(measure()) == "waits"


def test_what_was_done_and_seen_is_in_force_there(measure):
    one = measure()
    carry_out_due()
    assert standing(one) == "seen"


def test_what_failed_for_good_could_not_be_done(measure, memory):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    assert standing(one) == "failed"


def test_what_the_platform_cannot_do_is_said(measure, memory):
    memory.abilities[CONTACT] = Ability(support=Support.IMPOSSIBLE, how=SOMETHING_CLOSE)
    found = measure()
    found.decision.case.account.refresh_from_db()
    stretch = selectors.whole_stretch(found)
    assert selectors.there(stretch, memory.platform).state == "impossible"


def test_what_would_be_heavier_waits_for_people(measure, memory):
    memory.abilities[CONTACT] = approximated(instead="suspend")
    one = measure()
    carry_out_due()
    assert standing(one) == "asks"


def test_without_a_platform_nobody_carries_it_out(measure, memory):
    one = measure()
    Execution.objects.all().delete()
    Platform.objects.all().delete()
    assert standing(one) == "nowhere"


def test_what_was_lost_twice_is_said_to_be(measure, memory, clock):
    one = measure()
    carry_out_due()
    for _time in range(2):
        memory.release("leo.vrtx", by="rempart")
        clock.move(timedelta(minutes=5))
        reconcile()
    assert standing(one) == "lost"


def test_what_ended_was_taken_off_and_seen_to_be(measure, clock):
    one = measure()
    carry_out_due()
    clock.move(timedelta(days=15))
    carry_out_due()
    assert standing(one) == "over"


def test_watching_asks_nothing_of_a_platform(memory, judged, respondent):
    case = judged(respondent(), credibility=0.4, severity=1)
    (watch,) = MeasureTaken.objects.filter(decision__case=case, measure="watch")
    assert standing(watch) == "ours"


# --- its page


def test_a_measure_tells_its_story_in_order(measure, clock, english):
    one = measure()
    carry_out_due()
    clock.move(timedelta(days=15))
    carry_out_due()
    assert story(one) == [
        "Decided",
        "Took effect",
        "Kept before anything changed: profile, publications, logs",
        "Applied on the platform",
        "Seen in force there",
        "Ended by itself",
        "Taken off on the platform",
        "Seen gone there",
    ]


def test_a_delay_says_why(measure, english):
    one = measure(independent_sources=2.0)
    stretch = selectors.whole_stretch(MeasureTaken.objects.select_related("decision__case").get(pk=one.pk))
    (effect,) = [event for event in story_of(stretch) if event.ahead and event.what == "Takes effect"]
    assert "betray who spoke" in effect.reason


def test_what_was_lifted_names_who_and_why(measure, reviewer, clock, english):
    one = measure()
    carry_out_due()
    lift_measures([one], acting=reviewer, reason="We were wrong.")
    stretch = selectors.whole_stretch(MeasureTaken.objects.select_related("decision__case", "lifted_by").get(pk=one.pk))
    (lifted,) = [event for event in story_of(stretch) if event.what == "Lifted by a person"]
    assert (lifted.who, lifted.reason) == (str(reviewer), "“We were wrong.”")


def test_the_line_shows_that_it_held_on_the_platform(measure, clock):
    one = measure()
    clock.move(timedelta(hours=5))
    carry_out_due()
    clock.move(timedelta(days=2))
    stretch = selectors.whole_stretch(MeasureTaken.objects.select_related("decision__case").get(pk=one.pk))
    line = chart_of(stretch, selectors.there(stretch, stretch.platform))(720)
    assert [shape.kind for shape in line.decided] == ["holds", "ahead"]
    assert [shape.kind for shape in line.there] == ["holds", "ahead"]
    assert line.there[0].bar.x > line.decided[0].bar.x


def test_the_page_says_how_it_is_carried_out_and_what_the_person_reads(measure, memory, desk):
    memory.abilities[CONTACT] = approximated(instead="no_recommendation")
    assert SOMETHING_CLOSE["en"] in page(desk, "measure", measure().pk)


def test_the_page_says_what_went_wrong_and_offers_to_try_again(measure, memory, desk):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    found = page(desk, "measure", one.pk)
    assert "HTTP 400" in found
    assert reverse("platforms:retry", args=[Execution.objects.get(order__measure=one, state="failed").pk]) in found


def test_a_reader_is_offered_nothing(measure, memory, client, staff_member):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    client.force_login(staff_member("reader"))
    assert "<form" not in page(client, "measure", one.pk).partition("<main")[2].partition("</main>")[0]


def test_trying_again_does_it(measure, memory, desk):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    memory.trouble = None
    failed = Execution.objects.get(order__measure=one, state="failed")
    desk.post(reverse("platforms:retry", args=[failed.pk]), {"reason": "Its secret was put right."})
    carry_out_due()
    assert standing(one) == "seen"


def test_nothing_is_tried_again_without_a_reason(measure, memory, desk):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    failed = Execution.objects.get(order__measure=one, state="failed")
    desk.post(reverse("platforms:retry", args=[failed.pk]), {"reason": " "})
    failed.refresh_from_db()
    assert failed.state == Execution.State.FAILED


def test_who_judges_a_case_blind_sees_none_of_its_measures(measure, memory, desk, reviewer, colleague):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    case = one.decision.case
    outcome = case.outcomes.create(
        kind="no_action", decided_at=now(), decided_by=colleague, because="Nothing that could be shown."
    )
    SecondReview.objects.create(
        outcome=outcome,
        case=case,
        first="no_action",
        first_by=colleague,
        reviewer=reviewer,
        begun_at=now(),
        drawn_at=now(),
    )
    assert desk.get(reverse("platforms:measure", args=[one.pk])).status_code == 404
    assert "leo.vrtx" not in page(desk, "platforms")


# --- the page of the case


def test_the_case_says_what_holds_on_the_platform(measure, desk):
    one = measure()
    carry_out_due()
    found = desk.get(reverse("casework:case", args=[one.decision.case_id])).content.decode()
    assert reverse("platforms:measure", args=[one.pk]) in found
    with translation.override("en"):
        assert words_for("on_platform", "seen", capital=True) in html.unescape(found)


def test_the_case_says_why_it_could_not_be_done(measure, memory, desk):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    assert "HTTP 400" in desk.get(reverse("casework:case", args=[one.decision.case_id])).content.decode()


def test_the_case_asks_the_database_once_for_what_it_says_of_the_platform(measure, reviewer):
    from rempart.platforms.views.panel import panel

    case = measure().decision.case
    carry_out_due()
    list(case.decisions.prefetch_related("measures"))
    with CaptureQueriesContext(connection) as asked:
        panel(case, reviewer)
    about_platforms = [one for one in asked if "casework_decision" not in one["sql"].partition("FROM")[2][:40]]
    about_platforms = [one for one in about_platforms if 'FROM "casework_measuretaken"' not in one["sql"]]
    assert len(about_platforms) == 1


# --- the desk's page


def test_what_failed_and_what_differs_stand_on_the_desk(measure, memory, desk):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    Drift.objects.create(platform=memory.platform, measure=one, kind=Drift.Kind.FOREIGN, found_at=now())
    found = page(desk, "platforms")
    assert "HTTP 400" in found
    assert "We neither change nor lift what the platform’s own staff did." in found


def test_both_are_counted_in_the_menu(measure, memory, desk, reviewer):
    memory.trouble = lasting("apply")
    one = measure()
    carry_out_due()
    Drift.objects.create(platform=memory.platform, measure=one, kind=Drift.Kind.FOREIGN, found_at=now())
    entry = page(desk, "platforms").partition(f'href="{reverse("platforms:platforms")}"')[2].partition("</a>")[0]
    assert '<span class="count">2</span>' in entry


def test_a_difference_is_settled_with_a_reason(measure, memory, desk, reviewer):
    one = measure()
    drift = Drift.objects.create(platform=memory.platform, measure=one, kind=Drift.Kind.FOREIGN, found_at=now())
    desk.post(reverse("platforms:settle", args=[drift.pk]), {"reason": "They told us.", "next": "/platforms/"})
    drift.refresh_from_db()
    assert (drift.settled_by, drift.settled_because) == (reviewer, "They told us.")


def test_what_was_lost_is_put_back_when_one_says_so(measure, memory, desk):
    one = measure()
    carry_out_due()
    memory.release("leo.vrtx", by="rempart")
    drift = Drift.objects.create(platform=memory.platform, measure=one, kind=Drift.Kind.LOST, found_at=now())
    desk.post(reverse("platforms:settle", args=[drift.pk]), {"reason": "By mistake.", "apply_again": "on"})
    carry_out_due()
    assert CONTACT in memory.in_force("leo.vrtx", ours=True)


def test_nobody_is_sent_to_another_site(measure, memory, desk):
    one = measure()
    drift = Drift.objects.create(platform=memory.platform, measure=one, kind=Drift.Kind.FOREIGN, found_at=now())
    answer = desk.post(
        reverse("platforms:settle", args=[drift.pk]), {"reason": "They told us.", "next": "https://example.org/"}
    )
    assert answer.headers["Location"] == reverse("platforms:measure", args=[one.pk])


@pytest.mark.parametrize("name", ["platforms", "measure"])
def test_pages_ask_little_of_the_database(measure, memory, desk, name):
    memory.trouble = lasting("apply")
    found = [measure(f"star.{n}") for n in range(4)]
    carry_out_due()
    arguments = [found[0].pk] if name == "measure" else []
    page(desk, name, *arguments)
    with CaptureQueriesContext(connection) as asked:
        page(desk, name, *arguments)
    assert len(asked) <= MOST_QUERIES


# --- something else instead


def test_what_the_platform_would_do_fills_the_form(measure, memory, desk):
    memory.abilities[CONTACT] = approximated(instead="suspend")
    one = measure()
    order = PlatformOrder.objects.get(measure=one, action="apply")
    form = desk.get(reverse("platforms:propose", args=[order.pk])).context["form"]
    assert form.initial == {"measure": "suspend", "reason": SOMETHING_CLOSE["en"]}


def test_something_heavier_is_proposed_and_waits_for_another_person(measure, memory, desk, senior):
    memory.abilities[CONTACT] = approximated(instead="suspend")
    one = measure()
    order = PlatformOrder.objects.get(measure=one, action="apply")
    desk.post(reverse("platforms:propose", args=[order.pk]), {"measure": "suspend", "reason": "Nothing else there."})
    carry_out_due()
    assert standing(one) == "asks"
    desk.force_login(senior)
    case = reverse("casework:act", args=[one.decision.case_id, f"approximation-{order.pk}"])
    desk.post(case, {"reason": "I agree."})
    carry_out_due()
    assert standing(one) == "seen"


def test_the_statement_says_what_the_platform_does_instead(measure, memory, clock, client):
    from rempart.casework.services.respondents import tell_respondents
    from rempart.casework.statements.writing import plain
    from rempart.correspondence.links import token_for

    memory.abilities[CONTACT] = approximated(instead="no_recommendation")
    one = measure()
    carry_out_due()
    clock.move(timedelta(hours=3))
    tell_respondents()
    statement = one.decision.statement
    assert all(SOMETHING_CLOSE[language[:2]] in plain(text) for language, text in statement.texts.items())
    conversation = one.decision.case.respondent_side.conversation
    found = client.get(reverse("casework:respondent", args=[token_for(conversation)]), follow=True)
    assert SOMETHING_CLOSE["fr"] in html.unescape(found.content.decode())


# --- administration


@pytest.fixture
def office(db, client, staff_member):
    """An administrator, in English."""
    client.cookies["django_language"] = "en"
    client.force_login(staff_member("administrator"))
    return client


def filled(**values):
    """A form for a Mastodon server."""
    return {
        "name": "our-server",
        "service": "mastodon",
        "address": "https://social.example.org",
        "hosts": "social.example.org",
        "secret": "very-secret-token",
        "preserved_posts": "50",
        **values,
    }


def test_a_platform_is_added_by_its_form(office, db):
    office.post(reverse("platforms:add", args=["mastodon"]), filled())
    added = Platform.objects.get()
    assert (added.name, added.hosts, added.settings) == ("our-server", ["social.example.org"], {"preserved_posts": 50})


def test_its_secret_is_never_shown(office, db):
    office.post(reverse("platforms:add", args=["mastodon"]), filled())
    assert "very-secret-token" not in page(office, "platform", Platform.objects.get().pk)


def test_an_empty_secret_keeps_the_one_that_is_there(office, db):
    from rempart.platforms.services import secret_of

    office.post(reverse("platforms:add", args=["mastodon"]), filled())
    added = Platform.objects.get()
    office.post(reverse("platforms:platform", args=[added.pk]), filled(secret="", preserved_posts="70"))
    added.refresh_from_db()
    assert (secret_of(added), added.settings) == ("very-secret-token", {"preserved_posts": 70})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"preserved_posts": "-1"}, "preserved_posts"),
        ({"hosts": ""}, "hosts"),
        ({"address": "http://social.example.org"}, "address"),
        ({"name": "our server"}, "name"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(office, db, wrong, field):
    answer = office.post(reverse("platforms:add", args=["mastodon"]), filled(**wrong))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_settings_within_settings_are_filled_in_one_by_one(office, db):
    address = reverse("platforms:add", args=["webhook"])
    form = office.get(address).context["form"]
    sent = {name: "native" for name in form.leaves if name.endswith("support")}
    sent |= {"abilities.no_live.support": "impossible", "abilities.no_live.how.fr": "Pas de direct ici."}
    sent |= {"abilities.no_live.how.en": "There are no lives.", "name": "ours", "service": "tiktok"}
    sent |= {"address": "https://platform.example.org", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    office.post(address, sent)
    live = Platform.objects.get().settings["abilities"]["no_live"]
    assert live == {"support": "impossible", "how": {"fr": "Pas de direct ici.", "en": "There are no lives."}}


def test_a_platform_that_answers_is_said_to(office, memory):
    memory.gone.add("leo.vrtx")
    answer = office.post(reverse("platforms:check", args=[memory.platform.pk]), {"account": "kyl.off"})
    assert answer.context["checked"]["good"]
    assert ("Followers", "1000") in answer.context["checked"]["facts"]


def test_a_platform_that_does_not_answer_is_said_not_to(office, memory):
    memory.trouble = passing("describe")
    answer = office.post(reverse("platforms:check", args=[memory.platform.pk]), {"account": ""})
    assert not answer.context["checked"]["good"]
    assert "HTTP 503" in html.unescape(answer.content.decode())


def test_a_disabled_platform_is_asked_nothing(office, measure, memory):
    office.post(reverse("platforms:switch", args=[memory.platform.pk]), {"enabled": "no"})
    memory.platform.refresh_from_db()
    assert not memory.platform.enabled
    one = measure()
    carry_out_due()
    assert memory.log == []
    office.post(reverse("platforms:switch", args=[memory.platform.pk]), {"enabled": "yes"})
    carry_out_due()
    assert standing(one) == "seen"


def test_what_a_disabled_platform_leaves_undone_waits_for_people(measure, office, memory, clock, reviewer):
    one = measure()
    carry_out_due()
    before = page(office, "platform", memory.platform.pk)
    office.post(reverse("platforms:switch", args=[memory.platform.pk]), {"enabled": "no"})
    assert not selectors.failed(reviewer).exists()
    clock.move(timedelta(days=31))
    found = [(done.order.action, done.state) for done in selectors.failed(reviewer)]
    assert ("1 restriction with an end would stay on" in before, standing(one)) == (True, "lift_failed")
    assert found == [("lift", "waits")]


def test_what_a_disabled_platform_was_never_asked_is_over_when_it_ends(measure, memory, clock, reviewer):
    one = measure()
    change_platform(memory.platform, enabled=False, acting=None)
    assert (standing(one), selectors.failed(reviewer).count()) == ("failed", 1)
    clock.move(timedelta(days=31))
    assert (standing(one), selectors.failed(reviewer).count()) == ("dropped", 0)


def test_the_desk_says_that_a_platform_is_disabled(measure, desk, memory):
    measure()
    change_platform(memory.platform, enabled=False, acting=None)
    shown = page(desk, "platforms")
    assert "nothing is done there until an administrator enables it again" in shown
    assert "Try again" not in shown


def test_administration_sees_no_case(office, measure):
    measure()
    assert "leo.vrtx" not in page(office, "administration")


def test_every_setting_of_every_connector_has_words():
    from rempart.platforms import registry
    from rempart.platforms.setting_fields import WORDS, leaves, settings_struct

    names = {leaf.path[-1] for kind in registry.kinds() for leaf in leaves(settings_struct(kind))}
    assert names <= WORDS.keys()
