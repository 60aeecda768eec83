"""Alerts of the radar taken in: each once, as many a day as the team asked for, and told to the rooms on the right."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from rempart.intake.models import Account, ReporterCommunity, WatchedTag, Wave
from rempart.intake.services import pseudonym, watch_tag
from rempart.ledger.models import LedgerRow
from rempart.lookout import signals
from rempart.lookout.models import FameAlert, Feedback, LiveWave, LookoutSettings, PileOn
from rempart.lookout.services import (
    CannotBeOpened,
    NotWaiting,
    change_settings,
    judge_alert,
    open_wave,
    raise_alert,
    raise_waiting,
    receive_fame_alerts,
    receive_groups,
    receive_pile_ons,
    receive_waves,
)
from rempart.records import AccountRow

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def rows(event: str) -> int:
    """How many rows of the ledger say so."""
    return LedgerRow.objects.filter(event=event).count()


@pytest.fixture
def told():
    """What the rooms on the right heard."""
    heard = []

    def listen(sender, **given):
        heard.append((sender, given.get("alert") or given.get("live_wave") or given.get("pile_on")))

    for signal in (signals.fame_alerted, signals.wave_found, signals.pile_on_found):
        signal.connect(listen, weak=False)
    yield heard
    for signal in (signals.fame_alerted, signals.wave_found, signals.pile_on_found):
        signal.disconnect(listen)


# -- fame


def test_an_alert_of_fame_is_taken_in_once(fame, told):
    assert receive_fame_alerts([fame("1"), fame("2")]).new == 2
    again = receive_fame_alerts([fame("1"), fame("2"), fame("3")])
    assert (again.new, again.known) == (1, 2)
    assert (FameAlert.objects.count(), rows("fame_seen"), len(told)) == (3, 3, 3)


def test_an_alert_of_fame_says_what_the_accounts_table_does(fame):
    row = AccountRow(id="1", service="twitch", handle="Lou.Plays", age_band="13_15", country="FR", language="fr")
    receive_fame_alerts([fame("1")], accounts={"1": row})
    one = FameAlert.objects.get()
    assert (one.reference, one.age_band, one.country) == ("twitch:lou.plays", "13_15", "FR")


def test_no_account_of_intake_is_made_for_a_star(fame):
    receive_fame_alerts([fame("1")])
    assert not Account.objects.exists()


def test_an_account_that_nobody_can_name_is_refused_and_stops_nothing(fame):
    done = receive_fame_alerts([fame("..."), fame("9" * 300), fame("2")])
    assert (done.refused, done.new) == (2, 1)


def test_beyond_the_budget_alerts_wait_the_youngest_before_them_on_the_desk(fame, told):
    change_settings(acting=None, support_a_day=2)
    done = receive_fame_alerts([fame("adult", priority=5), fame("child", priority=8), fame("young", priority=7)])
    assert (done.raised, done.waiting) == (2, 1)
    assert FameAlert.objects.get(state="waits").number == "adult"
    assert {alert.number for _sender, alert in told} == {"child", "young"}


def test_tiers_have_budgets_of_their_own(fame):
    change_settings(acting=None, support_a_day=1, watch_a_day=0)
    receive_fame_alerts([fame("1"), fame("2", tier="watch")])
    assert FameAlert.objects.get(tier="support").state != "waits"
    assert FameAlert.objects.get(tier="watch").state == "waits"


def test_what_waits_is_raised_when_there_is_room_again(fame, told, clock):
    change_settings(acting=None, watch_a_day=1)
    receive_fame_alerts([fame("1", tier="watch", at=clock.now()), fame("2", tier="watch", at=clock.now(), score=30.0)])
    assert raise_waiting() == 0
    clock.move(DAY + timedelta(minutes=1))
    assert raise_waiting() == 1
    assert [alert.number for _sender, alert in told] == ["2", "1"]
    assert rows("radar_alert_raised") == 1


def test_old_news_is_not_raised_by_itself_but_by_a_person(fame, told, clock, staff_member):
    change_settings(acting=None, watch_a_day=0)
    receive_fame_alerts([fame("1", tier="watch", at=clock.now())])
    clock.move(8 * DAY)
    change_settings(acting=None, watch_a_day=5)
    assert raise_waiting() == 0
    one = raise_alert(FameAlert.objects.get(), acting=staff_member("reviewer"))
    assert (one.state, len(told)) == ("open", 1)
    with pytest.raises(NotWaiting):
        raise_alert(one, acting=staff_member("reviewer"))


def test_a_star_who_is_none_waits_the_next_time(fame, staff_member, clock):
    receive_fame_alerts([fame("1", at=clock.now())])
    judge_alert(FameAlert.objects.get(), true=False, acting=staff_member("reviewer"))
    receive_fame_alerts([fame("1", at=clock.now() + DAY), fame("2", at=clock.now() + DAY)])
    assert set(FameAlert.objects.values_list("number", "state", "held_because")) >= {("1", "waits", "feedback")}
    assert FameAlert.objects.get(number="2").held_because == ""


# -- waves


def test_a_wave_is_taken_in_once_and_grows(wave, told):
    receive_waves([wave()])
    again = receive_waves([wave(), wave(at=wave().detected_at + timedelta(hours=5), testimonies=40, score=20.0)])
    assert again.new == 0
    one = LiveWave.objects.get()
    assert (one.testimonies, one.score, one.detected_at) == (40, 20.0, wave().detected_at)
    assert (rows("live_wave_seen"), len(told)) == (1, 1)


def test_the_same_tag_weeks_later_is_another_wave(wave):
    assert receive_waves([wave(), wave(at=wave().detected_at + 20 * DAY)]).new == 2


def test_the_chart_of_a_wave_has_the_band_of_an_ordinary_tag(wave):
    receive_waves([wave(expected=8.0)])
    series = LiveWave.objects.get().series
    assert [point["observed"] for point in series] == [0, 0, 3, 3]
    assert all(point["low"] <= point["expected"] == 2.0 <= point["high"] for point in series)


def test_one_click_opens_a_wave(wave, staff_member):
    receive_waves([wave()])
    reviewer = staff_member("reviewer")
    opened = open_wave(LiveWave.objects.get(), acting=reviewer)
    assert open_wave(LiveWave.objects.get(), acting=reviewer) == opened
    assert (opened.hashtag, WatchedTag.objects.get().hashtag) == ("balancetonyoutubeur", "balancetonyoutubeur")
    one = LiveWave.objects.get()
    assert (one.state, one.wave, one.opened_by) == ("opened", opened, reviewer)
    assert rows("live_wave_opened") == 1


def test_waves_are_opened_at_once_where_the_settings_say_so_but_for_names(wave):
    change_settings(acting=None, open_waves=True)
    receive_waves([wave(), wave("leovrtxcoupable", public=False), wave("il m a", kind="phrase")])
    assert Wave.objects.get().hashtag == "balancetonyoutubeur"
    assert set(LiveWave.objects.values_list("tag", "state")) == {
        ("balancetonyoutubeur", "opened"),
        ("leovrtxcoupable", "open"),
        ("il m a", "open"),
    }


def test_a_name_is_listened_for_only_when_a_person_says_so(wave, staff_member):
    receive_waves([wave("leovrtxcoupable", public=False)])
    with pytest.raises(CannotBeOpened):
        open_wave(LiveWave.objects.get(), acting=None)
    open_wave(LiveWave.objects.get(), acting=staff_member("reviewer"))
    with pytest.raises(IntegrityError), transaction.atomic():
        LiveWave.objects.update(opened_by_hand=False)


def test_a_phrase_cannot_be_listened_for(wave, staff_member):
    receive_waves([wave("il m a envoye", kind="phrase")])
    with pytest.raises(CannotBeOpened):
        open_wave(LiveWave.objects.get(), acting=staff_member("reviewer"))


def test_a_tag_that_is_listened_for_is_linked_to_its_wave(wave):
    watch_tag("BalanceTonYoutubeur")
    known = Wave.objects.create(hashtag="balancetonyoutubeur", opened_at=wave().started_at)
    receive_waves([wave()])
    assert (LiveWave.objects.get().state, LiveWave.objects.get().wave) == ("opened", known)


# -- pile-ons


def test_a_pile_on_is_taken_in_once_and_grows(pile_on, told):
    account = Account.objects.create(service="tiktok", handle="leo.vrtx", first_seen_at=pile_on().started_at)
    receive_pile_ons([pile_on()])
    receive_pile_ons([pile_on()])
    receive_pile_ons([pile_on(actors=90)])
    one = PileOn.objects.get()
    assert (one.account, one.actors) == (account, 90)
    assert (rows("pile_on_seen"), rows("pile_on_grew"), len(told)) == (1, 1, 1)


def test_members_of_a_group_are_kept_by_pseudonym_and_as_communities(pile_on):
    receive_pile_ons([pile_on(members=["tiktok:one", "two", "three"])])
    expected = {pseudonym(f"tiktok:{name}") for name in ("one", "two", "three")}
    assert set(PileOn.objects.get().groups[0]["members"]) == expected
    assert set(ReporterCommunity.objects.values_list("reporter", "community")) == {
        (name, "pile-on:g1") for name in expected
    }


def test_groups_seen_again_say_nothing_new(pile_on):
    groups = pile_on().groups
    receive_groups(groups)
    receive_groups(groups)
    assert rows("groups_seen") == 1


# -- judging, settings


def test_what_a_person_says_of_an_alert_can_be_said_again(wave, staff_member):
    receive_waves([wave()])
    one, reviewer = LiveWave.objects.get(), staff_member("reviewer")
    judge_alert(one, true=False, acting=reviewer)
    assert LiveWave.objects.get().state == "dismissed"
    judge_alert(one, true=True, acting=reviewer)
    assert (LiveWave.objects.get().state, Feedback.objects.get().true) == ("open", True)
    assert rows("radar_alert_judged") == 2


def test_an_alert_that_waits_and_proves_true_reaches_the_desk(wave, staff_member, told):
    change_settings(acting=None, waves_a_day=0)
    receive_waves([wave()])
    judge_alert(LiveWave.objects.get(), true=True, acting=staff_member("reviewer"))
    assert (LiveWave.objects.get().state, len(told)) == ("open", 1)


def test_settings_change_with_a_row_and_only_where_they_differ(staff_member):
    owner = staff_member("policy_owner")
    change_settings(acting=owner, waves_a_day=5, false_alarms=0.2)
    change_settings(acting=owner, waves_a_day=5)
    assert (LookoutSettings.current().waves_a_day, LookoutSettings.current().changed_by) == (5, owner)
    assert rows("lookout_set") == 1


@pytest.mark.parametrize(
    "wrong",
    [{"false_alarms": 0}, {"false_alarms": 0.9}, {"waves_a_day": -1}, {"false_waves_a_month": 0}, {"watch_a_day": "x"}],
    ids=lambda wrong: "-".join(f"{name}={value}" for name, value in wrong.items()),
)
def test_settings_that_cannot_be_are_refused_by_field(wrong):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refused:
        change_settings(acting=None, **wrong)
    assert list(refused.value.message_dict) == list(wrong)
    assert LookoutSettings.current().changed_at is None
