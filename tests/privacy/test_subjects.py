"""What is held about a person, handed to them or erased: a respondent's copy leads to nobody who spoke."""

import io
import json
import re
import unicodedata
import zipfile
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.dateformat import format as format_date
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rempart import records
from rempart.casework.models import Case, HeldCopy
from rempart.casework.services import (
    approve_decision,
    close_case,
    record_assessment,
    rulebook_in_force,
)
from rempart.casework.services.holds import place_hold, release_hold
from rempart.casework.services.respondents import ask_for_data, tell_respondents
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import hear
from rempart.files.models import StoredFile
from rempart.files.services import hand_over
from rempart.intake.models import Account, Post, Testimony
from rempart.intake.services import HandedReport, pseudonym, receive_report
from rempart.ledger.clock import now
from rempart.ledger.models import Content, LedgerRow
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.services import reference
from rempart.ledger.verification import verify
from rempart.privacy import subjects
from rempart.privacy.register import register
from rempart.privacy.subjects import export_subject, parse_subject
from rempart.text.normalise import normalise

DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def _db(db):
    """Every test here asks the database."""


def respondent_account(handle="leo.vrtx", **facts) -> Account:
    return Account.objects.create(
        service="tiktok", handle=handle, first_seen_at=now(), **({"age_band": "18_plus"} | facts)
    )


def post_about(account: Account, *, author: str, text: str, at: datetime, number: str = "77") -> Testimony:
    post = Post.objects.create(
        service="tiktok",
        post_id=number,
        source="platform",
        author=author,
        created_at=at,
        text=text,
        stance="testimony",
        stance_probability=1.0,
        read={"spans": {"conduct": [[0, 3]]}},
        stored_at=at,
    )
    return Testimony.objects.create(
        uid=f"tiktok:{number}",
        account=account,
        post=post,
        received_at=at,
        channel="public_post",
        stance="testimony",
        conduct=["nude_request"],
        conduct_services=["snapchat"],
        met_on=["tiktok"],
        complainant_minor=True,
        reporter=pseudonym(f"tiktok:{author}"),
        reporter_facts={},
        evidence=[],
    )


def report_about(account: Account, *, reporter: str, text: str, number: str = "r1"):
    return receive_report(
        HandedReport(
            number=number,
            about=records.AccountReference(account.service, account.handle),
            text=text,
            reporter=records.Reporter(id=reporter),
            conduct=["nude_request"],
        )
    )


def assessed(account: Account, **numbers) -> Case:
    said = {
        "testimonies": 5,
        "relays": 0,
        "disputes": 0,
        "credibility": 0.9,
        "independent_sources": 4.0,
        "coordination": 0.0,
        "severity": 3,
        "conduct": ["nude_request"],
    } | numbers
    facts = records.AccountFacts(age_band=account.age_band)
    assessment = records.Assessment(about=account.reference, as_of=now(), account=facts, **said)
    return record_assessment(account, assessment, *rulebook_in_force())


def as_respondent(account: Account) -> subjects.Subject:
    return parse_subject(str(account), "respondent")


def lines(subject, *, really=True, because="asked for"):
    return {one.what: one for one in subjects.erase_subject(subject, because=because, really=really)}


# -- who is meant


def test_whoever_had_the_handle_before_is_somebody_else():
    before = respondent_account(platform_id="1")
    Account.objects.filter(pk=before.pk).update(holds_handle=False)
    after = respondent_account(platform_id="2")

    def found(name):
        data = json.loads(export_subject(parse_subject(name, "respondent"))["data.json"])
        return [account["id"] for account in data["held"]["account"]]

    assert found("tiktok:leo.vrtx") == [after.platform_id]
    assert found("tiktok:#1") == [before.platform_id]


