"""The desk's pages beside the case, asked without a browser: queue, claims, search, palette, notes, second reviews."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rempart import records
from rempart.casework.models import Case, Decision, Exposure, HeldSum, Outcome, SecondReview
from rempart.casework.services import desk, record_assessment, rulebook_in_force
from rempart.casework.services.desk import order
from rempart.casework.views import queue
from rempart.intake.models import Account, Post, Testimony, Wave, WavePost
from rempart.ledger.clock import now

MOST_QUERIES = 31
CREDIBLE = {
    "testimonies": 6,
    "relays": 0,
    "disputes": 0,
    "credibility": 0.9,
    "independent_sources": 4.0,
    "coordination": 0.0,
    "severity": 2,
    "met_on": ["tiktok"],
}


@pytest.fixture
def reviewer(db, staff_member, client):
    """A reviewer, signed in."""
    member = staff_member("reviewer", name="Inès Caron")
    client.force_login(member)
    return member


@pytest.fixture
def colleague(db, staff_member):
    """Another reviewer."""
    return staff_member("reviewer", name="Paul Lenoir")


@pytest.fixture
def senior(db, staff_member):
    """A senior reviewer, not signed in."""
    return staff_member("senior_reviewer", name="Aïcha Benali")


@pytest.fixture
def open_case(db):
    """Make a case of which credible things are said, with a post of a wave: `open_case("leo.vrtx")`."""
    wave = Wave.objects.create(hashtag="balancetontiktokeur", opened_at=now())

    def make(handle: str, text: str = "Il m'a demandé des photos sur snap.", **numbers) -> Case:
        account = Account.objects.create(service="tiktok", handle=handle, age_band="16_17", first_seen_at=now())
        post = Post.objects.create(
            service="tiktok", post_id=f"p.{handle}", source="example", author="somebody", created_at=now(), text=text,
            stance="testimony", stance_probability=1.0, read={}, stored_at=now(),
        )  # fmt: skip
        WavePost.objects.create(wave=wave, post=post)
        Testimony.objects.create(
            uid=f"tiktok:{handle}", account=account, post=post, received_at=now(), channel="public_post",
            stance="testimony", conduct=[], conduct_services=[], met_on=[], reporter=f"r.{handle}", reporter_facts={},
            evidence=[],
        )  # fmt: skip
        said = records.Assessment(about=account.reference, as_of=now(), **{**CREDIBLE, **numbers})
        return record_assessment(account, said, *rulebook_in_force())

    return make


def page_of(case: Case) -> str:
    """The address of a case."""
    return reverse("casework:case", args=[case.pk])


def shown(client, address: str) -> str:
    """What a page holds."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def handles(answer) -> list[str]:
    """The accounts on a page of the queue, in order."""
    return [line.about.handle for line in answer.context["page"].object_list]


# --- the queue


def test_each_line_says_why_it_stands_there(reviewer, client, open_case):
    open_case("leo.vrtx", severity=4, complainant_minors=3)
    assert "ce qui est décrit est grave" in shown(client, "/cases/") or "severe" in shown(client, "/cases/")


def test_pages_of_the_queue_hold_every_case_once_forwards_and_backwards(reviewer, client, open_case, monkeypatch):
    monkeypatch.setattr(queue, "PER_PAGE", 3)
    made = {open_case(f"star.{n}", credibility=0.61 + n / 50).account.handle for n in range(8)}
    pages, address = [], "/cases/"
    while True:
        answer = client.get(address)
        pages.append(handles(answer))
        if not answer.context["page"].after:
            break
        address = f"/cases/?after={answer.context['page'].after}"
    assert [len(page) for page in pages] == [3, 3, 2]
    assert {handle for page in pages for handle in page} == made
    back = client.get(f"/cases/?before={answer.context['page'].before}")
    assert handles(back) == pages[1]
    first = client.get(f"/cases/?before={back.context['page'].before}")
    assert (handles(first), first.context["page"].before) == (pages[0], "")


@pytest.mark.parametrize("place", ["x", "_", "1_", "nan_1", "1_99999999999999999999", "1e999_1"])
def test_a_place_that_is_none_gives_a_page_all_the_same(reviewer, client, open_case, place):
    open_case("leo.vrtx")
    assert client.get("/cases/", {"after": place}).status_code == 200


def test_the_count_stops_where_it_stops_meaning_anything(reviewer, client, open_case, monkeypatch):
    from rempart.casework import keyset

    monkeypatch.setattr(keyset, "MOST", 2)
    for n in range(4):
        open_case(f"star.{n}")
    assert ">2+</span>" in shown(client, "/cases/")


