"""The example wave is what its README says: native, invented, within five days, and labelled."""

import importlib.util
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from rempart.examples import WAVE
from rempart.reading.exports import parse_posts
from rempart.records import AccountReference, AccountRow, Conduct, Post, Service, Stance
from rempart.records.lines import to_record
from rempart.records.vocabulary import MentionedEvidence

HERE = Path(__file__).parent
FILES = ("x.jsonl", "bluesky.jsonl", "mastodon.jsonl")


class Gold(msgspec.Struct, forbid_unknown_fields=True):
    """The labels of one post."""

    service: Service
    id: str
    kind: str
    stance: Stance
    accused: list[AccountReference]
    concerns: list[AccountReference]
    conduct: list[Conduct]
    conduct_services: list[Service]
    met_on: list[Service]
    complainant_age: int | None
    complainant_minor: bool | None
    evidence: list[MentionedEvidence]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return [post for name in FILES for raw in rows(WAVE / name) for post in parse_posts(raw)]


@pytest.fixture(scope="module")
def gold() -> list[Gold]:
    return [msgspec.convert(row, Gold) for row in rows(HERE / "gold.jsonl")]


@pytest.fixture(scope="module")
def accounts() -> list[AccountRow]:
    return [to_record(row, AccountRow) for row in rows(WAVE / "accounts.jsonl")]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return yaml.safe_load((WAVE / "wave.yaml").read_text())


