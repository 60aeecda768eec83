"""The demonstration: the example wave goes through the whole house once, and a second run finds it as it was."""

import subprocess
import sys

import pytest

from rempart.casework import services
from rempart.casework.models import Case, Decision, WaveReplay
from rempart.intake.models import Import, Post, Testimony, Wave
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The example wave, loaded once for the tests of this file and undone after them."""
    from django.db import transaction

    from rempart import demo

    with django_db_blocker.unblock():
        undo = transaction.atomic()
        undo.__enter__()
        try:
            wave, new = demo.load()
            assert new
            yield wave
        finally:
            transaction.set_rollback(True)
            undo.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _world(loaded, db):
    """Every test sees the loaded wave."""


def test_the_wave_ended_a_few_hours_before_it_was_loaded(loaded):
    latest = Post.objects.filter(waves=loaded).latest("created_at").created_at
    assert 0 < (now() - latest).total_seconds() < 24 * 3600


def test_no_line_of_the_example_is_refused(loaded):
    assert Import.objects.get(wave=loaded).bad_lines == 0


def test_there_are_cases_and_something_is_in_force():
    assert Case.objects.count() >= 15
    assert Decision.objects.in_force().exists()


def test_something_is_left_for_the_visitor_to_do():
    assert Decision.objects.filter(state="proposed").exists()


def test_accounts_elsewhere_have_no_case():
    assert set(Case.objects.values_list("account__service", flat=True)) == {"tiktok"}


def test_nothing_is_in_force_on_a_minor_without_two_people():
    taken = Decision.objects.filter(state="taken").exclude(case__account__age_band="18_plus")
    assert taken.exists()
    assert not taken.filter(seconded_by=None).exists()


def test_a_second_run_finds_everything_as_it_was(loaded, staff_member):
    from rempart import demo

    proposal = Decision.objects.filter(state="proposed").first()
    services.decline_decision(proposal, acting=staff_member("reviewer"), reason="Not convinced.")
    before = [model.objects.count() for model in (Post, Testimony, Case, Decision, LedgerRow)]
    wave, new = demo.load()
    assert (wave, new) == (loaded, False)
    assert [model.objects.count() for model in (Post, Testimony, Case, Decision, LedgerRow)] == before
    proposal.refresh_from_db()
    assert proposal.state == "declined"


def test_people_of_a_demonstration_whose_wave_is_gone_are_named_and_nothing_is_loaded(loaded):
    from rempart import demo

    Wave.objects.filter(pk=loaded.pk).update(hashtag="another")
    before = LedgerRow.objects.count()
    with pytest.raises(demo.LeftOver, match=r"salome\.vidal@rempart\.example"):
        demo.load()
    assert LedgerRow.objects.count() == before


def test_assessing_what_is_loaded_again_changes_nothing(loaded):
    before = (LedgerRow.objects.count(), list(Decision.objects.order_by("pk").values_list("pk", "state")))
    services.assess_wave(loaded)
    assert (LedgerRow.objects.count(), list(Decision.objects.order_by("pk").values_list("pk", "state"))) == before


def test_every_case_and_every_rulebook_is_told(loaded):
    from rempart import demo
    from rempart.rulebook import shipped

    said = "\n".join(demo.told(loaded, loaded=True))
    assert all(str(case.account) in said for case in Case.objects.select_related("account"))
    assert all(name in said for name in shipped())


def test_no_word_of_guilt_is_told(loaded):
    from rempart import demo

    said = "\n".join(demo.told(loaded, loaded=True)).lower()
    assert not any(word in said for word in ("guilty", "coupable", "offender", "culprit"))


def test_the_replay_answers_for_the_accounts_that_have_cases(loaded):
    rows = WaveReplay.objects.get(wave=loaded).rows
    assert {row["accused"] for row in rows} == {Case.objects.count()}


def test_the_link_signs_the_visitor_in(loaded, client):
    from rempart import demo

    address = demo.sign_in_address(8000)
    assert address.startswith("http://localhost:8000/")
    page = address.removeprefix("http://localhost:8000")
    assert client.post(page).status_code == 302
    assert client.get("/", follow=True).status_code == 200


def test_the_command_loads_tells_and_stops(own_database):
    command = [sys.executable, "-m", "rempart.cli", "demo", "--no-serve"]
    first = subprocess.run(command, env=own_database.environment, capture_output=True, check=False)
    again = subprocess.run(command, env=own_database.environment, capture_output=True, check=False)
    assert (first.returncode, again.returncode) == (0, 0), (first.stderr, again.stderr)
    table = b"What holds for each account now"
    assert first.stdout.partition(table)[2] == again.stdout.partition(table)[2] != b""