def test_a_filter_is_saved_shared_and_forgotten(reviewer, client, open_case, colleague):
    open_case("leo.vrtx")
    client.post("/cases/filters/", {"name": "À approuver", "query": "state=waiting&evil=1&after=3", "shared": "on"})
    saved = reviewer.filters.get()
    assert (saved.query, saved.shared) == ("state=waiting", True)
    client.force_login(colleague)
    assert '<a href="?state=waiting"' in shown(client, "/cases/")
    client.post(f"/cases/filters/{saved.pk}/")
    assert reviewer.filters.exists()
    client.force_login(reviewer)
    client.post(f"/cases/filters/{saved.pk}/")
    assert not reviewer.filters.exists()


# --- claims


def test_next_case_opens_the_worst_that_waits_and_leaves_the_one_before(reviewer, client, open_case):
    first, second = open_case("one", severity=4, credibility=0.99), open_case("two")
    assert client.post("/cases/next/").headers["Location"] == page_of(first)
    assert client.post("/cases/next/", {"after": first.pk}).headers["Location"] == page_of(second)
    assert (desk.holder_of(first), desk.holder_of(second)) == (None, reviewer)
    assert client.post("/cases/next/", {"after": second.pk}).headers["Location"] == page_of(first)


def test_when_nothing_waits_one_is_told(reviewer, client):
    answer = client.post("/cases/next/", follow=True)
    assert answer.redirect_chain == [("/cases/", 302)]
    assert answer.context["messages"]


def test_what_somebody_else_works_on_says_who_and_refuses(reviewer, client, open_case, colleague):
    case = open_case("leo.vrtx")
    desk.claim(case, acting=colleague)
    assert "Paul Lenoir" in shown(client, "/cases/")
    assert "Paul Lenoir" in shown(client, page_of(case))
    decision = case.decisions.get(state=Decision.State.PROPOSED)
    address = reverse("casework:act", args=[case.pk, f"decline-{decision.pk}"])
    client.post(address, {"reason": "Too vague.", "reason_fr": "Trop vague.", "reason_en": "Too vague."})
    decision.refresh_from_db()
    assert decision.state == Decision.State.PROPOSED


def test_opening_the_page_of_a_case_keeps_ones_claim(reviewer, client, open_case, clock):
    case = open_case("leo.vrtx")
    client.post(reverse("casework:claim", args=[case.pk]))
    clock.move(timedelta(minutes=10))
    client.force_login(reviewer)
    client.get(page_of(case))
    clock.move(timedelta(minutes=10))
    assert desk.holder_of(case) == reviewer
    client.force_login(reviewer)
    client.post(reverse("casework:leave", args=[case.pk]))
    assert desk.holder_of(case) is None


def test_who_signs_out_leaves_their_cases(reviewer, client, open_case):
    case = open_case("leo.vrtx")
    client.post(reverse("casework:claim", args=[case.pk]))
    client.post(reverse("staff:sign-out"))
    assert desk.holder_of(case) is None


def test_a_senior_takes_a_case_over_with_a_reason(senior, client, open_case, colleague):
    case = open_case("leo.vrtx")
    desk.claim(case, acting=colleague)
    client.force_login(senior)
    client.post(reverse("casework:take-over", args=[case.pk]), {"reason": ""})
    assert desk.holder_of(case) == colleague
    client.post(reverse("casework:take-over", args=[case.pk]), {"reason": "Paul is off today."})
    assert desk.holder_of(case) == senior


# --- severe texts


def test_severe_texts_wait_until_they_are_asked_for_and_are_counted(reviewer, client, open_case):
    case = open_case("leo.vrtx", "Une phrase bien à elle.", severity=4)
    assert "Une phrase bien" not in shown(client, page_of(case))
    assert "Une phrase bien" not in shown(client, "/search/?q=phrase")
    client.post(reverse("casework:texts", args=[case.pk]))
    assert "Une phrase bien" in shown(client, page_of(case))
    assert "bien à elle" in shown(client, "/search/?q=phrase")
    assert f"4/{desk.budget()}" in shown(client, "/cases/")
    assert Exposure.objects.get().weight == 4


def test_without_warnings_they_are_shown_at_once(reviewer, client, open_case):
    client.post("/desk/warnings/", {"warnings": "off"})
    case = open_case("leo.vrtx", "Une phrase bien à elle.", severity=4)
    assert "Une phrase bien" in shown(client, page_of(case))


