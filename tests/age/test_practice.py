"""The practice statement says what the running configuration says, in both languages."""

import json
from html import unescape
from importlib.resources import files

import pytest
import yaml
from django.test import Client

from rempart.age import practice
from rempart.age.policies import policies
from rempart.age.steps import rules
from rempart.ledger.clock import now
from rempart.records import AgeEstimate, AgeEvidence

LANGUAGES = ["fr", "en"]
POLICY = """
country: NL
versions:
  - since: 2020-01-01
    minimum_age: 14
    guardian_consent_below: 16
    guardian_consent_days: 111
    features: {direct_messages: 16, live: 18, paid_gifts: 18}
    confidence: {13: asserted, 15: standard, 16: standard, 18: enhanced}
    sources: [{name: A law, url: "https://law.example"}]
"""


@pytest.fixture(autouse=True)
def _alone(db, settings, tmp_path):
    settings.REMPART_AGE_TRUST = str(tmp_path / "trust")


def told(language: str = "en") -> str:
    return practice.as_markdown(practice.statement(language, at=now()))


def estimate(account: str, probability: float, step: str) -> AgeEstimate:
    evidence = [AgeEvidence(text="j’ai 11 ans", span=(0, 11), source="bio")]
    return AgeEstimate(
        id=account, probability_under_13=probability, estimated_age=None, interval=None, evidence=evidence, step=step
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_and_age_of_the_policies_is_told(language):
    [ages] = [one for one in practice.statement(language, at=now()).sections if one.id == "ages"]
    assert len(ages.rows) == len(policies())
    said = {row[0]: row for row in ages.rows}
    for code, country in policies().items():
        if code != "any":
            assert str(country.versions[-1].minimum_age) in said[code][1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_policy_of_the_operator_is_told_at_once(settings, tmp_path, language):
    (tmp_path / "NL.yaml").write_text(POLICY, encoding="utf-8")
    settings.REMPART_AGE_POLICIES = str(tmp_path)
    text = told(language)
    assert "| NL | 14" in text
    assert "111" in text
    assert "paid gifts" in text
    assert "https://law.example" in text


def test_the_probabilities_that_are_told_are_those_from_which_the_sweep_asks():
    """Found by bringing accounts read at each hundredth before the sweep, which asks by itself."""
    from rempart.age.services.sweeps import receive_estimates
    from rempart.radar.age.parameters import Parameters

    reader = Parameters()
    from_reader = {"ask": reader.ask_from, "prove": reader.prove_from, "restrict": reader.restrict_from}
    told_of = told()
    for step, at_least in from_reader.items():
        least = next(
            n / 100
            for n in range(round(at_least * 100), 101)
            if receive_estimates([estimate(f"{step}.{n}", n / 100, step)], service="tiktok").asked
        )
        assert f"{rules().steps[step].title['en']}: from a probability of {least:.0%}" in told_of


def test_times_are_those_of_the_rules():
    text = told()
    assert f"{rules().keeps.days} days" in text
    assert f"within {rules().appeal_answer.days} days" in text


def test_retention_is_that_of_the_register():
    times = yaml.safe_load(files("rempart.privacy").joinpath("register.yaml").read_text(encoding="utf-8"))["retentions"]
    [kept] = [one for one in practice.statement("en", at=now()).sections if one.id == "kept"]
    assert [row[1] for row in kept.rows] == [f"{times[name]['days']} days" for name in practice._KEPT]


def test_a_test_wallet_is_warned_of(settings):
    assert practice.statement("en", at=now()).warning == ""
    settings.REMPART_TEST_WALLET = True
    assert "test wallet" in told()


def test_trusted_lists_are_named(settings):
    settings.REMPART_AGE_TRUSTED_LISTS = ["https://lists.example/eu.xml"]
    assert "https://lists.example/eu.xml" in told()


@pytest.mark.parametrize("language", LANGUAGES)
def test_apps_and_guardians_are_ways_only_where_somebody_is_trusted_to_attest(settings, tmp_path, language):
    words = practice.saying.texts("practice", language)
    by_app = [words[f"what_{name}"] for name in ("mdoc", "sd_jwt", "guardian")]
    text = told(language)
    assert words["no_issuer"] in text
    assert not any(way in text for way in by_app)
    settings.REMPART_TEST_WALLET, settings.REMPART_HOME = True, tmp_path
    text = told(language)
    assert words["no_issuer"] not in text
    assert all(way in text for way in by_app)


@pytest.mark.parametrize("installed", [True, False], ids=["installed", "not installed"])
def test_zero_knowledge_is_told_where_it_is_installed(monkeypatch, settings, tmp_path, installed):
    settings.REMPART_TEST_WALLET, settings.REMPART_HOME = True, tmp_path
    monkeypatch.setattr(practice.zero_knowledge, "available", lambda: installed)
    assert ("A zero-knowledge proof" in told()) is installed
    assert ("the library is not installed" in told()) is not installed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_it_to_anybody(language):
    page = unescape(Client(headers={"accept-language": language}).get("/age/practice/").content.decode())
    statement = practice.statement(language, at=now())
    assert all(section.title in page for section in statement.sections)
    assert ("Who learns what" in page) is (language == "en")


def test_the_commands_print_it_and_the_rates(own_database):
    made = own_database.command("age", "practice", "--language", "fr")
    assert made.stdout.startswith("# Comment nous demandons leur âge aux gens"), made.stderr
    made = own_database.command("age", "practice", "--language", "en", "--format", "json")
    assert {one["id"] for one in json.loads(made.stdout)["sections"]} >= {
        "ages",
        "methods",
        "learns",
        "kept",
        "complain",
    }
    made = own_database.command("age", "report", "--from", "2026-01-01", "--to", "2026-04-01", "--format", "json")
    assert json.loads(made.stdout)["withheld_below"] == 5, made.stderr
    assert "asked_wrongly" in own_database.command("age", "report").stdout
    assert own_database.command("age", "report", "--from", "2026-01-01").returncode == 64
