"""A wave comes in: what is stored, what is only counted, what is refused, and nothing twice."""

from datetime import timedelta

import pytest

from rempart import records
from rempart.intake.models import Account, CountedPost, HourlyCount, Post, Testimony, Wave
from rempart.intake.selectors import records_about, records_around
from rempart.intake.services import EmptyHashtag, NoGoodLine, erase_post
from rempart.intake.sources import UnknownSource


def test_a_post_becomes_a_testimony_about_the_account_it_accuses(bring_in, post, accuses):
    bring_in(post(1, accuses))
    testimony = Testimony.objects.get()
    assert str(testimony.account) == "tiktok:leo.vrtx"
    assert testimony.uid == "bluesky:p1:tiktok:leo.vrtx"
    assert testimony.conduct == ["nude_request"]


def test_what_is_stored_gives_back_the_testimony_of_the_contract(bring_in, post, accuses):
    from rempart.corroboration import testimonies_of
    from rempart.reading import PostReader
    from rempart.reading.exports import parse_posts
    from rempart.records.lines import decode_object

    bring_in(post(1, accuses))
    (read,) = parse_posts(decode_object(post(1, accuses)))
    (expected,) = testimonies_of(PostReader("tiktok").read(read))
    (stored,) = records_about([Account.objects.get()])
    expected.reporter.id = stored.reporter.id
    assert stored == expected


def test_who_speaks_is_kept_under_a_pseudonym(bring_in, post, accuses):
    bring_in(post(1, accuses, author="lea.example"), post(2, accuses + " !", author="lea.example"))
    names = set(Testimony.objects.values_list("reporter", flat=True))
    assert len(names) == 1
    assert "lea" not in names.pop()


def test_a_respondent_who_speaks_for_themselves_is_recognised(bring_in, post):
    text = "#balancetontiktokeur c'est faux, @leo.vrtx n'a jamais rien demandé à personne, arrêtez de mentir"
    bring_in(post(1, text, service="tiktok", author="leo.vrtx"))
    assert Testimony.objects.get().reporter == "tiktok:leo.vrtx"


def test_what_is_said_around_an_account_comes_with_it(bring_in, post, accuses):
    bring_in(post(1, accuses), post(2, "#balancetontiktokeur @kyl.off m'a demandé des nudes, j'avais 15 ans"))
    (leo, _kyl) = Account.objects.order_by("-handle")
    assert leo.handle == "leo.vrtx"
    assert {str(said.about) for said in records_around([leo])} == {"tiktok:leo.vrtx", "tiktok:kyl.off"}
    assert {str(said.about) for said in records_about([leo])} == {"tiktok:leo.vrtx"}


def test_importing_again_adds_nothing(bring_in, post, accuses):
    lines = [post(number, accuses) for number in range(5)]
    bring_in(*lines)
    done, _rejects = bring_in(*lines)
    assert (done.new_posts, done.new_testimonies) == (0, 0)
    assert (Post.objects.count(), Testimony.objects.count()) == (5, 5)


def test_a_line_that_stands_twice_is_one_post(bring_in, post, accuses):
    bring_in(post(1, accuses), post(1, accuses))
    assert Post.objects.count() == 1


def test_more_of_a_wave_joins_it(bring_in, post, accuses):
    bring_in(post(1, accuses))
    bring_in(post(2, accuses))
    assert Wave.objects.get().posts.count() == 2


def test_a_post_may_belong_to_two_waves(bring_in, post, accuses):
    import io

    from rempart.intake.services import import_wave
    from rempart.records.lines import Rejects

    both = post(1, accuses + " #metoo")
    bring_in(both)
    import_wave([[both]], hashtag="metoo", rejects=Rejects(io.BytesIO()))
    assert Post.objects.get().waves.count() == 2


def test_a_wave_begins_with_its_earliest_post(bring_in, post, accuses):
    bring_in(post(7, accuses))
    bring_in(post(3, accuses))
    assert Wave.objects.get().since == Post.objects.get(post_id="p3").created_at


def test_of_a_source_that_allows_only_counts_nothing_personal_is_kept(bring_in, post, accuses):
    bring_in(post(1, accuses, service="twitter"), post(2, "#balancetontiktokeur courage", service="twitter"))
    assert not Post.objects.exists()
    assert not Account.objects.exists()
    assert not Testimony.objects.exists()
    count = HourlyCount.objects.get()
    assert (count.source, count.posts, count.testimonies) == ("x", 2, 1)


def test_what_is_only_counted_is_counted_once(bring_in, post, accuses):
    lines = [post(number, accuses, service="twitter") for number in range(3)]
    bring_in(*lines)
    bring_in(*lines, post(3, accuses, service="twitter"))
    assert HourlyCount.objects.get().posts == 4


def test_a_counted_post_cannot_be_recognised_without_the_key(bring_in, post, accuses):
    from hashlib import sha256

    bring_in(post(1, accuses, service="twitter"))
    assert bytes(CountedPost.objects.get().digest) != sha256(b"twitter:p1").digest()[:16]


def test_posts_handed_in_by_their_authors_open_testimonies_whatever_their_service(bring_in, post):
    bring_in(post(1, "@leo.vrtx m'a demandé des nudes, j'avais 14 ans", service="twitter"), source="handed_in")
    assert Testimony.objects.get().account.handle == "leo.vrtx"


