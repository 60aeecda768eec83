"""Ages by country and date: as the law has them, and checked when they are read."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rempart.age import standing
from rempart.age.models import Confidence, Method, Subject
from rempart.age.policies import PolicyError, parse, policies, policy_for
from rempart.age.services.assurances import assure
from rempart.age.standing import Allowed, Because, allowed
from rempart.ledger.clock import now
from rempart.staff.keys import Scope, make_key

GOOD = """
country: XY
versions:
  - since: 2020-01-01
    minimum_age: 13
    guardian_consent_below: 15
    features: {live: 18}
    confidence: {13: asserted, 15: standard, 16: standard, 18: enhanced}
    sources: [{name: A law, url: "https://law.example"}]
"""
SOMEBODY = Subject.account("tiktok", "7001")


def test_every_policy_that_is_shipped_names_its_sources():
    assert {"FR", "BE", "CH", "GB", "US", "CA", "CA-QC", "any"} <= set(policies())
    assert all(one.sources for country in policies().values() for one in country.versions)


@pytest.mark.parametrize(
    ("country", "consent"),
    [("FR", 15), ("fr", 15), ("CA-QC", 14), ("CA-ON", 13), ("BR", 13), ("", 13)],
    ids=["France", "lower case", "Quebec", "Ontario has its country’s", "elsewhere", "unknown"],
)
def test_a_country_without_a_policy_has_the_one_of_elsewhere(country, consent):
    assert policy_for(country, date(2026, 11, 23)).guardian_consent_below == consent


def test_a_policy_holds_from_its_day_on():
    before, after = policy_for("GB", date(2025, 7, 24)), policy_for("GB", date(2025, 7, 25))
    assert (before.least(18), after.least(18)) == (Confidence.ASSERTED, Confidence.ENHANCED)


def test_before_the_first_day_there_is_none():
    with pytest.raises(LookupError):
        policy_for("BE", date(2010, 1, 1))


@pytest.mark.parametrize(
    ("find", "put", "field"),
    [
        ("minimum_age: 13", "minimum_age: thirteen", "versions.0.minimum_age"),
        ("minimum_age: 13", "minimum_age: true", "versions.0.minimum_age"),
        ("minimum_age: 13", "minimum: 13", "versions.0.minimum"),
        ("live: 18", "live: 0", "versions.0.features.live"),
        ("live: 18", "account: 16", "versions.0.features.account"),
        ("15: standard", "15: certain", "versions.0.confidence.15"),
        ("15: standard, ", "", "versions.0.confidence"),
        ("since: 2020-01-01", "since: soon", "versions.0.since"),
        ('[{name: A law, url: "https://law.example"}]', "[]", "versions.0.sources"),
        ("name: A law", "title: A law", "versions.0.sources.0.title"),
        ("country: XY", "country: France", "country"),
        ("versions:", "version:", "version"),
        ("country: XY", "country: [", ""),
    ],
    ids=[
        "no number", "a yes", "an unknown field", "an odd age", "two minimums", "an unknown class", "a missing class",
        "no day", "no source", "an odd source", "no code", "an unknown key", "no YAML",
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_named(find, put, field):
    with pytest.raises(PolicyError) as raised:
        parse(GOOD.replace(find, put), "XY.yaml")
    assert (raised.value.file, raised.value.field) == ("XY.yaml", field)


def test_versions_stand_in_order():
    with pytest.raises(PolicyError, match="order"):
        parse(GOOD + GOOD.partition("versions:")[2].replace("2020", "2019"), "XY.yaml")


def test_an_operators_own_folder_comes_first(settings, tmp_path):
    (tmp_path / "FR.yaml").write_text(GOOD.replace("XY", "FR").replace("minimum_age: 13", "minimum_age: 16"))
    settings.REMPART_AGE_POLICIES = str(tmp_path)
    assert policy_for("FR", date(2026, 1, 1)).minimum_age == 16
    assert policy_for("BE", date(2026, 1, 1)).minimum_age == 13


@pytest.fixture
def held(db):
    """Hold something of somebody's age."""

    def make(over, met=True, confidence=Confidence.STRICT):
        assure(
            SOMEBODY,
            over=over,
            met=met,
            method=Method.MDOC,
            confidence=confidence,
            expires_at=now() + timedelta(days=9),
        )

    return make


def may(feature, country="FR"):
    return allowed(SOMEBODY, feature, country=country, at=now())


def test_whoever_is_over_the_age_of_a_feature_may_use_it(held):
    held(18)
    assert may("live") == Allowed(True, Because.OLD_ENOUGH)


def test_what_was_merely_said_opens_no_feature_that_wants_more(held):
    held(18, confidence=Confidence.ASSERTED)
    assert may("live") == Allowed(False, Because.UNKNOWN)


def test_whoever_is_too_young_may_not(held):
    held(13, met=False)
    assert may("account") == Allowed(False, Because.TOO_YOUNG)


def test_under_the_age_of_consent_a_guardian_has_to_agree(held, monkeypatch):
    monkeypatch.setattr(standing, "_asked", [])
    held(13)
    assert may("account") == Allowed(False, Because.GUARDIAN_NEEDED)
    standing.ask_consents(lambda subject, feature, at: feature == "account")
    assert may("account") == Allowed(True, Because.GUARDIAN_CONSENTS)


def test_where_no_guardian_is_asked_for_thirteen_is_enough(held):
    held(13)
    assert may("account", "BE") == Allowed(True, Because.OLD_ENOUGH)


@pytest.mark.django_db
def test_of_whom_nothing_is_known_nothing_is_assumed():
    assert may("account") == Allowed(False, Because.UNKNOWN)


def test_what_is_allowed_is_told_by_the_policy_of_our_own_day(db, client, settings, tmp_path, clock):
    begun = GOOD.replace("XY", "FR") + GOOD.partition("versions:")[2].replace("2020-01-01", "2030-01-01")
    (tmp_path / "FR.yaml").write_text("gifts".join(begun.rsplit("live", 1)), encoding="utf-8")
    settings.REMPART_AGE_POLICIES = str(tmp_path)
    clock.move(datetime(2029, 12, 31, 23, 30, tzinfo=UTC) - now())  # in Paris it is 2030
    key = make_key("tests", [Scope.AGE], acting=None)[1]
    asked = {"service": "tiktok", "account": "lou", "country": "FR"}
    told = client.get("/api/v1/age/allowed", asked, headers={"authorization": f"Bearer {key}"}).json()
    assert [one["feature"] for one in told["features"]] == ["account", "gifts"]