def test_a_member_hands_over_the_copy_that_the_respondent_asked_for(staff_member, clock, client):
    account = respondent_account(platform_id="7")
    post_about(account, author="lea.example", text="il m'a demandé une photo", at=now() - 40 * DAY)
    case = assessed(account)
    waiting = case.decisions.get(state="proposed")
    for name in ("A", "B"):
        waiting.refresh_from_db()
        if waiting.state == "proposed":
            approve_decision(waiting, acting=staff_member("reviewer", "senior_reviewer", name=name), reason="Yes.")
    clock.move(DAY)
    tell_respondents()
    ask_for_data(case)
    client.force_login(staff_member("reviewer"))
    client.post(reverse("casework:hand-over-data", args=[case.pk]))
    assert case.data_requests.get().answered_at is not None
    (copy,) = case.respondent_side.conversation.messages.latest("pk").files.all()
    with zipfile.ZipFile(io.BytesIO(hand_over(copy, to=case.respondent_side.conversation))) as packed:
        assert "lea.example" not in "".join(packed.read(name).decode() for name in packed.namelist())


@pytest.mark.parametrize("text", ["", "leo", "tiktok:", "nowhere:leo", ":leo"])
def test_a_subject_is_a_service_and_a_handle(text):
    with pytest.raises(ValueError, match="SERVICE:HANDLE"):
        parse_subject(text, "respondent")


def test_the_ledger_names_them_by_a_digest():
    who = parse_subject("tiktok:@Leo.Vrtx", "respondent")
    assert who.handle == "leo.vrtx"
    export_subject(who)
    row = LedgerRow.objects.get(event="subject_exported")
    assert "leo" not in row.subject
    assert row.subject == who.reference


# -- a respondent's copy


def test_a_respondent_is_handed_what_was_decided_and_what_they_wrote(staff_member, clock):
    account = respondent_account()
    post_about(account, author="lea.example", text="il m'a demandé une photo", at=now() - 40 * DAY)
    case = assessed(account)
    waiting = case.decisions.filter(state="proposed").first()
    if waiting is not None:
        for name in ("A", "B"):
            waiting.refresh_from_db()
            if waiting.state == "proposed":
                approve_decision(waiting, acting=staff_member("reviewer", "senior_reviewer", name=name), reason="Yes.")
    clock.move(DAY)
    tell_respondents()
    side = case.respondent_side
    hear(side.conversation, text="Ce n'est pas moi.", files=[("preuve.txt", b"my own file")])
    found = export_subject(as_respondent(account))
    data = json.loads(found["data.json"])
    (held,) = data["held"]["cases"]
    assert held["decisions"][-1]["measures"]
    assert "Ce n'est pas moi." in [
        message["text"] for message in held["conversation"]["messages"]
    ] or "Ce n'est pas moi." in json.dumps(held["conversation"], ensure_ascii=False)
    assert b"my own file" in found.values()
    assert data["held"]["account"][0]["handle"] == "leo.vrtx"
    assert held["facts"]["conduct"] == ["nude_request"]
    assert "donnees.txt" in found


HANDLES = ["zoe_kestrel", "Mina.Quartz", "yl4.brume", "n0emie-orage"]
WORDS = [
    "il voulait que je lui envoie une photo de moi dans ma chambre bleue",
    "he kept asking about my sister and the red bicycle behind the house",
    "j'avais dit non trois fois et il a continué toute la nuit sur snap",
]


def spellings(handle: str) -> set[str]:
    """A handle as people and programs write it."""
    lookalike = handle.translate(str.maketrans("oeaiy", "оеаіу"))  # Cyrillic
    return {handle, handle.upper(), handle.lower(), f"@{handle}", f"https://tiktok.com/@{handle}", lookalike}