def test_of_a_source_that_nobody_described_nothing_is_kept(bring_in, post, accuses):
    done, _rejects = bring_in(post(1, accuses, service="discord"))
    assert done.not_kept == 1
    assert not Post.objects.exists()
    assert not HourlyCount.objects.exists()


def test_a_post_on_another_subject_is_left_out(bring_in, post):
    done, _rejects = bring_in(post(1, "@leo.vrtx m'a demandé des nudes, j'avais 14 ans"))
    assert done.other_subjects == 1
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "#balancetontiktokeur nul\0"}, "text"),
        ({"author": "a" * 300}, "author"),
        ({"id": "7" * 600}, "id"),
        ({"created_at": "0001-01-01T00:00:00Z"}, "created_at"),
        ({"created_at": "hier"}, "created_at"),
        ({"service": "myspace"}, "service"),
    ],
)
def test_a_line_that_cannot_be_stored_is_refused_by_name_and_the_rest_is_kept(bring_in, post, accuses, fields, field):
    done, rejects = bring_in(post(1, **({"text": accuses} | fields)), post(2, accuses))
    assert [reject["field"] for reject in rejects] == [field]
    assert done.new_posts == 1


def test_when_no_line_is_good_nothing_is_written(bring_in):
    with pytest.raises(NoGoodLine):
        bring_in(b"not json")
    assert not Wave.objects.exists()


def test_a_wave_needs_a_hashtag(db):
    from rempart.intake.services import import_wave

    with pytest.raises(EmptyHashtag):
        import_wave([], hashtag="#", rejects=None)


def test_a_source_that_does_not_exist_is_refused(bring_in, post, accuses):
    with pytest.raises(UnknownSource):
        bring_in(post(1, accuses), source="nowhere")


def test_an_equal_handle_elsewhere_is_another_account(bring_in, post):
    bring_in(
        post(1, "#balancetontiktokeur @leo.vrtx m'a demandé des nudes, j'avais 14 ans"),
        post(2, "#balancetontiktokeur leo.vrtx sur snapchat m'a demandé des nudes, j'avais 14 ans"),
    )
    assert {str(account) for account in Account.objects.all()} >= {"tiktok:leo.vrtx"}
    assert Account.objects.filter(handle="leo.vrtx").count() == len(
        set(Account.objects.filter(handle="leo.vrtx").values_list("service", flat=True))
    )


def row(handle: str, number: str = "77", **facts) -> records.AccountRow:
    return records.AccountRow(id=number, service="tiktok", handle=handle, **facts)


def test_only_facts_of_accounts_spoken_of_are_kept(bring_in, post, accuses):
    bring_in(post(1, accuses), accounts=[row("leo.vrtx", age_band="16_17", reach=9), row("somebody.else", "78")])
    account = Account.objects.get()
    assert (account.platform_id, account.age_band, account.reach) == ("77", "16_17", 9)


def test_the_number_of_an_account_outlives_its_handle(bring_in, post, accuses):
    bring_in(post(1, accuses), accounts=[row("leo.vrtx")])
    bring_in(post(2, accuses), accounts=[row("leo.new")])
    account = Account.objects.get(platform_id="77")
    assert account.handle == "leo.new"


def test_a_new_holder_of_a_handle_is_not_the_old_one(bring_in, post, accuses):
    bring_in(post(1, accuses), accounts=[row("leo.vrtx", "77")])
    bring_in(post(2, "#balancetontiktokeur bof"), accounts=[row("leo.new", "77")])
    bring_in(post(3, accuses), accounts=[row("leo.vrtx", "99")])
    old, new = Account.objects.get(platform_id="77"), Account.objects.get(platform_id="99")
    assert (old.testimonies.count(), new.testimonies.count()) == (1, 1)


def test_a_post_deleted_at_its_source_is_erased_with_its_testimonies(bring_in, post, accuses):
    bring_in(post(1, accuses), post(2, accuses))
    assert erase_post("bluesky", "p1")
    erased = Post.objects.get(post_id="p1")
    assert (erased.text, erased.author, erased.read) == ("", "", {})
    assert Testimony.objects.get().post.post_id == "p2"


def test_an_erased_post_is_not_brought_back(bring_in, post, accuses):
    bring_in(post(1, accuses))
    erase_post("bluesky", "p1")
    bring_in(post(1, accuses))
    assert Post.objects.get().text == ""
    assert not Testimony.objects.exists()


def test_erasing_what_is_not_there_says_so(db):
    assert not erase_post("bluesky", "never")


def test_an_invented_wave_is_moved_in_time_once(bring_in, post, accuses):
    shift = timedelta(days=100)
    bring_in(post(1, accuses), source="example", shift=shift)
    bring_in(post(2, accuses), source="example", shift=timedelta(days=300))
    first, second = Post.objects.order_by("post_id")
    assert second.created_at - first.created_at == timedelta(minutes=1)


def test_an_import_appends_to_the_ledger(bring_in, post, accuses):
    from rempart.ledger.models import LedgerRow

    bring_in(post(1, accuses))
    assert LedgerRow.objects.filter(event="wave_imported").count() == 1


def test_an_import_asks_for_the_assessment_in_the_same_transaction(bring_in, post, accuses):
    from procrastinate.contrib.django.models import ProcrastinateJob

    bring_in(post(1, accuses))
    assert ProcrastinateJob.objects.get(task_name="casework.assess_wave").args == {"wave": Wave.objects.get().pk}