def test_when_it_is_enough_for_a_day_the_next_case_is_a_lighter_one(reviewer, client, open_case, settings):
    settings.REMPART_EXPOSURE_BUDGET = 4
    severe, mild = open_case("one", severity=4, credibility=0.99), open_case("two")
    client.post(reverse("casework:texts", args=[severe.pk]))
    assert client.post("/cases/next/").headers["Location"] == page_of(mild)


def test_seniors_see_the_team_in_bands_alone(reviewer, client, open_case, senior):
    desk.open_texts(open_case("leo.vrtx", severity=4), 4, acting=reviewer)
    client.force_login(senior)
    team = client.get("/desk/").context["team"]
    assert [one["name"] for one in team] == ["Inès Caron"]
    assert not any(character.isdigit() for one in team for character in one["today"] + one["most"])


# --- notes, ready-made texts


def test_a_note_calls_a_colleague_until_they_open_the_case(reviewer, client, open_case, colleague):
    case = open_case("leo.vrtx")
    client.post(reverse("casework:notes", args=[case.pk]), {"text": "@Paul, relis le parapluie."})
    assert "parapluie" in shown(client, page_of(case))
    client.force_login(colleague)
    assert "parapluie" in shown(client, "/desk/")
    client.get(page_of(case))
    assert "parapluie" not in shown(client, "/desk/")


def test_an_auditor_reads_no_note(reviewer, client, open_case, staff_member):
    case = open_case("leo.vrtx")
    desk.note(case, acting=reviewer, text="Voir le parapluie.")
    client.force_login(staff_member("auditor"))
    assert "parapluie" not in shown(client, page_of(case))
    assert not client.get("/search/?q=parapluie").context["found"]


def test_a_ready_made_text_fills_the_reasons_without_a_script(reviewer, client, open_case, senior):
    texts = {"fr": "Rien de neuf sur {handle}.", "en": "Nothing new on {handle}."}
    macro = desk.keep_macro("Rien", "reason", texts, acting=senior)
    answer = client.get(page_of(open_case("leo.vrtx")), {"macro": macro.pk})
    assert "Rien de neuf sur @leo.vrtx." in str(answer.context["actions"][0].form)


def test_a_senior_writes_changes_and_retires_a_ready_made_text(senior, client):
    client.force_login(senior)
    given = {"name": "Rien", "use": "reason", "fr": "Rien sur {handle}.", "en": "Nothing on {handle}."}
    assert client.post("/macros/", given | {"fr": "Rien sur {prenom}."}).status_code == 422
    client.post("/macros/", given)
    (macro,) = client.get("/macros/").context["macros"]
    client.post(f"/macros/{macro.pk}/", given | {"name": "Rien de neuf"})
    macro.refresh_from_db()
    assert macro.name == "Rien de neuf"
    client.post(f"/macros/{macro.pk}/", {"retire": "1"})
    assert not client.get("/macros/").context["macros"]


# --- search and palette


def test_search_works_without_a_script_and_links_to_pages_too(reviewer, client, open_case):
    case = open_case("leo.vrtx", "Une histoire de trampoline.")
    found = shown(client, "/search/?q=trampolines")
    assert page_of(case) in found
    assert "<mark>trampoline</mark>" in found
    assert "/rulebooks/" in shown(client, "/search/?q=rulebooks") + shown(client, "/search/?q=règles")


def test_what_was_written_is_shown_as_text_never_as_a_page(reviewer, client, open_case):
    open_case("leo.vrtx", "Une histoire <script>alert(1)</script> de trampoline")
    assert "<script>alert" not in shown(client, "/search/?q=trampoline")


def test_the_palette_offers_pages_and_cases_and_nothing_said_of_them(reviewer, client, open_case):
    case = open_case("leo.vrtx")
    entries = client.get("/palette/?q=vrt").json()["entries"]
    assert [entry["url"] for entry in entries] == [page_of(case)]
    assert set(entries[0]) == {"kind", "title", "url"}
    assert "/ledger/" not in {entry["url"] for entry in client.get("/palette/?q=l").json()["entries"]}


# --- the score hidden from those who judge


@pytest.fixture
def blind(monkeypatch):
    """Every case is among those whose score is hidden."""
    monkeypatch.setattr(order, "BLIND_IN", 1)