def moments(at: datetime) -> set[str]:
    """A moment to the minute, as programs and people write it, in UTC and in Paris."""
    found = set()
    for zone in (UTC, PARIS):
        local = at.astimezone(zone)
        found |= {
            local.isoformat(timespec="minutes")[:16],
            f"{local:%Y-%m-%d %H:%M}",
            f"{local:%d/%m/%Y %H:%M}",
            f"{local:%d.%m.%Y}",
            f"{local:%Y-%m-%d}",
            f"{local:%d/%m/%Y}",
            f"{local:%H:%M:%S}",
            format_date(local, "j F Y"),
        }
    return found | {str(int(at.timestamp())), str(int(at.timestamp() * 1000))}


def everything(found: dict[str, bytes]) -> str:
    """All that an export shows, names of its files included, read back from the zip that is handed over."""
    with zipfile.ZipFile(io.BytesIO(subjects.as_zip(found))) as packed:
        shown = [name + "\n" + packed.read(name).decode() for name in packed.namelist()]
        shown += [packed.comment.decode(), *(entry.comment.decode() for entry in packed.infolist())]
    return "\n".join(shown)


def folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", normalise(unicodedata.normalize("NFKC", text)).text)


# Without shrinking, which would repeat whole cases for minutes.
@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    people=st.lists(
        st.tuples(
            st.sampled_from(HANDLES),
            st.sampled_from(WORDS),
            # Minutes ago, and never at this minute of an hour: the copy tells moments of the run itself too.
            st.integers(3 * 24 * 60, 300 * 24 * 60).filter(lambda minutes: 5 <= minutes % 60 <= 55),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda one: one[0],
    ),
    sources=st.sampled_from([1.0, 2.0, 4.0]),
    world=st.tuples(st.booleans(), st.booleans()),
)
def test_a_respondents_copy_never_leads_to_anybody_who_spoke(people, sources, world, staff_member, clock):
    adult, leak = world
    with transaction.atomic():
        account = respondent_account(age_band="18_plus" if adult else "16_17")
        times = []
        for number, (handle, words, minutes, reported) in enumerate(people):
            at = (now() - timedelta(minutes=minutes)).replace(second=17)
            if reported:
                report = report_about(account, reporter=handle, text=words, number=f"planted-{number}")
                Testimony.objects.filter(pk=report.testimony.pk).update(received_at=at)
                hear(report.conversation, text=words, files=[(f"{handle}.txt", words.encode())])
            else:
                post_about(account, author=handle, text=words, at=at, number=f"planted-{number}")
            times.append(at)
        case = assessed(account, testimonies=len(people), independent_sources=sources)
        member = staff_member("reviewer", "senior_reviewer", "authority_liaison", name="Planted Colleague")
        second = staff_member("reviewer", "senior_reviewer", name="Planted Second")
        handle, words = people[0][0], people[0][1]
        waiting = case.decisions.filter(state="proposed").first()
        if waiting is not None:
            for one in (member, second):
                waiting.refresh_from_db()
                if waiting.state == "proposed":
                    approve_decision(waiting, acting=one, reason=f"{handle} écrit : « {words} »")
        place_hold(case, acting=member, reason=f"For {handle}", review_at=now() + 9 * DAY)
        began = now()
        clock.move(3 * DAY)
        tell_respondents()
        if leak and (side := getattr(case, "respondent_side", None)) is not None:
            # A member who wrote what they should not have: it is not handed over a second time.
            message = side.conversation.messages.first()
            leaked = {"fr": f"C'est @{handle.upper()}.", "en": words}
            type(message).objects.filter(pk=message.pk).update(author="staff", staff=member, text=leaked)
        shown = everything(export_subject(as_respondent(account)))
        for name, said, _minutes, _reported in people:
            for spelling in spellings(name):
                assert spelling not in shown
            assert f" {folded(name).strip()} " not in f" {folded(shown)} "
            assert said not in shown
            assert folded(said).strip() not in folded(shown)
            assert pseudonym(f"tiktok:{name}") not in shown
            assert pseudonym(f"tiktok:{name.casefold()}") not in shown
        for at in times:
            for written in moments(at):
                assert not re.search(rf"(?<!\d){re.escape(written)}(?!\d)", shown)
        assert "Planted" not in shown
        assert "planted-" not in shown
        clock.set(began)
        transaction.set_rollback(True)


