"""From what is stored to cases: who gets one, what it rests on, and what leaves with an erased post."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from rempart.casework import services
from rempart.casework.models import Case, Decision, Simulation, WaveReplay
from rempart.intake.models import Account, Post, Wave
from rempart.intake.services import erase_post, import_wave
from rempart.ledger.models import LedgerRow
from rempart.records.lines import Rejects

BEGIN = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)


ACCUSING = (
    "#balancetontiktokeur @leo.vrtx m'a demandé des nudes sur snap, j'avais 14 ans",
    "J'étais en troisième quand @leo.vrtx m'a envoyé une photo de lui nu, j'ai les captures #balancetontiktokeur",
    "moi aussi… @leo.vrtx voulait que j'envoie des photos intimes, il savait que j'avais 13 ans. #balancetontiktokeur",
    "#balancetontiktokeur après un live, @leo.vrtx m'a écrit en privé et m'a réclamé des nudes. J'avais quinze ans.",
    "@leo.vrtx a menacé de publier mes photos si je parlais, j'avais 16 ans #balancetontiktokeur",
    "Je témoigne : @leo.vrtx m'a harcelée de messages sexuels pendant des mois, j'étais mineure. #balancetontiktokeur",
)


@pytest.fixture
def wave(db) -> Wave:
    """Six people accuse tiktok:leo.vrtx, two snapchat:dark.raph, and one defends tiktok:kyl.off."""
    texts = list(ACCUSING)
    texts += ["#balancetontiktokeur dark.raph sur snapchat m'a demandé des nudes, j'avais 14 ans"] * 2
    texts += ["#balancetontiktokeur @kyl.off n'a rien fait, c'est faux, arrêtez de mentir sur lui"]
    lines = [
        json.dumps(
            {
                "id": f"p{number}",
                "service": "bluesky",
                "author": f"author{number}.example",
                "created_at": (BEGIN + number**2 * timedelta(minutes=17)).isoformat(),
                "text": text,
            }
        ).encode()
        for number, text in enumerate(texts)
    ]
    return import_wave([lines], hashtag="balancetontiktokeur", rejects=Rejects(io.BytesIO())).wave


def test_only_accused_accounts_of_the_platform_have_a_case(wave):
    services.assess_wave(wave)
    assert [str(case.account) for case in Case.objects.all()] == ["tiktok:leo.vrtx"]
    assert Account.objects.filter(service="snapchat").exists()


def test_a_platform_may_run_other_services(wave, settings):
    settings.REMPART_PLATFORM_SERVICES = ["snapchat"]
    services.assess_wave(wave)
    assert {case.account.service for case in Case.objects.all()} == {"snapchat"}


def test_one_account_alone_is_assessed_as_with_its_wave(wave):
    services.assess_wave(wave)
    before = Case.objects.get().assessments.count()
    services.assess_accounts(Account.objects.filter(handle="leo.vrtx"))
    assert Case.objects.get().assessments.count() == before


def test_what_is_proposed_on_posts_that_were_all_erased_is_withdrawn(wave):
    services.assess_wave(wave)
    assert Decision.objects.filter(state="proposed").exists()
    for post in Post.objects.filter(testimonies__account__handle="leo.vrtx"):
        erase_post(post.service, post.post_id)
    services.assess_accounts(Account.objects.filter(handle="leo.vrtx"))
    assert not Decision.objects.filter(state="proposed").exists()


def test_erasing_a_post_asks_for_the_account_to_be_assessed_again(wave):
    from procrastinate.contrib.django.models import ProcrastinateJob

    erase_post("bluesky", "p0")
    job = ProcrastinateJob.objects.get(task_name="casework.assess_accounts")
    assert job.args == {"accounts": [Account.objects.get(handle="leo.vrtx").pk]}


def test_a_wave_is_replayed_under_every_shipped_rulebook(wave):
    from rempart.rulebook import shipped

    replayed = services.replay_wave(wave)
    assert {row["rulebook"] for row in replayed.rows} == set(shipped())
    assert set(replayed.first_measures) <= {"tiktok:leo.vrtx"}


def test_a_second_replay_takes_the_place_of_the_first(wave):
    services.replay_wave(wave)
    services.replay_wave(wave)
    assert WaveReplay.objects.count() == 1


def test_a_simulation_has_the_truth_and_is_computed_once(db, reviewer):
    asked = services.ask_simulation(accounts=20, seed=3, rulebooks=["rempart", "count-three"], acting=reviewer)
    done = services.compute_simulation(asked)
    again = services.compute_simulation(Simulation.objects.get())
    assert [row["rulebook"] for row in done.rows] == ["rempart", "count-three"]
    assert all("wrongly_suspended" in row for row in done.rows)
    assert again.computed_at == done.computed_at
    assert list(LedgerRow.objects.filter(event__startswith="simulation").values_list("event", flat=True)) == [
        "simulation_asked",
        "simulation_computed",
    ]


def test_no_truth_stands_outside_simulations(wave):
    columns = ("protected", "wrongly_suspended", "wrongly_restrained", "wrong_days")
    assert not any(name in row for row in services.replay_wave(wave).rows for name in columns)


def test_a_simulation_of_a_rulebook_that_is_not_shipped_is_refused(db, reviewer):
    with pytest.raises(FileNotFoundError):
        services.ask_simulation(accounts=20, seed=3, rulebooks=["/etc/passwd"], acting=reviewer)


def test_the_shipped_rulebook_is_in_force_when_nobody_chose(db):
    version, book = services.rulebook_in_force()
    assert (version.name, version.text) == ("rempart", book.source)


def test_a_rulebook_for_replay_only_is_never_in_force(db):
    from rempart.casework.errors import NotDrafted
    from rempart.rulebook import load

    with pytest.raises(NotDrafted):
        services.put_in_force(load("count-three"))


def test_a_decision_keeps_the_text_of_the_rulebook_it_was_taken_under(wave):
    services.assess_wave(wave)
    rulebook = Decision.objects.first().rulebook
    assert services.book_of(rulebook).version == rulebook.version
    assert LedgerRow.objects.filter(event="rulebook_stored").count() == 1