def pages_that_tell_of(case: Case) -> list[str]:
    """Every page of the desk that may speak of a case."""
    wave = Wave.objects.get()
    return [
        *("/waves/", f"/waves/{wave.pk}/", f"/waves/{wave.pk}/?accounts=all", "/desk/", "/due/", page_of(case)),
        *("/cases/", "/cases/?state=waiting", "/cases/?state=all", "/cases/?q=leo", "/cases/?state=mine"),
        *("/search/?q=leo", "/search/?q=photos", "/palette/?q=leo", "/macros/", "/keys/"),
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_hidden_score_leaks_on_no_page(blind, reviewer, client, open_case, language):
    client.cookies["django_language"] = language
    because = [records.Factor(factor="prior", weight=0.0), records.Factor(factor="public_post", weight=1.96)]
    case = open_case("leo.vrtx", credibility=0.8765, because=because)
    desk.claim(case, acting=reviewer)
    leaks = re.compile(r"0[.,]8765|0[.,]88|88\s?%|1[.,]96|crédible|credible", re.IGNORECASE)
    innocent = ("Credibility", "Crédibilité", "most credible first", "les plus crédibles")
    for address in pages_that_tell_of(case):
        text = shown(client, address)
        for words in innocent:
            text = text.replace(words, "")
        assert not leaks.search(text), (address, leaks.search(text))


def test_the_score_shows_again_once_one_has_judged(blind, reviewer, client, open_case):
    case = open_case("leo.vrtx", credibility=0.8765)
    from rempart.casework.services import decline_decision

    decline_decision(case.decisions.get(state=Decision.State.PROPOSED), acting=reviewer, reason="Too vague.")
    assert "0,88" in shown(client, page_of(case))


# --- second reviews


@pytest.fixture
def review(open_case, colleague):
    """An outcome that a colleague reached, drawn to be judged again."""
    case = open_case("leo.vrtx", credibility=0.8765)
    outcome = Outcome.objects.create(
        case=case, kind="no_action", decided_at=now(), decided_by=colleague, because="Une raison de Paul."
    )
    return SecondReview.objects.create(
        outcome=outcome, case=case, first=outcome.kind, first_by=colleague, drawn_at=now()
    )


def test_a_second_review_shows_what_was_said_and_neither_the_answer_nor_the_score(reviewer, client, review):
    address = reverse("casework:second-review", args=[review.pk])
    assert address in shown(client, "/desk/")
    client.post(address, {"begin": "1"})
    page = shown(client, address)
    assert "demandé des photos" in page
    for told in ("Une raison de Paul", "Paul Lenoir", "0,88", "0,8765"):
        assert told not in page
    assert client.get(page_of(review.case)).headers["Location"] == address
    assert "leo.vrtx" not in shown(client, "/cases/?state=all") + shown(client, "/search/?q=photos")


def test_one_judges_again_and_sees_the_case_again(reviewer, client, review):
    address = reverse("casework:second-review", args=[review.pk])
    client.post(address, {"begin": "1"})
    assert client.post(address, {"outcome": "warned"}).status_code == 422
    client.post(address, {"outcome": "warned", "reason": "A warning would do."})
    review.refresh_from_db()
    assert (review.second, review.reviewer) == ("warned", reviewer)
    assert client.get(page_of(review.case)).status_code == 200


def test_the_first_judge_cannot_judge_again(client, review, colleague):
    client.force_login(colleague)
    address = reverse("casework:second-review", args=[review.pk])
    client.post(address, {"begin": "1"})
    client.post(address, {"outcome": "warned", "reason": "A warning would do."})
    review.refresh_from_db()
    assert (review.reviewer, review.second) == (None, "")


def test_agreement_is_told_in_all_by_outcome_and_by_month(client, review, reviewer, senior):
    desk.begin_second_review(review, acting=reviewer)
    desk.judge_again(review, outcome="no_action", acting=reviewer, reason="Too vague.")
    client.force_login(senior)
    context = client.get("/second-reviews/").context
    assert (context["whole"]["n"], context["whole"]["alike"]) == (1, 1.0)
    assert [row["n"] for row in context["outcomes"]] == [1]
    assert [row["n"] for row in context["months"]] == [1]


# --- files


def test_images_wait_in_a_fold_and_locked_files_are_only_said(reviewer, client, open_case):
    from rempart.correspondence.services import hear, open_conversation
    from rempart.files.models import StoredFile
    from rempart.files.services import lock_file
    from rempart.ledger.services import reference

    case = open_case("leo.vrtx")
    png = b"\x89PNG\r\n\x1a\n" + bytes(32)
    about = {"about": reference(case), "person": "example:2", "service": "tiktok", "account": "leo.vrtx"}
    conversation = open_conversation("respondent", **about)
    hear(conversation, text="Voici.", files=[("snap.png", png), ("notes.txt", b"Some words")])
    image, words = StoredFile.objects.order_by("pk")
    lock_file(words, acting=reviewer, reason="Suspected.")
    page = shown(client, page_of(case))
    assert f'<img src="{reverse("files:image", args=[image.pk])}" loading="lazy"' in page
    assert "notes.txt" not in page
    assert "<audio" not in page + "<video"


# --- how many queries


@pytest.fixture
def seconded(open_case, colleague, staff_member):
    """Make a case on which two people approved a measure, with a note."""
    from rempart.casework.services import approve_decision

    def make(**numbers) -> Case:
        case = open_case("leo.vrtx", **numbers)
        for person in (colleague, staff_member("reviewer")):
            approve_decision(case.decisions.get(), acting=person, reason="They agree.")
        desk.note(case, acting=colleague, text="@Aïcha regarde")
        return case

    return make


@pytest.fixture
def everybody_speaks(staff_member, clock):
    """The respondent answers, appeals and asks for a copy, somebody reports, authorities are told, files are held."""
    from rempart.casework.services.appealing import file_appeal
    from rempart.casework.services.authorities import assemble_referral
    from rempart.casework.services.holds import place_hold
    from rempart.casework.services.respondents import ask_for_data, tell_respondents
    from rempart.correspondence.services import hear
    from rempart.intake.services import HandedReport, receive_report

    liaison = staff_member("authority_liaison")

    def speak(case: Case) -> None:
        receive_report(
            HandedReport(
                number="1",
                about=case.account.reference,
                text="Lui.",
                reporter=records.Reporter(id="one"),
                conduct=["harassment"],
            )
        )
        clock.move(timedelta(hours=3))
        tell_respondents()
        case.refresh_from_db()
        talk = case.respondent_side.conversation
        hear(talk, text="Ce n'est pas moi.", files=[("preuve.txt", b"mine")])
        ask_for_data(case)
        HeldSum.objects.create(case=case, amount=12, currency="EUR", as_of=now(), reported_at=now())
        decision = case.decisions.get(state=Decision.State.TAKEN)
        file_appeal(case, by="respondent", conversation=talk, grounds="Relisez.", decision=decision)
        asked = {"kind": "justice", "language": "fr", "addressee": "Parquet", "reason": "x"}
        assemble_referral(case, acting=liaison, **asked)
        place_hold(case, acting=liaison, reason="x", review_at=now() + timedelta(days=9))

    return speak


def test_a_case_on_which_much_happened_asks_no_more(senior, client, open_case, seconded, everybody_speaks):
    case = seconded(severity=4, complainant_minors=4, independent_sources=6.0, credibility=0.99)
    desk.keep_macro("Rien", "reason", {"fr": "Rien.", "en": "Nothing."}, acting=senior)
    for n in range(5):
        open_case(f"star.{n}")
    everybody_speaks(case)
    client.force_login(senior)
    client.post(reverse("casework:claim", args=[case.pk]))
    client.post(reverse("casework:texts", args=[case.pk]))
    page = client.get(page_of(case))
    panels = {panel["template"]: panel["filled"] for panel in page.context["panels"]}
    respondent, appeals, told = (
        panels[f"casework/parts/case_{name}.html"] for name in ("respondent", "appeals", "authorities")
    )
    assert page.context["texts_open"]
    assert all((respondent["statements"], respondent["held"], respondent["asked"], respondent["fact"]))
    assert all((appeals["appeals"], told["threats"], told["referrals"], told["holds"]))
    assert panels["casework/parts/case_complainants.html"]["lines"]
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page_of(case)).status_code == 200
    assert len(asked) <= MOST_QUERIES, "\n".join(one["sql"][:200] for one in asked)


@pytest.mark.parametrize(
    "address",
    ["/cases/", "/cases/?state=waiting", "case", "/desk/", "/search/?q=photos", "/palette/?q=star", "/macros/"],
)
def test_no_page_of_the_desk_asks_the_database_more_than_thirty_times(senior, client, open_case, colleague, address):
    cases = [open_case(f"star.{n}", severity=n % 5) for n in range(12)]
    desk.note(cases[0], acting=colleague, text="@Aïcha regarde")
    desk.claim(cases[1], acting=colleague)
    client.force_login(senior)
    address = page_of(cases[0]) if address == "case" else address
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    assert len(asked) <= MOST_QUERIES, "\n".join(one["sql"][:200] for one in asked)