def test_a_sole_source_is_told_as_category_and_month():
    account = respondent_account()
    at = datetime(2026, 3, 9, 21, 43, tzinfo=UTC)
    post_about(account, author="lea.example", text="x y z", at=at)
    case = assessed(account, testimonies=1, independent_sources=1.0)
    shown = json.loads(export_subject(as_respondent(account))["data.json"])["held"]["cases"][0]
    assert set(shown["facts"]) >= {"conduct", "months"}
    assert all(re.fullmatch(r"\d{4}-\d{2}", month) for month in shown["facts"]["months"])
    days = [row["when"] for row in shown["records"] if row["what"] in ("case_opened", "case_assessed")]
    assert days
    assert all(re.fullmatch(r"\d{4}-\d{2}", when) for when in days)
    assert case.opened_at.strftime("%Y-%m") == shown["opened"]


def test_nothing_says_whether_an_authority_was_told(staff_member):
    from rempart.casework.services.authorities import approve_referral, assemble_referral

    account = respondent_account()
    case = assessed(account, complainant_minors=1)
    liaison = staff_member("authority_liaison")
    asked = {"kind": "justice", "language": "fr", "addressee": "Parquet", "reason": "x"}
    made = assemble_referral(case, acting=liaison, **asked)
    approve_referral(made, acting=liaison, reason="x")
    shown = everything(export_subject(as_respondent(account)))
    for word in ("referr", "threat", "hold", made.number, "Parquet", "signalement"):
        assert word not in shown


# -- an author's copy


def test_an_author_is_handed_what_they_said_and_their_conversation():
    account = respondent_account()
    post_about(account, author="lea.example", text="il m'a écrit", at=now())
    report = report_about(account, reporter="lea.example", text="voilà tout")
    hear(report.conversation, text="et encore", files=[("échange.txt", b"our talk")])
    report_about(account, reporter="somebody.else", text="planted words", number="r2")
    found = export_subject(parse_subject("tiktok:lea.example", "author"))
    data = json.loads(found["data.json"])["held"]
    assert [post["text"] for post in data["said"]["posts"]] == ["il m'a écrit"]
    assert len(data["said"]["testimonies"]) == 2
    assert "et encore" in json.dumps(data["said"]["conversations"], ensure_ascii=False)
    assert b"our talk" in found.values()
    assert "planted words" not in everything(found)


def test_a_locked_image_is_in_no_copy():
    account = respondent_account()
    report = report_about(account, reporter="lea.example", text="voilà")
    hear(report.conversation, text="", files=[("moi.png", b"\x89PNG\r\n\x1a\nplanted")], suspected_intimate=True)
    found = export_subject(parse_subject("tiktok:lea.example", "author"))
    assert not any(b"planted" in content for content in found.values())


# -- erasure


def test_erasing_says_first_what_would_be_done_and_changes_nothing():
    account = respondent_account()
    post_about(account, author="lea.example", text="il m'a écrit", at=now())
    who = parse_subject("tiktok:lea.example", "author")
    before = LedgerRow.objects.count()
    told = lines(who, really=False)
    assert told["posts"].erased == told["testimonies"].erased == 1
    assert Post.objects.get().text == "il m'a écrit"
    assert LedgerRow.objects.count() == before
    assert lines(who) == told


