"""Trying rules before they change: what is asked, computed once, shown to whom, and that nothing follows from it."""

import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from rempart.casework import commands, errors, services
from rempart.casework.models import Case, ComparedCase, Decision, DraftComparison, ThresholdSweep
from rempart.casework.services import policy
from rempart.intake.services import import_wave
from rempart.ledger.models import LedgerRow
from rempart.records.lines import Rejects
from rempart.replay import BadSweep
from rempart.rulebook import RulebookErrors, load, parse

BEGIN = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)
FIGURES = {"first": "2", "last": "4", "count": 3, "accounts": 12, "seed": 1, "base_rate": 50}
SEVERITY = "watch.severity"


@pytest.fixture
def owner(db, staff_member):
    return staff_member("policy_owner", name="Zoé Marchal")


@pytest.fixture
def signed_in(db, client, staff_member):
    """signed_in("auditor"): a client of somebody with that role."""

    def sign_in(*roles):
        client.force_login(staff_member(*roles))
        return client

    return sign_in


@pytest.fixture
def live(book):
    """A rulebook in force of which one article counts testimonies, and no other can match here."""
    text = re.sub(r"when: (?!severity >= 2 && credibility >= 0.8\n).*", "when: testimonies >= 1000", book.source)
    text = text.replace("severity >= 2 && credibility >= 0.8", "testimonies >= 3")
    text = text.replace("approval: automatic", "approval: one_reviewer").replace("2026-01-01", "2026-02-01")
    services.put_in_force(parse(text))
    return parse(text)


@pytest.fixture
def case(live):
    """The open case of tiktok:leo.vrtx, of whom five people speak."""
    lines = [
        json.dumps(
            {
                "id": f"p{number}",
                "service": "bluesky",
                "author": f"author{number}.example",
                "created_at": (BEGIN + number**2 * timedelta(minutes=17)).isoformat(),
                "text": f"#balancetontiktokeur @leo.vrtx m'a demandé des nudes sur snap, j'avais {12 + number} ans",
            }
        ).encode()
        for number in range(5)
    ]
    services.assess_wave(import_wave([lines], hashtag="balancetontiktokeur", rejects=Rejects(io.BytesIO())).wave)
    return Case.objects.get()


def draft(live, before="testimonies >= 3", after="testimonies >= 99"):
    assert before in live.source
    return live.source.replace(before, after).replace("2026-02-01", "2026-03-01")


def compared(text, owner):
    return policy.compute_comparison(policy.ask_comparison(text, acting=owner))


def asked(owner, book=None, path=SEVERITY, **figures):
    return policy.ask_sweep(book or load("rempart"), path, **{**FIGURES, **figures}, acting=owner)


# A figure at several values


def test_a_figure_is_tried_at_each_value_and_at_its_own(db, owner):
    done = policy.compute_sweep(asked(owner))
    assert [row["written"] for row in done.rows] == ["2", "3", "4"]
    assert [row["written"] for row in done.rows if row["is_present"]] == ["2"]
    assert done.progress == 100


def test_a_sweep_is_computed_once_however_often_its_task_runs(db, owner, events_of):
    one = asked(owner)
    first = policy.compute_sweep(one)
    again = policy.compute_sweep(one)
    assert (first.computed_at, first.rows) == (again.computed_at, again.rows)
    assert events_of(one) == ["sweep_asked", "sweep_computed"]


def test_a_sweep_says_how_far_it_is(db, owner, monkeypatch):
    noted = []
    one = asked(owner)
    monkeypatch.setattr(policy, "sweep", lambda *_, heard, **__: heard(10**9) or noted.append(progress(one)) or [])
    policy.compute_sweep(one)
    assert noted == [99]


def progress(one):
    return type(one).objects.get(pk=one.pk).progress


@pytest.mark.parametrize(
    "wrong", [{"first": "4", "last": "2"}, {"first": "high"}, {"first": "-1"}, {"count": 1}, {"count": 1000}]
)
def test_a_sweep_that_cannot_run_is_not_asked(db, owner, wrong):
    with pytest.raises(BadSweep):
        asked(owner, **wrong)
    assert not ThresholdSweep.objects.exists()


def test_a_value_that_could_not_be_put_in_force_is_not_tried(db, owner):
    with pytest.raises(BadSweep, match="5d"):
        asked(owner, path="watch.lasts", first="5d", last="20d")


@pytest.mark.parametrize("role", ["reader", "reviewer", "senior_reviewer", "auditor", "administrator"])
def test_only_a_policy_owner_tries_rules(live, staff_member, role):
    member = staff_member(role)
    with pytest.raises(errors.NotAllowed):
        asked(member)
    with pytest.raises(errors.NotAllowed):
        policy.ask_comparison(draft(live), acting=member)


