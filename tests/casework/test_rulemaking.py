"""How the rules change: by two people, after the shadow, with the effect shown, from a date on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from rempart.casework import errors, services
from rempart.casework.models import RulebookVersion, ShadowJudgement
from rempart.casework.services import rulemaking
from rempart.ledger.clock import now
from rempart.rulebook import RulebookErrors

Stage = RulebookVersion.Stage


@pytest.fixture
def owner(staff_member):
    return staff_member("policy_owner", name="Zoé Marchal")


@pytest.fixture
def other_owner(staff_member):
    return staff_member("policy_owner", name="Malo Ferrand")


@pytest.fixture
def newer(book):
    """The text of a new version, in which live streams stop at a lower credibility."""
    return book.source.replace("version: 2026-01-01", "version: 2026-06-01").replace("lasts: 14d", "lasts: 10d")


@pytest.fixture
def draft(newer, owner):
    return rulemaking.draft_rulebook(newer, acting=owner, reason="Fourteen days proved too long.")


@pytest.fixture
def shown(draft, owner):
    """A version in the shadow whose effect was computed."""
    return rulemaking.compute_effect(rulemaking.begin_shadow(draft, acting=owner))


def test_a_draft_decides_nothing(draft, book):
    assert draft.stage == Stage.DRAFT
    assert services.rulebook_in_force()[1].version == book.version


@pytest.mark.parametrize("role", ["reader", "reviewer", "senior_reviewer", "auditor", "administrator"])
def test_only_a_policy_owner_drafts(newer, staff_member, role):
    with pytest.raises(errors.NotAllowed):
        rulemaking.draft_rulebook(newer, acting=staff_member(role), reason="Because.")


def test_a_text_that_breaks_a_limit_is_no_draft(newer, owner):
    broken = newer.replace("approval: two_reviewers", "approval: automatic")
    with pytest.raises(RulebookErrors):
        rulemaking.draft_rulebook(broken, acting=owner, reason="Faster.")
    assert not RulebookVersion.objects.exclude(drafted_at=None).exists()


def test_a_preventive_article_that_no_statement_of_reasons_could_quote_is_no_draft(newer, owner):
    broken = newer.replace("Pas de direct.", "L'auteur des faits ne passe plus en direct.")
    with pytest.raises(RulebookErrors, match="no finding"):
        rulemaking.draft_rulebook(broken, acting=owner, reason="Plainer.")


def test_the_date_of_a_version_names_one_text(draft, newer, owner):
    with pytest.raises(errors.AlreadyKept):
        rulemaking.draft_rulebook(newer.replace("lasts: 10d", "lasts: 11d"), acting=owner, reason="Again.")


def test_a_version_in_the_shadow_judges_and_changes_nothing(draft, owner, judged, respondent):
    rulemaking.begin_shadow(draft, acting=owner)
    case = judged(respondent(age_band="16_17"), severity=3, credibility=0.95)
    noted = ShadowJudgement.objects.get(case=case)
    assert noted.measures
    assert {one.rulebook_id for one in case.decisions.all()} == {services.rulebook_in_force()[0].pk}


def test_nobody_puts_their_own_draft_in_force(shown, owner):
    with pytest.raises(errors.SecondPersonNeeded):
        rulemaking.approve_version(shown, acting=owner, reason="It is right.")


def test_the_database_refuses_that_somebody_approves_their_own_draft(shown, owner):
    with pytest.raises(IntegrityError), transaction.atomic():
        RulebookVersion.objects.filter(pk=shown.pk).update(
            approved_by=owner, approved_at=now(), approved_because="Quick.", in_force_from=now()
        )


def test_the_database_refuses_a_draft_in_force_that_nobody_approved(shown):
    with pytest.raises(IntegrityError), transaction.atomic():
        RulebookVersion.objects.filter(pk=shown.pk).update(in_force_from=now())


def test_an_effect_that_nobody_computed_cannot_have_been_read(draft, owner, other_owner):
    version = rulemaking.begin_shadow(draft, acting=owner)
    with pytest.raises(errors.EffectNotShown):
        rulemaking.approve_version(version, acting=other_owner, reason="It is right.")


def test_an_effect_against_rules_that_are_past_does_not_count(shown, newer, owner, other_owner):
    second = rulemaking.draft_rulebook(newer.replace("2026-06-01", "2026-07-01"), acting=owner, reason="Otherwise.")
    second = rulemaking.compute_effect(rulemaking.begin_shadow(second, acting=owner))
    rulemaking.approve_version(shown, acting=other_owner, reason="It is right.")
    with pytest.raises(errors.EffectNotShown):
        rulemaking.approve_version(second, acting=other_owner, reason="It is right too.")


def test_a_version_comes_into_force_on_its_date_and_measures_keep_theirs(shown, other_owner, judged, respondent, clock):
    before = judged(respondent(), severity=2, credibility=0.9)
    begins = now() + timedelta(days=3)
    coming = rulemaking.approve_version(shown, acting=other_owner, reason="It is right.", from_=begins)
    assert coming.stage == Stage.COMING
    assert services.rulebook_in_force()[0] != coming
    clock.move(timedelta(days=3))
    assert services.rulebook_in_force()[0] == coming
    assert RulebookVersion.objects.get(pk=coming.pk).stage == Stage.IN_FORCE
    assert all(one.rulebook_id != coming.pk for one in before.decisions.all())


def test_no_rule_applies_to_the_past(shown, other_owner):
    with pytest.raises(errors.PastDate):
        rulemaking.approve_version(shown, acting=other_owner, reason="It is right.", from_=now() - timedelta(minutes=1))


def test_a_version_that_was_approved_can_be_withdrawn_before_its_date(shown, other_owner, clock):
    coming = rulemaking.approve_version(
        shown, acting=other_owner, reason="It is right.", from_=now() + timedelta(days=1)
    )
    rulemaking.withdraw_version(coming, acting=other_owner, reason="An error was found.")
    clock.move(timedelta(days=2))
    assert services.rulebook_in_force()[0] != coming


def test_a_version_in_force_cannot_be_withdrawn(shown, other_owner):
    in_force = rulemaking.approve_version(shown, acting=other_owner, reason="It is right.")
    with pytest.raises(errors.NotDrafted):
        rulemaking.withdraw_version(in_force, acting=other_owner, reason="Too late.")


def test_every_step_has_its_row(shown, other_owner, events_of):
    rulemaking.approve_version(shown, acting=other_owner, reason="It is right.")
    assert events_of(shown) == [
        "rulebook_drafted",
        "rulebook_in_shadow",
        "rulebook_effect_shown",
        "rulebook_in_force",
    ]


def test_the_effect_is_what_replay_finds(own_database, tmp_path):
    from rempart.casework.models import Case
    from rempart.intake.models import Wave
    from rempart.rulebook import load

    assert own_database.command("demo", "--no-serve").returncode == 0
    stricter = load("rempart").source.replace("version: ", "version: 2099-01-01 # ", 1)
    stricter = stricter.replace("credibility >= 0.6", "credibility >= 0.3")
    file = tmp_path / "ours.yaml"
    file.write_text(stricter)
    for name in ("zoe", "malo"):
        own_database.command("staff", "invite", f"{name}@rempart.example", "--role", "policy_owner")
    arguments = ("rulebook", "draft", str(file), "--because", "To see.", "--as")
    assert own_database.command(*arguments, "nobody@rempart.example").returncode == 1
    assert own_database.command(*arguments, "zoe@rempart.example").returncode == 0
    version = RulebookVersion.objects.exclude(drafted_at=None).get()
    version = rulemaking.compute_effect(rulemaking.begin_shadow(version, acting=version.drafted_by))
    (row,) = version.effect["rows"]
    assert row["wave"] == Wave.objects.get().pk
    assert row["after"]["restrained"] >= row["before"]["restrained"] > 0
    assert row["before"]["accused"] == Case.objects.count()
    assert version.effect["different"] == len(version.effect["differences"])