def test_an_author_is_erased_and_the_account_assessed_again():
    account = respondent_account()
    post_about(account, author="Lea.Example", text="il m'a écrit", at=now())
    report = report_about(account, reporter="lea.example", text="voilà tout")
    hear(report.conversation, text="et encore", files=[("a.txt", b"our talk")])
    other = report_about(account, reporter="somebody.else", text="autre chose", number="r2")
    assessed(account)
    lines(parse_subject("tiktok:lea.example", "author"))
    assert Post.objects.get().text == ""
    assert list(Testimony.everything.all()) == [other.testimony]
    assert list(Conversation.objects.filter(kind="complainant")) == [other.conversation]
    assert not StoredFile.objects.exists()
    assert LedgerRow.objects.filter(event="subject_erased").exists()
    sequence_pending()
    assert verify().holds
    again = lines(parse_subject("tiktok:lea.example", "author"))
    assert all(one.erased == 0 for one in again.values())


def test_an_author_under_a_hold_disappears_and_sealed_copies_stay_until_its_release(staff_member):
    account = respondent_account()
    post_about(account, author="lea.example", text="il m'a écrit", at=now())
    report = report_about(account, reporter="lea.example", text="voilà tout")
    hear(report.conversation, text="et encore", files=[("a.txt", b"our talk")])
    case = assessed(account)
    liaison = staff_member("authority_liaison")
    hold = place_hold(case, acting=liaison, reason="Asked for.", review_at=now() + DAY)
    told = lines(parse_subject("tiktok:lea.example", "author"))
    assert told["sealed copies"].stays == 2
    assert told["files"].stays == 1
    assert not Testimony.everything.exists()
    assert not Conversation.objects.filter(kind="complainant").exists()
    assert HeldCopy.objects.filter(case=case).count() == 2
    release_hold(hold, acting=liaison, reason="Over.")
    assert not StoredFile.objects.exists()


def test_a_case_that_is_not_over_stays_and_says_why(staff_member):
    account = respondent_account()
    case = assessed(account, credibility=0.1)
    liaison = staff_member("authority_liaison")
    hold = place_hold(case, acting=liaison, reason="Asked for.", review_at=now() + DAY)
    told = lines(as_respondent(account))["case"]
    assert (told.erased, told.stays) == (0, 1)
    assert "a legal hold keeps it" in told.because
    assert "not closed" in told.because
    assert Case.objects.filter(pk=case.pk).exists()
    release_hold(hold, acting=liaison, reason="Over.")
    assert lines(as_respondent(account))["case"].stays == 1


def test_a_case_that_is_over_is_erased_with_all_that_hangs_on_it(staff_member):
    account = respondent_account()
    post_about(account, author="lea.example", text="il m'a écrit", at=now())
    report_about(account, reporter="mina.example", text="voilà tout")
    case = assessed(account, credibility=0.1)
    subject = reference(case)
    close_case(case, acting=staff_member("reviewer"), reason="Nothing in it.")
    assert lines(as_respondent(account))["case"].erased == 1
    assert not Case.objects.exists()
    assert not Account.objects.exists()
    assert not Testimony.everything.exists()
    assert not Conversation.objects.exists()
    assert LedgerRow.objects.filter(subject=subject, event="case_closed").exists()
    assert not Content.objects.filter(row__subject=subject, row__event="case_closed").exists()
    sequence_pending()
    assert verify().holds


def test_somebody_accused_elsewhere_is_erased_at_once():
    account = Account.objects.create(service="snapchat", handle="kyl", first_seen_at=now())
    assert lines(as_respondent(account))["account"].erased == 1
    assert not Account.objects.exists()


# -- nothing is forgotten


def test_every_table_about_people_outside_is_handed_over_or_left_out_for_a_reason():
    from rempart.age import subjects as age
    from rempart.care import subjects as care
    from rempart.casework import subjects as casework
    from rempart.intake import subjects as intake
    from rempart.lookout import subjects as lookout
    from rempart.platforms import subjects as platforms

    rooms = (intake, lookout, casework, care, age, platforms)
    known = set().union(*(room.HANDED_OVER for room in rooms)) | subjects.left_out().keys()
    about_others = {
        table for (table, _column), answers in register().personal.items() if not answers["people"].startswith("staff")
    }
    assert about_others - known == set()
