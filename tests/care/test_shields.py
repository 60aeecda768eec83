"""The shield: what falls on somebody is put aside, grouped, hidden and reported at their word, and kept as evidence."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from platforms.conftest import memory  # noqa: F401 - a fixture
from rempart.care.errors import NotAllowed, NotAsWished, NotPossible, WrongState
from rempart.care.models import By, CareFile, CareOrder, Shield, ShieldedComment
from rempart.care.models.shields import LONGEST_KEPT
from rempart.care.retention import ERASERS
from rempart.care.services import evidence, files, shields
from rempart.care.services.evidence import make_folder
from rempart.care.services.shields import KEPT, LASTS, Said
from rempart.files.models import StoredFile
from rempart.files.retention import erase_unreferenced
from rempart.intake.services import pseudonym
from rempart.intake.signals import posts_heard
from rempart.ledger import log, proof_file
from rempart.ledger.clock import now
from rempart.lookout.models import PileOn
from rempart.lookout.signals import pile_on_found
from rempart.platforms.connector import impossible
from rempart.records import AccountReference, Post
from rempart.tlog.keys import VerifierKey

YOUNG, GUARDIAN, TEAM = By.YOUNG, By.GUARDIAN, By.TEAM
COPY = "Va te cacher, personne ne veut de tes chansons ici"
OTHERS = ["Tu chantes faux", "Je préférais avant", "Quelle horreur, ce refrain"]


@pytest.fixture
def mia(memory, looked_after):  # noqa: F811 - the fixture
    return looked_after("mia.chante", age_band="13_15", accepted=True)


@pytest.fixture
def shield(mia):
    return shields.open_shield(mia, by=YOUNG)


def said(number, text, author=None, *, hostile=True):
    return Said(
        number=f"c{number}",
        author=AccountReference("tiktok", author or f"autrui{number}", f"{number}000"),
        said_at=now() - timedelta(minutes=number),
        text=text,
        about="video-1",
        hostile=hostile,
    )


@pytest.fixture
def full(shield):
    """A shield with four copies of one text and three other comments."""
    copies = [said(number, COPY + "!" * number) for number in range(4)]
    shields.collect(shield, [*copies, *(said(10 + number, text) for number, text in enumerate(OTHERS))])
    return shield


@pytest.fixture
def pile_on(db, mia):
    """A pile-on on her account, of which two people act together."""
    from rempart.intake.models import Account

    account = Account.objects.create(service="tiktok", handle="mia.chante", first_seen_at=now())
    members = [pseudonym(f"tiktok:{name}") for name in ("autrui10", "autrui11")]
    return PileOn.objects.create(
        target="tiktok:mia.chante",
        account=account,
        started_at=now() - timedelta(hours=2),
        ended_at=now(),
        detected_at=now(),
        actors=9,
        actions=40,
        observed=9,
        expected=1.0,
        score=8.0,
        received_at=now(),
        raised_at=now(),
        groups=[{"id": "g1", "members": members, "weight": 3.0, "q": 0.01}],
    )


def sorts(shield):
    return {group.sort: group.comments.count() for group in shield.groups.all() if group.comments.exists()}


def hidden(shield):
    wanted = CareOrder.objects.filter(shield=shield, kind="hide", ends_at__gt=now())
    return sorted(wanted.values_list("comments__number", flat=True))


def test_copies_of_one_text_are_a_group_and_the_others_another(full):
    assert sorts(full) == {"copies": 4, "others": 3}


def test_two_who_say_the_same_are_no_group_of_copies(shield):
    shields.collect(shield, [said(number, COPY) for number in range(2)])
    assert sorts(shield) == {"others": 2}


def test_a_single_word_said_again_and_again_is_a_group_of_copies(shield):
    shields.collect(shield, [said(number, text) for number, text in enumerate(["Moche", "moche", "MOCHE"])])
    assert sorts(shield) == {"copies": 3}


def test_what_one_delivery_began_the_next_ones_make_a_group_of(shield):
    for number in range(4):
        shields.collect(shield, [said(number, COPY + "!" * number)])
    assert sorts(shield) == {"copies": 4}


def test_of_what_came_before_only_what_may_be_repeated_is_opened_again(full, monkeypatch):
    opened = []
    monkeypatch.setattr(ShieldedComment, "text", property(lambda comment: opened.append(comment.number) or COPY))
    shields.collect(full, [said(20, COPY + " 🙄")])
    assert opened == ["c0"]


def test_copies_come_together_alike_whatever_deliveries_they_come_in(mia, looked_after):
    texts = [COPY, OTHERS[0], f"{COPY} vraiment", "moche", COPY.upper(), OTHERS[1], "Moche", "moche", f"Ah. {COPY}"]
    found = []
    for at_once, file in ((1, mia), (4, looked_after("one", accepted=True)), (9, looked_after("two", accepted=True))):
        shield = shields.open_shield(file, by=YOUNG)
        for begin in range(0, len(texts), at_once):
            some = list(enumerate(texts))[begin : begin + at_once]
            shields.collect(shield, [said(number, text) for number, text in some])
        groups = [sorted(group.comments.values_list("number", flat=True)) for group in shield.groups.all()]
        found.append(sorted(filter(None, groups)))
    assert found == [[["c0", "c2", "c4", "c8"], ["c1", "c5"], ["c3", "c6", "c7"]]] * 3


def test_what_nothing_speaks_against_is_apart_and_left_alone_by_what_is_done_about_all(full):
    shields.collect(full, [said(20, "Bravo, quelle belle chanson", hostile=False)])
    shields.hide(full, by=YOUNG)
    reported = shields.report(full, by=YOUNG)
    assert (sorts(full)["gentle"], "c20" in hidden(full), reported) == (1, False, 7)


def test_praise_that_many_repeat_is_not_hidden_with_all(shield):
    shields.collect(shield, [said(number, "Bravo, continue comme ça", hostile=False) for number in range(3)])
    shields.hide(shield, by=YOUNG)
    assert (sorts(shield), hidden(shield)) == ({"copies": 3}, [])


def test_nobody_is_reported_in_bulk_for_words_in_which_nothing_hurts(full):
    shields.collect(full, [said(20, "Bravo", hostile=False)])
    with pytest.raises(NotAsWished):
        shields.report(full, full.groups.get(sort="gentle"), by=YOUNG)
    assert not CareOrder.objects.exists()


def test_one_comment_alone_is_reported_once(full):
    shields.collect(full, [said(20, "Bravo, reste chez toi", hostile=False)])
    comment = full.comments.get(number="c20")
    assert [shields.report(full, comment=comment, by=YOUNG) for _ in range(2)] == [1, 0]


def test_a_group_that_is_shown_again_stays_shown_when_another_copy_comes(full):
    shields.hide(full, by=YOUNG)
    shields.show(full, full.groups.get(sort="copies"), by=YOUNG)
    shields.collect(full, [said(20, COPY)])
    assert hidden(full) == ["c10", "c11", "c12"]


def test_what_comes_after_all_was_hidden_is_hidden_though_it_makes_a_new_group(mia, full, pile_on):
    shields.hide(full, by=YOUNG)
    shields.open_shield(mia, pile_on, by=YOUNG)
    shields.collect(full, [said(20, "encore moi", author="autrui10"), said(21, "et moi")])
    assert {"c20", "c21"} <= set(hidden(full))


def test_words_of_people_who_act_together_are_a_group(mia, pile_on):
    shield = shields.open_shield(mia, pile_on, by=YOUNG)
    shields.collect(shield, [said(10 + number, text) for number, text in enumerate(OTHERS)])
    assert sorts(shield) == {"authors": 2, "others": 1}


def test_a_pile_on_that_is_found_later_sorts_what_was_put_aside_before(full, mia, pile_on):
    shields.open_shield(mia, pile_on, by=YOUNG)
    assert sorts(full) == {"copies": 4, "authors": 2, "others": 1}


def test_a_comment_handed_in_twice_is_kept_once_as_it_was_first(shield):
    taken = [shields.collect(shield, [said(1, text)]) for text in (OTHERS[0], "Pardon, j'étais en colère")]
    assert (taken, ShieldedComment.objects.get().text) == ([1, 0], OTHERS[0])


def test_what_was_said_lies_sealed_and_its_hash_beside_it(full):
    comment = full.comments.get(number="c10")
    assert OTHERS[0].encode() not in bytes(comment.sealed)
    assert comment.sha256 == hashlib.sha256(OTHERS[0].encode()).hexdigest()


def test_the_ledger_holds_the_hashes_and_no_word_of_it(full, contents_of):
    text = json.dumps(contents_of(full), ensure_ascii=False)
    assert full.comments.first().sha256 in text
    assert not any(word in text for word in (COPY, *OTHERS, "autrui"))


def test_a_shield_that_the_team_opens_hides_nothing_before_they_accept(mia, carer):
    shield = shields.open_shield(mia, acting=carer)
    shields.collect(shield, [said(1, COPY)])
    with pytest.raises(WrongState):
        shields.hide(shield, by=YOUNG)
    assert ShieldedComment.objects.count() == 1


def test_when_they_say_no_nothing_that_was_put_aside_is_kept(mia, carer):
    shield = shields.open_shield(mia, acting=carer)
    shields.collect(shield, [said(1, COPY)])
    shields.close_shield(shield, by=YOUNG)
    assert ShieldedComment.objects.count() == 0


def test_a_pile_on_opens_a_shield_for_who_said_yes_to_the_support(mia, pile_on):
    pile_on_found.send(PileOn, pile_on=pile_on)
    shield = Shield.objects.get()
    assert (shield.file, shield.accepted_at, shield.because) == (mia, None, f"lookout.pileon:{pile_on.pk}")


def test_a_pile_on_opens_nothing_for_who_has_not(mia, pile_on):
    CareFile.objects.update(state="offered")
    pile_on_found.send(PileOn, pile_on=pile_on)
    assert not Shield.objects.exists()


def test_what_they_hide_is_asked_for_until_the_shield_ends(full):
    shields.hide(full, by=YOUNG)
    order = CareOrder.objects.get()
    assert (order.ends_at, len(hidden(full))) == (full.ends_at, 7)


def test_one_group_is_hidden_and_the_other_is_not(full):
    shields.hide(full, full.groups.get(sort="copies"), by=YOUNG)
    assert hidden(full) == ["c0", "c1", "c2", "c3"]


def test_asked_twice_it_is_hidden_once(full):
    for _ in range(2):
        shields.hide(full, by=YOUNG)
    assert CareOrder.objects.count() == 1


def test_what_is_hidden_stays_hidden_when_it_becomes_a_group_of_copies(shield):
    shields.collect(shield, [said(number, COPY) for number in range(2)])
    shields.hide(shield, by=YOUNG)
    shields.collect(shield, [said(2, COPY)])
    assert (sorts(shield), hidden(shield)) == ({"copies": 3}, ["c0", "c1", "c2"])


def test_shown_again_nothing_is_hidden_at_that_moment(full):
    shields.hide(full, by=YOUNG)
    shields.show(full, by=YOUNG)
    assert hidden(full) == []


def test_nothing_stays_hidden_after_the_end_though_nothing_ran(full, clock):
    shields.hide(full, by=YOUNG)
    clock.move(LASTS)
    assert (hidden(full), full.stands) == ([], False)


def test_extended_it_stays_hidden_without_a_gap(full, clock):
    shields.hide(full, by=YOUNG)
    clock.move(LASTS - timedelta(days=1))
    extended = shields.extend(full, by=YOUNG)
    clock.move(timedelta(days=2))
    assert len(hidden(extended)) == 7


def test_after_the_end_another_is_opened(full, mia, clock):
    clock.move(LASTS)
    again = shields.open_shield(mia, by=YOUNG)
    full.refresh_from_db()
    assert (again.pk != full.pk, full.closed_at is not None) == (True, True)


def test_each_comment_is_reported_once(full):
    copies = full.groups.get(sort="copies")
    assert [shields.report(full, copies, by=YOUNG), shields.report(full, by=YOUNG), shields.report(full, by=YOUNG)] == [
        4, 3, 0,
    ]  # fmt: skip


def test_the_team_hides_and_reports_nothing_for_them(full):
    for act in (shields.hide, shields.report):
        with pytest.raises(NotAllowed):
            act(full, by=TEAM)


def test_what_the_platform_cannot_do_is_said(full, memory):  # noqa: F811 - the fixture
    memory.acts["hide"] = impossible("Ici on ne cache rien.", "Nothing is hidden here.")
    with pytest.raises(NotPossible):
        shields.hide(full, by=YOUNG)


def test_who_refuses_the_support_has_nothing_hidden_any_more(full, mia):
    shields.hide(full, by=YOUNG)
    files.decline(mia)
    assert hidden(full) == []


def opened(folder):
    content = evidence.hand_over(folder, by=YOUNG)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_folder_holds_every_comment_as_it_was_said(full):
    members = opened(make_folder(full, by=YOUNG))
    texts = [content.decode() for name, content in members.items() if name.startswith("comments/")]
    assert sorted(texts) == sorted([COPY + "!" * number for number in range(4)] + OTHERS)


def test_the_folder_lists_hashes_times_and_authors_in_the_order_of_what_was_said(full):
    rows = [json.loads(line) for line in opened(make_folder(full, by=YOUNG))["comments.jsonl"].splitlines()]
    assert [row["said_at"] for row in rows] == sorted(row["said_at"] for row in rows)
    assert {(row["author"], row["author_id"]) for row in rows} >= {("autrui10", "10000")}
    assert all("text" not in row and len(row["sha256"]) == 64 for row in rows)


def test_every_file_of_the_folder_is_as_its_list_of_sums_says(full):
    members = opened(make_folder(full, by=YOUNG))
    sums = dict(reversed(line.split("  ")) for line in members.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}


def test_the_folder_proves_when_the_hashes_were_written_down(full):
    log.checkpoint_now()
    record = proof_file.read(opened(make_folder(full, by=YOUNG))["record.json"])
    checked = proof_file.check(record, log=VerifierKey.parse(log.public_key()))
    collected = next(row.row for row in record.rows if row.row.event == "shield_collected")
    assert {row.event for row in checked} >= {"shield_opened", "shield_collected"}
    assert full.comments.get(number="c10").sha256 in collected.content


@pytest.mark.parametrize(
    ("name", "words"),
    [("LISEZ-MOI.txt", "n'établit la responsabilité de personne"), ("README.txt", "establishes nobody's")],
    ids=["fr", "en"],
)
def test_the_folder_says_what_it_is_in_plain_words_and_whose_fault_it_never_says(full, name, words):
    text = opened(make_folder(full, by=YOUNG))[name].decode()
    assert words in " ".join(text.split())
    assert not any(one in text for one in OTHERS)


def test_the_same_shield_gives_the_same_folder(full):
    first, second = make_folder(full, by=YOUNG), make_folder(full, by=YOUNG)
    members = opened(first)
    assert {name: opened(second)[name] for name in members if name.startswith("comments")} == {
        name: content for name, content in members.items() if name.startswith("comments")
    }


def test_a_guardian_may_have_it_too_and_that_is_written_down(full, contents_of):
    evidence.hand_over(make_folder(full, by=GUARDIAN), by=GUARDIAN)
    assert contents_of(full)[-1]["by"] == "guardian"


def test_the_evidence_goes_when_its_time_is_over_and_the_folders_with_it(full, clock):
    make_folder(full, by=YOUNG)
    clock.move(KEPT + timedelta(days=2))
    erased = ERASERS["evidence"](now() - timedelta(days=1))
    assert (erased, ShieldedComment.objects.count(), StoredFile.objects.count()) == (7, 0, 0)


def test_who_acted_together_is_forgotten_with_the_evidence(full, mia, pile_on):
    shields.open_shield(mia, pile_on, by=YOUNG)
    shields.forget(full, by=YOUNG)
    assert Shield.objects.get().together == {}


def test_evidence_is_not_erased_before(full, clock):
    clock.move(KEPT - timedelta(days=1))
    ERASERS["evidence"](now() - timedelta(days=1))
    erase_unreferenced(StoredFile.objects.all(), because="retention")
    assert ShieldedComment.objects.count() == 7


def test_they_choose_how_long_and_six_years_is_the_longest(full):
    until = now() + timedelta(days=90)
    chosen = shields.keep_until(full, until, by=YOUNG)
    with pytest.raises(NotAsWished):
        shields.keep_until(full, full.opened_at + LONGEST_KEPT + timedelta(days=1), by=YOUNG)
    assert chosen.keep_until == until


def test_erased_at_their_word_no_text_stays_though_the_platform_still_hides_some(full):
    shields.hide(full, by=YOUNG)
    shields.forget(full, by=YOUNG)
    assert {bytes(one.sealed) for one in full.comments.all()} == {b""}
    assert {one.text for one in full.comments.all()} == {""}


def test_what_the_platform_no_longer_hides_leaves_with_it(full, clock):
    shields.hide(full, by=YOUNG)
    shields.forget(full, by=YOUNG)
    clock.move(timedelta(days=2))
    ERASERS["evidence"](now() - timedelta(days=1))
    assert ShieldedComment.objects.count() == 0


def test_nothing_more_is_put_aside_once_it_is_closed(full):
    shields.close_shield(full, by=YOUNG)
    with pytest.raises(WrongState):
        shields.collect(full, [said(99, "Encore")])


def heard(text, **more):
    post = {"id": "p1", "service": "tiktok", "author": "autrui", "created_at": now(), "text": text} | more
    posts_heard.send(Post, posts=[Post(**post)])
    return ShieldedComment.objects.count()


def test_a_post_that_is_heard_and_insults_them_by_name_is_put_aside(shield, settings):
    settings.REMPART_PLATFORM_SERVICES = ["tiktok"]
    assert heard("@Mia.Chante t'es vraiment une grosse conne") == 1


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("@mia.chante quelle voix !", {}),
        ("t'es une grosse conne", {}),
        ("@mia.chanteuse t'es une grosse conne", {}),
        ("@mia.chante t'es une grosse conne", {"author": "mia.chante"}),
        ("@mia.chante t'es une grosse conne", {"service": "twitter"}),
    ],
    ids=["praise", "names-nobody", "names-another", "says-it-themself", "said-elsewhere"],
)
def test_other_posts_that_are_heard_are_not(shield, settings, text, more):
    settings.REMPART_PLATFORM_SERVICES = ["tiktok"]
    assert heard(text, **more) == 0


def test_what_may_not_be_kept_of_a_source_is_not_kept(shield, settings):
    settings.REMPART_PLATFORM_SERVICES = []
    Shield.objects.update(ends_at=now() + timedelta(days=1))
    CareFile.objects.update(service="twitter")
    assert heard("@mia.chante t'es une grosse conne", service="twitter") == 0