def test_the_page_of_a_sweep_shows_its_curve_and_the_same_numbers_as_a_table(signed_in, owner):
    done = policy.compute_sweep(asked(owner, accounts=30))
    page = signed_in("reader").get(reverse("casework:sweep", args=[done.pk])).content.decode()
    assert page.count("<polyline") == 6  # the curve for two widths, and four numbers by value
    assert page.count('<th scope="row">') == len(done.rows)
    assert "simulation-band" in page


def test_a_sweep_that_is_not_computed_yet_shows_a_progress_bar(signed_in, owner):
    one = asked(owner)
    ThresholdSweep.objects.filter(pk=one.pk).update(progress=40)
    page = signed_in("reader").get(reverse("casework:sweep", args=[one.pk])).content.decode()
    assert '<progress max="100" value="40"' in page


def test_a_wave_of_innocents_alone_has_no_curve_and_still_its_numbers(signed_in, owner):
    done = policy.compute_sweep(asked(owner, base_rate=0))
    page = signed_in("reader").get(reverse("casework:sweep", args=[done.pk])).content.decode()
    assert "<polyline" not in page
    assert page.count('<th scope="row">') == len(done.rows)


def test_a_policy_owner_asks_for_a_sweep_on_its_page(signed_in):
    client = signed_in("policy_owner")
    answer = client.post(reverse("casework:thresholds"), {**FIGURES, "figure": SEVERITY})
    assert answer.headers["Location"] == reverse("casework:sweep", args=[ThresholdSweep.objects.get().pk])


def test_the_figures_of_another_rulebook_are_offered_when_it_is_chosen(signed_in):
    client = signed_in("policy_owner")
    page = client.get(reverse("casework:thresholds"), {"rulebook": "twitch-off-service"}).content.decode()
    assert "evidence-first-hand.severity" in page
    assert "watch.severity" not in page


def test_a_rulebook_without_a_figure_to_try_says_so(signed_in):
    page = signed_in("policy_owner").get(reverse("casework:thresholds"), {"rulebook": "count-three"})
    assert 'name="figure"' not in page.content.decode()


@pytest.mark.parametrize("wrong", [{"first": "7d"}, {"first": "9"}, {"count": "0"}, {"figure": "nothing.here"}])
def test_what_is_wrong_with_a_sweep_is_said_beside_its_form(signed_in, wrong):
    sent = {**FIGURES, "figure": SEVERITY, **wrong}
    answer = signed_in("policy_owner").post(reverse("casework:thresholds"), sent)
    assert answer.status_code == 422
    assert "aria-invalid" in answer.content.decode()


@pytest.mark.parametrize(("first", "last", "wrong"), [("7d", "x", "last"), ("x", "9d", "first"), ("9d", "8d", "last")])
def test_what_is_wrong_with_an_end_is_said_at_that_end(signed_in, first, last, wrong):
    sent = {**FIGURES, "figure": "watch.lasts", "first": first, "last": last}
    page = signed_in("policy_owner").post(reverse("casework:thresholds"), sent).content.decode()
    assert re.findall(r'<input[^>]*name="(\w+)"[^>]*aria-invalid', page) == [wrong]


def test_a_figure_is_offered_in_words(signed_in):
    page = signed_in("policy_owner").get(reverse("casework:thresholds"), headers={"accept-language": "en"})
    assert "severity ≥ 2" in page.content.decode()


def test_the_page_of_a_sweep_says_its_curve_in_words(signed_in, owner):
    done = policy.compute_sweep(asked(owner, accounts=30))
    address = reverse("casework:sweep", args=[done.pk])
    page = signed_in("reader").get(address, headers={"accept-language": "en"}).content.decode()
    present, highest = (next(row for row in done.rows if row["written"] == value) for value in ("2", "4"))
    assert f"With 2, as it is today, {present['protected']:.0%} of the accounts accused with reason" in page
    assert f"With 4: {highest['protected']:.0%} of the first" in page


def test_a_reader_sees_thresholds_and_no_form(signed_in):
    client = signed_in("reader")
    assert "<textarea" not in client.get(reverse("casework:thresholds")).content.decode()
    assert client.post(reverse("casework:thresholds"), {**FIGURES, "figure": SEVERITY}).status_code == 403


# A draft beside the rules in force


def test_the_rules_in_force_beside_themselves_treat_everybody_the_same(case, live, owner):
    done = compared(draft(live, "Pas de direct.", "Pas de direct du tout."), owner)
    assert (done.looked_at, done.failed, done.cases.count()) == (1, 0, 0)


