"""The rules as data: another JSON-LD processor expands them, in both languages, and nothing in them shows who spoke."""

import hashlib
import json
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from pyld import jsonld

from rempart.accountability.public.versions import in_force, public_versions
from rempart.accountability.terms import explained, terms_of, written
from rempart.casework.services import put_in_force, rulebook_in_force
from rempart.records.vocabulary import MEASURES
from rempart.rulebook import load, parse

ODRL = "http://www.w3.org/ns/odrl/2/"
SCHEMA = "https://schema.org/"
OURS = "http://localhost:8000/transparency/terms/#"
ATOM = "{http://www.w3.org/2005/Atom}"


def feed_in(answer):
    """The feed of an answer, as a tree."""
    return ElementTree.fromstring(answer.content)  # noqa: S314 - our own


def refuse(address, _options):
    raise AssertionError(f"reading the terms asked for {address}")


@pytest.fixture
def answer(db):
    """What the well-known address answers."""
    return Client().get("/.well-known/rempart-terms.jsonld")


@pytest.fixture
def policy(answer):
    """The policy as the independent processor expands it, asking nobody for anything."""
    [found] = jsonld.expand(json.loads(answer.content), {"documentLoader": refuse})
    return found


def test_it_is_json_ld_that_other_sites_may_read(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/ld+json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Link"].endswith('/transparency/rules/rempart/2026-11-22/>; rel="canonical"')


def test_no_key_of_the_file_is_unknown_to_its_context(answer):
    said = json.loads(answer.content)
    context = said.pop("@context")

    def unknown(thing):
        if isinstance(thing, dict):
            if thing.keys() <= {"fr", "en"}:
                return set()
            known = {key for key in thing if key.startswith("@") or ":" in key or key in context}
            return set(thing) - known | {one for value in thing.values() for one in unknown(value)}
        return {one for value in thing for one in unknown(value)} if isinstance(thing, list) else set()

    assert unknown(said) == set()


def test_every_article_is_an_obligation_with_words_in_both_languages(policy):
    articles = policy[ODRL + "obligation"]
    assert len(articles) == len(load("rempart").articles)
    for article in articles:
        for term in (SCHEMA + "name", SCHEMA + "text", OURS + "inWords"):
            assert {one["@language"] for one in article[term]} == {"fr", "en"}
        assert article[ODRL + "action"][0]["@id"].removeprefix(OURS) in MEASURES
        assert article[OURS + "approval"][0]["@id"].startswith(OURS)


def test_a_threshold_can_be_compared_without_reading_a_sentence(policy):
    [article] = [one for one in policy[ODRL + "obligation"] if one["@id"].endswith("#contact-anyone")]
    terms = article[ODRL + "constraint"][0][ODRL + "and"][0]["@list"]
    found = {
        one[ODRL + "leftOperand"][0]["@id"].removeprefix(OURS): (
            one[ODRL + "operator"][0]["@id"].removeprefix(ODRL),
            one[ODRL + "rightOperand"][0]["@value"],
        )
        for one in terms
    }
    assert found == {
        "severity": ("gteq", 4),
        "credibility": ("gteq", 0.95),
        "independent_sources": ("gteq", 3),
        "coordination": ("lt", 0.6),
    }


def test_what_lasts_says_how_long(policy):
    lasting = {one["@id"].rpartition("#")[2]: one.get(OURS + "lasts") for one in policy[ODRL + "obligation"]}
    assert lasting["watch"][0]["@value"].startswith("P14D")
    assert lasting["established-grave"] is None


def test_redress_is_said(policy):
    kinds = {one["@type"][0].removeprefix(OURS) for one in policy[OURS + "redress"]}
    assert kinds == {"Reply", "InternalComplaint", "OutOfCourtDispute", "Court"}


def test_nothing_shows_through_which_door_a_testimony_came(answer):
    assert "by_channel" not in answer.content.decode()
    assert "sealed" not in answer.content.decode()
    assert "UnpublishedCondition" in answer.content.decode()


def test_the_digest_is_that_of_the_text_that_the_ledger_recorded(policy):
    source = load("rempart").source
    assert policy[OURS + "sha256"][0]["@value"] == hashlib.sha256(source.encode()).hexdigest()


def test_the_same_rules_are_the_same_bytes(db):
    rulebook_in_force()
    current = in_force(public_versions())
    assert written(terms_of(current)) == written(terms_of(current))


def test_every_term_of_ours_is_explained(policy):
    names = {name for _title, group in explained() for name, _words in group}
    used = {key.removeprefix(OURS) for key in _keys(policy) if key.startswith(OURS)}
    assert used <= names


def _keys(thing):
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield key
            yield from _keys(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _keys(value)


def test_pages_lead_to_the_terms(db):
    page = Client().get(reverse("accountability:public")).content.decode()
    assert '<link rel="terms-of-service" href="/.well-known/rempart-terms.jsonld"' in page


@pytest.fixture
def two_versions(db, clock):
    """A version in force yesterday, another one now."""
    from datetime import timedelta

    source = load("rempart").source
    put_in_force(parse(source.replace("version: 2026-11-22", "version: 2026-05-04").replace("lasts: 7d", "lasts: 10d")))
    clock.move(timedelta(days=1))
    put_in_force(parse(source))


def test_the_feed_is_atom(two_versions):
    answer = Client().get(reverse("accountability:public-feed"), {"language": "en"})
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = feed_in(answer)
    assert feed.tag == f"{ATOM}feed"
    # What RFC 4287, 4.1.1 and 4.1.2, demands of a feed and of an entry.
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 2
    for one in [feed, *entries]:
        for element in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{element}")) == 1
            assert one.findtext(f"{ATOM}{element}")
        alternates = [link for link in one.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        assert len(alternates) == 1
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == 2
    updated = [one.findtext(f"{ATOM}updated") for one in entries]
    assert feed.findtext(f"{ATOM}updated") == max(updated) == updated[0]


def test_an_entry_says_in_words_what_changed(two_versions):
    answer = Client().get(reverse("accountability:public-feed"), {"language": "en"})
    entry = feed_in(answer).find(f"{ATOM}entry")
    summary = entry.find(f"{ATOM}summary")
    assert summary.get("type") == "html"
    assert "<li>How long: 7 days, then up to 3 times" in summary.text


def test_an_entry_leads_to_the_page_of_its_version(two_versions):
    answer = Client().get(reverse("accountability:public-feed"))
    for entry in feed_in(answer).findall(f"{ATOM}entry"):
        address = entry.find(f"{ATOM}link").get("href").removeprefix("http://localhost:8000")
        assert Client().get(address).status_code == 200


def test_the_page_of_a_version_tells_what_changed(two_versions):
    answer = Client().get("/transparency/rules/rempart/2026-11-22/", headers={"Accept-Language": "en"})
    assert "How long: 7 days, then up to 3 times" in answer.content.decode()


def test_a_draft_is_not_public(two_versions, staff_member):
    from rempart.casework.services.rulemaking import draft_rulebook

    source = load("rempart").source.replace("version: 2026-11-22", "version: 2027-01-01")
    draft_rulebook(source, acting=staff_member("policy_owner"), reason="Less.")
    assert Client().get("/transparency/rules/rempart/2027-01-01/").status_code == 404
    assert "2027-01-01" not in Client().get("/transparency/rules/").content.decode()


def test_two_texts_of_one_date_have_a_page_each(db, clock):
    from datetime import timedelta

    source = load("rempart").source
    put_in_force(parse(source.replace("lasts: 7d", "lasts: 10d")))
    clock.move(timedelta(days=1))
    put_in_force(parse(source))
    addresses = [f"/transparency/rules/rempart/{one.slug}/" for one in public_versions()]
    assert len(set(addresses)) == 2
    assert [Client().get(one).status_code for one in addresses] == [200, 200]