@pytest.fixture(scope="module")
def build():
    specification = importlib.util.spec_from_file_location("build_example_wave", HERE / "build.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_building_again_from_the_texts_changes_no_byte(build):
    for path, text in build.files().items():
        assert path.read_text() == text, f"{path.name} is not what build.py writes"


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_one_post_in_a_native_shape(name):
    for line, raw in enumerate(rows(WAVE / name), start=1):
        assert "service" not in raw
        assert len(parse_posts(raw)) == 1, f"{name}:{line}"


def test_the_text_that_is_read_is_the_text_that_was_written(build, posts):
    read = {(post.service, post.id): post.text for post in posts}
    for written in build.written():
        assert read[written.service, build.gold_id(written)] == written.text


def test_a_post_is_as_long_as_its_service_allows(build):
    longest = {"twitter": 4000, "bluesky": 300, "mastodon": 500}
    for post in build.written():
        assert 0 < len(post.text) <= longest[post.service], post.author


def test_ids_are_unique_in_their_service(posts):
    assert max(Counter((post.service, post.id) for post in posts).values()) == 1


def test_every_post_falls_within_the_five_days(posts, manifest):
    assert manifest["from"] == datetime(2026, 6, 16, 22, tzinfo=UTC)
    assert manifest["to"] == datetime(2026, 6, 21, 22, tzinfo=UTC)
    assert all(manifest["from"] <= post.created_at < manifest["to"] for post in posts)


def test_no_account_wrote_before_it_existed(posts):
    assert all(post.author_created_at is None or post.author_created_at < post.created_at for post in posts)


def test_replies_and_reposts_name_posts_of_the_wave(posts):
    known = {(post.service, post.id) for post in posts}
    named = [(post.service, other) for post in posts for other in (post.in_reply_to, post.repost_of) if other]
    assert len(named) >= 20
    assert set(named) <= known


def test_the_manifest_lists_the_files_that_are_there(manifest):
    assert {*manifest["posts"], manifest["accounts"], "wave.yaml", "README.md"} == {
        path.name for path in WAVE.iterdir()
    }


def test_the_manifest_says_in_both_languages_that_everything_is_invented(manifest):
    assert "inventé" in manifest["invented"]["fr"]
    assert "invented" in manifest["invented"]["en"]


def test_each_post_has_its_labels(posts, gold):
    assert sorted((row.service, row.id) for row in gold) == sorted((post.service, post.id) for post in posts)


def test_only_testimonies_and_relays_accuse(gold):
    for row in gold:
        told = row.stance in {"testimony", "relay"}
        assert bool(row.accused) == told, row.id
        assert bool(row.conduct) == told, row.id
        if not told:
            assert row.conduct_services == row.met_on == row.evidence == [], row.id
            assert (row.complainant_age, row.complainant_minor) == (None, None), row.id


def test_whoever_is_accused_is_concerned(gold):
    assert all(set(row.accused) <= set(row.concerns) for row in gold)


def test_an_age_agrees_with_minority(gold):
    assert all(row.complainant_minor is (row.complainant_age < 18) for row in gold if row.complainant_age is not None)


def test_there_are_about_as_many_posts_of_each_kind_as_announced(gold):
    count = Counter(row.kind for row in gold)
    announced = {
        "testimony": 100,
        "relay": 27,
        "brigade": 45,
        "careful": 9,
        "mistaken": 6,
        "false": 2,
        "dispute": 50,
        "support": 72,
        "news": 25,
        "other": 52,
        "repost": 10,
    }
    assert count.keys() == announced.keys()
    assert all(abs(count[kind] - number) <= max(1, number // 10) for kind, number in announced.items()), count
    assert 390 <= sum(count.values()) <= 430


def test_about_one_post_in_twenty_is_in_english(posts):
    assert 0.04 <= sum(post.lang == "en" for post in posts) / len(posts) <= 0.06


def test_between_eight_and_ten_people_are_named_by_three_to_fourteen_and_more_who_speak_for_themselves(build):
    voices = defaultdict(set)
    for post in build.written():
        if post.stance == "testimony" and post.kind is None:
            for account in post.about:
                voices[account["handle"]].add(post.author)
    many = {handle for handle, authors in voices.items() if 3 <= len(authors) <= 14}
    special = {"dorian.prs", "axel.wnd", "malo.grn", "theo.srz"}
    assert special < many
    assert 8 <= len(many - special) <= 10


def test_the_brigade_comes_from_new_accounts_within_an_hour(gold, posts):
    brigade = {row.id for row in gold if row.kind == "brigade"}
    raid = [post for post in posts if post.id in brigade]
    times = [post.created_at for post in raid]
    assert (max(times) - min(times)).total_seconds() <= 3600
    ages = [(post.created_at - post.author_created_at).total_seconds() for post in raid]
    assert max(ages) < 86400


def test_only_the_place_of_the_first_contact_tells_malo_from_theo(gold):
    def said(handle: str) -> list[Gold]:
        return [row for row in gold if row.stance == "testimony" and [a.handle for a in row.accused] == [handle]]

    malo, theo = said("malo.grn"), said("theo.srz")
    assert len(malo) == len(theo) == 3
    for row in malo + theo:
        assert row.conduct == ["nude_request"]
        assert row.conduct_services == ["snapchat"]
        assert row.complainant_minor is False
    assert all(row.met_on == ["tiktok"] for row in malo)
    assert not any("tiktok" in row.met_on for row in theo)


def test_dorian_is_accused_only_of_asking_for_money_and_axel_only_of_what_he_did_on_tiktok(gold):
    conduct = {kind for row in gold for a in row.accused if a.handle == "dorian.prs" for kind in row.conduct}
    services = {name for row in gold for a in row.accused if a.handle == "axel.wnd" for name in row.conduct_services}
    assert conduct == {"financial_exploitation"}
    assert services == {"tiktok"}


def test_thirty_accounts_of_the_platform_between_three_thousand_and_four_million(accounts):
    ours = [row for row in accounts if row.service == "tiktok"]
    assert len({row.handle for row in ours}) == len(ours) == 30
    assert (min(row.reach for row in ours), max(row.reach for row in ours)) == (3_000, 4_000_000)
    bands = Counter(row.age_band for row in ours)
    assert bands == {"18_plus": 18, "16_17": 6, "13_15": 3, None: 3}


def test_every_account_of_the_platform_is_accused_by_somebody(accounts, gold):
    accused = {(a.service, a.handle) for row in gold for a in row.accused}
    assert {(row.service, row.handle) for row in accounts if row.service == "tiktok"} <= accused


def test_some_accused_people_are_not_on_the_platform(accounts, gold):
    known = {(row.service, row.handle) for row in accounts}
    on_tiktok = {row.handle for row in accounts if row.service == "tiktok"}
    elsewhere = {(a.service, a.handle) for row in gold for a in row.accused if a.handle not in on_tiktok} - known
    assert elsewhere == {("snapchat", "dark.raph59"), ("instagram", "prof.danse.mt")}


def test_every_address_that_does_not_lead_to_an_accused_account_is_reserved_for_examples(build):
    addresses = [match[0] for post in build.written() for match in build._URL.finditer(post.text)]
    assert addresses
    for address in addresses:
        host = address.split("/")[2]
        assert host.endswith(".example") or host == "www.tiktok.com", address


def test_the_careful_brigade_comes_from_older_accounts_opened_together(gold, posts):
    brigade = {row.id for row in gold if row.kind == "careful"}
    opened = [post.author_created_at for post in posts if post.id in brigade and post.author_created_at]
    assert len(opened) >= 8
    assert (max(opened) - min(opened)).days < 4
    assert max(opened) < datetime(2025, 6, 1, tzinfo=UTC)