def test_a_draft_that_asks_for_more_people_is_lighter_and_says_by_which_number(case, live, owner):
    (found,) = compared(draft(live), owner).cases.all()
    assert (found.case, found.direction) == (case, "lighter")
    (why,) = found.said["because"]
    assert (why["article"], why["kind"]) == ("contact", "no_longer_matches")
    assert [term["holds"] for term in (*why["before"]["terms"], *why["after"]["terms"])] == [True, False]
    assert why["after"]["terms"][0]["read"] == {"testimonies": 5.0}


def test_a_draft_that_lasts_longer_is_stricter(case, live, owner):
    (found,) = compared(draft(live, "lasts: 14d\n    renewable: 3", "lasts: 20d\n    renewable: 3"), owner).cases.all()
    assert found.direction == "stricter"
    assert found.said["because"][0]["kind"] == "asks_otherwise"


def test_nothing_follows_from_a_comparison(case, live, owner):
    before = list(Decision.objects.values()), list(case.assessments.values())
    compared(draft(live), owner)
    assert (list(Decision.objects.values()), list(case.assessments.values())) == before
    assert services.rulebook_in_force()[1].version == live.version


def test_a_closed_case_is_not_compared(case, live, owner, reviewer):
    for proposal in case.decisions.filter(state="proposed"):
        services.decline_decision(proposal, acting=reviewer, reason="Not enough.")
    services.close_case(case, acting=reviewer, reason="Nothing more came.")
    assert compared(draft(live), owner).looked_at == 0


def test_a_draft_that_cannot_judge_a_case_is_told(case, live, owner):
    done = compared(draft(live, after="conduct[9] == 'grooming'"), owner)
    assert (done.looked_at, done.failed) == (0, 1)


def test_a_comparison_is_computed_once_however_often_its_task_runs(case, live, owner, events_of):
    one = policy.ask_comparison(draft(live), acting=owner)
    policy.compute_comparison(one)
    policy.compute_comparison(one)  # as the killed worker's successor, which has read it before
    assert ComparedCase.objects.count() == 1
    assert events_of(one) == ["comparison_asked", "comparison_computed"]


@pytest.mark.parametrize("kind", ["sweep", "comparison"])
def test_what_is_killed_before_its_end_keeps_nothing_and_is_completed_by_the_next_run(
    case, live, owner, monkeypatch, kind
):
    one = asked(owner) if kind == "sweep" else policy.ask_comparison(draft(live), acting=owner)
    compute = policy.compute_sweep if kind == "sweep" else policy.compute_comparison

    def die(*_given, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(policy, "append", die)
        with pytest.raises(KeyboardInterrupt):
            compute(one)
    assert type(one).objects.get(pk=one.pk).computed_at is None
    assert not ComparedCase.objects.exists()
    assert compute(one).computed_at is not None


def test_the_command_lists_cases_treated_otherwise_and_writes_nothing(case, live, capsys):
    before = LedgerRow.objects.count()
    found = commands.compare(parse(draft(live)))
    (row,) = json.loads(commands.as_json(found))
    assert (row["case"], row["about"]["handle"], row["direction"]) == (case.pk, "leo.vrtx", "lighter")
    first, second = commands.as_table(found).splitlines()
    assert first.startswith(f"{case.pk}  tiktok:leo.vrtx  lighter: no_new_contacts for 14d (preventive, two_reviewers)")
    assert second.strip() == "contact (no longer matches): testimonies >= 99 does not hold (testimonies 5)"
    assert "open cases: 1; treated otherwise by of-the-tests 2026-03-01: 1" in capsys.readouterr().err
    assert LedgerRow.objects.count() == before


def test_what_was_compared_of_a_case_leaves_with_it(case, live, owner):
    from rempart.casework.retention import forget_cases

    done = compared(draft(live), owner)
    forget_cases([case], because="retention")
    assert not done.cases.exists()


def test_a_comparison_starts_from_the_text_of_the_rules_in_force(signed_in, live):
    page = signed_in("policy_owner").get(reverse("casework:comparisons"), {"rulebook": live.name})
    assert "testimonies &gt;= 3" in page.content.decode()


@pytest.mark.parametrize("sent", ["text", "file"])
def test_a_refused_draft_is_refused_at_the_field_it_came_by(signed_in, live, sent):
    given = {"text": "articles: ["} if sent == "text" else {"file": io.BytesIO(b"\xff\xfe\x00")}
    answer = signed_in("policy_owner").post(reverse("casework:comparisons"), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'<(?:input|textarea)[^>]*name="(\w+)"[^>]*aria-invalid', page) == [sent]
    assert "notice-error" in page


@pytest.fixture
def another_case(respondent, judged):
    """A case about somebody else."""
    return judged(respondent())


def test_the_page_of_a_comparison_counts_changes_and_can_show_those_of_one_direction(
    signed_in, live, owner, case, another_case
):
    done = compared(draft(live), owner)
    (lighter,) = done.cases.all()
    done.cases.create(
        case=another_case,
        direction="stricter",
        said=lighter.said | {"before": lighter.said["after"], "after": lighter.said["before"]},
    )
    shown = {
        "lighter": {case.pk},
        "stricter": {another_case.pk},
        "": {case.pk, another_case.pk},
        "nonsense": {case.pk, another_case.pk},
    }
    client = signed_in("auditor")
    for direction, cases in shown.items():
        page = client.get(
            reverse("casework:comparison", args=[done.pk]),
            {"direction": direction},
            headers={"accept-language": "en"},
        ).content.decode()
        assert re.findall(r'<th scope="row">(\w+)</th>', page) == ["Stricter", "Lighter"]
        assert set(map(int, re.findall(r"case-(\d+)", page))) == cases


def test_a_draft_that_is_refused_is_not_compared(live, owner):
    with pytest.raises(RulebookErrors):
        policy.ask_comparison(draft(live, "lasts: 14d", "lasts: soon"), acting=owner)
    assert not DraftComparison.objects.exists()


def test_the_page_links_to_cases_for_those_who_may_read_them(case, live, owner, signed_in):
    done = compared(draft(live), owner)
    address = reverse("casework:comparison", args=[done.pk])
    link = reverse("casework:case", args=[case.pk])
    assert link in signed_in("auditor").get(address).content.decode()
    as_owner = signed_in("policy_owner").get(address).content.decode()
    assert link not in as_owner
    assert "testimonies &gt;= 99" in as_owner


@pytest.mark.parametrize("role", ["reader", "reviewer", "senior_reviewer", "administrator"])
def test_what_is_believed_of_cases_is_not_shown_to_those_from_whom_it_may_be_hidden(case, live, owner, signed_in, role):
    done = compared(draft(live), owner)
    assert signed_in(role).get(reverse("casework:comparison", args=[done.pk])).status_code == 403


def test_a_draft_is_pasted_or_given_as_a_file(live, signed_in):
    client = signed_in("policy_owner")
    address = reverse("casework:comparisons")
    assert client.post(address, {"text": draft(live).replace("\n", "\r\n")}).status_code == 302
    file = io.BytesIO(draft(live).encode())
    file.name = "draft.yaml"
    assert client.post(address, {"file": file}).status_code == 302
    assert len({one.text for one in DraftComparison.objects.all()}) == 1


@pytest.mark.parametrize("sent", ["", "articles: [", "x" * 300_000])
def test_a_text_that_is_no_rulebook_is_refused_in_words(live, signed_in, sent):
    answer = signed_in("policy_owner").post(reverse("casework:comparisons"), {"text": sent})
    assert answer.status_code == 422
    assert not DraftComparison.objects.exists()


def test_the_command_looks_at_the_database_and_at_no_file(own_database, tmp_path):
    (tmp_path / "draft.yaml").write_text(load("rempart").source.replace("credibility >= 0.85", "credibility >= 0.8"))
    done = own_database.command("replay", "--shadow", str(tmp_path / "draft.yaml"), "--format", "json")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    (tmp_path / "draft.yaml").write_text("articles: [")
    assert own_database.command("replay", "--shadow", str(tmp_path / "draft.yaml")).returncode == 65
    assert own_database.command("replay", "--shadow", str(tmp_path / "nothing.yaml")).returncode == 66


# The reasons on the page of a case whose testimonies are stored


def test_each_reason_leads_to_testimonies_that_the_page_shows(signed_in, case, monkeypatch):
    monkeypatch.setattr("rempart.casework.selectors.score_is_hidden", lambda *_: False)
    client = signed_in("reviewer")
    client.post(reverse("casework:texts", args=[case.pk]))
    page = client.get(reverse("casework:case", args=[case.pk]))
    led_to = set(re.findall(r'href="#(testimony-\d+)"', page.content.decode()))
    assert led_to
    assert led_to <= set(re.findall(r'id="(testimony-\d+)"', page.content.decode()))


def test_the_reasons_shown_add_up_to_the_whole(signed_in, case):
    page = signed_in("reviewer").get(reverse("casework:case", args=[case.pk]))
    assert sum(one["weight"] for one in page.context["factors"]) == pytest.approx(page.context["total"], abs=1e-9)
