"""Taking in what the radar saw: each alert once, whichever way and however often it comes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q

from rempart import records
from rempart.intake.models import Account, WatchedTag, Wave
from rempart.intake.ours import own_services
from rempart.intake.services import keep_communities, normal_hashtag, pseudonym
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.lookout.models import FameAlert, LiveWave, LookoutSettings, PileOn
from rempart.lookout.services.opening import may_open, open_wave
from rempart.lookout.services.raising import admit, one_at_a_time, tell
from rempart.records.references import SERVICES
from rempart.text.normalise import normalise

# Alerts of one tag, or of one target, so close to each other are of one wave, or of one pile-on.
SAME_WAVE = timedelta(days=3)
SAME_PILE_ON = timedelta(hours=6)
# For how long those who act together count as a community when what they say is weighed.
TOGETHER_FOR = timedelta(days=90)
_LONGEST, _LONGEST_NUMBER = 300, 255


class Received(msgspec.Struct, kw_only=True):
    """What became of alerts: new ones, of which so many reached the desk and so many wait; known ones came before.

    refused: those whose account no column can name.
    """

    new: int = 0
    raised: int = 0
    waiting: int = 0
    known: int = 0
    refused: int = 0


@transaction.atomic
def receive_fame_alerts(
    alerts: Iterable[records.FameAlert],
    *,
    service: str | None = None,
    accounts: Mapping[str, records.AccountRow] | None = None,
    gains: Mapping[str, Sequence[tuple[datetime, float]]] | None = None,
) -> Received:
    """Take in alerts of sudden fame, each once by its account, tier and time.

    service: whose accounts the counters are of; by default the first that the platform runs. accounts: rows of the
    accounts table by id, where they are known. gains: what an account gained a day until when, where that is known, for
    the chart. Those that reach the desk are told to the rooms on the right.
    """
    one_at_a_time()
    known_rows = accounts or {}
    of = service or own_services()[0]
    made: dict[tuple[str, str, str, datetime], FameAlert] = {}
    number = refused = 0
    for alert in alerts:
        number += 1
        one = _fame(alert, known_rows.get(alert.account_id), of)
        one.series = _over_days(one, (gains or {}).get(alert.account_id, ()))
        if not _nameable(one):
            refused += 1
            continue
        made[one.service, one.number, one.tier, one.alert_at] = one
    stored = FameAlert.objects.filter(
        number__in={key[1] for key in made}, alert_at__in={key[3] for key in made}
    ).values_list("service", "number", "tier", "alert_at")
    fresh = [one for key, one in made.items() if key not in set(stored)]
    raised = admit(fresh)
    for one in fresh:
        append(Event.FAME_SEEN, subject=one, content={"tier": one.tier, "waits": one.held_because or None})
    for one in raised:
        tell(one)
    return _received(number - refused, fresh, raised, refused=refused)


@transaction.atomic
def receive_waves(alerts: Iterable[records.WaveAlert]) -> Received:
    """Take in waves that begin, each once by its tag and time; what is seen again takes the newer numbers.

    A hashtag that is listened for already is linked to its wave. Others are listened for at once where the settings say
    so and the tag names nobody.
    """
    one_at_a_time()
    number = 0
    fresh: list[LiveWave] = []
    for alert in sorted(alerts, key=lambda one: one.detected_at):
        number += 1
        one = _wave(alert)
        near = Q(detected_at__range=(one.detected_at - SAME_WAVE, one.detected_at + SAME_WAVE))
        before = LiveWave.objects.select_for_update().filter(near, type=one.type, tag=one.tag).first()
        if before is not None:
            _grow(before, one, ("posts", "authors", "testimonies", "score"), ("accused", "examples", "series"))
            continue
        admit([one])
        fresh.append(one)
        append(
            Event.LIVE_WAVE_SEEN,
            subject=one,
            content={
                "posts": one.posts,
                "authors": one.authors,
                "testimonies": one.testimonies,
                "public": one.public,
                "waits": one.held_because or None,
            },
        )
    raised = [one for one in fresh if one.raised_at is not None]
    for one in raised:
        _link(one)
        if one.state == LiveWave.State.OPEN and LookoutSettings.current().open_waves and may_open(one):
            open_wave(one, acting=None)
            one.refresh_from_db()
        tell(one)
    return _received(number, fresh, raised)


@transaction.atomic
def receive_pile_ons(
    alerts: Iterable[records.PileOnAlert],
    *,
    service: str | None = None,
    pseudonyms: bool = False,
    series: Mapping[str, list[dict[str, Any]]] | None = None,
) -> Received:
    """Take in pile-ons, each once by its target and time; what is seen again takes the newer numbers.

    The groups found in them count as communities of their members from now on when what is said is weighed.
    service: whose accounts targets and actors are, where they do not say. pseudonyms: actors are pseudonyms already.
    series: what the chart of each target draws, where it is known.
    """
    one_at_a_time()
    number = 0
    of = service or own_services()[0]
    fresh: list[PileOn] = []
    groups: list[records.Group] = []
    for alert in sorted(alerts, key=lambda one: one.detected_at):
        number += 1
        one = _pile_on(alert, of, pseudonyms=pseudonyms)
        one.series = (series or {}).get(alert.target, [])
        groups += [msgspec.convert(group, records.Group) for group in one.groups]
        near = Q(started_at__lte=one.ended_at + SAME_PILE_ON, ended_at__gte=one.started_at - SAME_PILE_ON)
        before = PileOn.objects.select_for_update().filter(near, target=one.target).first()
        if before is not None:
            numbers = ("actors", "actions", "reports", "observed", "score", "ended_at")
            if _grow(before, one, numbers, ("groups", "copies", "examples", "series", "expected")):
                append(Event.PILE_ON_GREW, subject=before, content={"actors": before.actors, "actions": before.actions})
            continue
        admit([one])
        fresh.append(one)
        content = {"actors": one.actors, "expected": one.expected, "groups": len(one.groups)}
        append(Event.PILE_ON_SEEN, subject=one, content={**content, "waits": one.held_because or None})
    raised = [one for one in fresh if one.raised_at is not None]
    for one in raised:
        tell(one)
    receive_groups(groups, pseudonyms=True)
    return _received(number, fresh, raised)


@transaction.atomic
def receive_groups(
    groups: Iterable[records.Group], *, service: str | None = None, pseudonyms: bool = False
) -> dict[str, set[str]]:
    """Count groups that act together as communities of their members for TOGETHER_FOR from now.

    Returns the communities of each member, by pseudonym. A row of the ledger where anything is new.
    """
    of = service or own_services()[0]
    together: dict[str, set[str]] = {}
    for group in groups:
        for member in group.members:
            together.setdefault(member if pseudonyms else _pseudonym(member, of), set()).add(f"pile-on:{group.id}")
    if together and keep_communities(together, until=now() + TOGETHER_FOR):
        content = {"members": len(together), "groups": len(set().union(*together.values()))}
        append(Event.GROUPS_SEEN, subject="lookout.groups", content=content)
    return together


def _received(number: int, fresh: list[Any], raised: list[Any], *, refused: int = 0) -> Received:
    new = len(fresh)
    waiting = new - len(raised)
    return Received(new=new, raised=len(raised), waiting=waiting, known=number - new, refused=refused)


def _nameable(alert: FameAlert) -> bool:
    """Whether others can name the account."""
    if len(alert.number) > _LONGEST_NUMBER or "\0" in alert.number:
        return False
    try:
        records.AccountReference(alert.service, alert.handle or alert.number, alert.number)
    except ValueError:
        return False
    return True


def _fame(alert: records.FameAlert, row: records.AccountRow | None, service: str) -> FameAlert:
    return FameAlert(
        service=row.service if row else service,
        number=alert.account_id,
        handle=row.handle if row else "",
        country=row.country if row else None,
        language=(row.language or "") if row else "",
        tier=alert.tier,
        alert_at=alert.alert_at,
        score=alert.score,
        growth=alert.growth,
        expected=alert.expected,
        observed=alert.observed,
        age_band=alert.age_band or (row.age_band if row else None),
        priority=alert.priority,
        because=list(alert.because),
        series=[
            {
                "at": point.at.isoformat(),
                "observed": point.gained,
                "expected": point.expected,
                "low": max(0.0, 2 * point.expected - point.upper),
                "high": point.upper,
            }
            for point in alert.recent
        ],
    )


def _over_days(one: FameAlert, gains: Sequence[tuple[datetime, float]]) -> list[dict[str, Any]]:
    """The chart of an account over many days: the band of the alert's day stands for what was usual before it."""
    if not one.series or not gains:
        return one.series
    usual = {name: one.series[-1][name] for name in ("expected", "low", "high")}
    return [{"at": at.isoformat(), "observed": gained, **usual} for at, gained in gains if at <= one.alert_at]


def _wave(alert: records.WaveAlert) -> LiveWave:
    return LiveWave(
        type=alert.kind,
        tag=alert.tag[:_LONGEST],
        started_at=min(alert.started_at, alert.detected_at),
        detected_at=alert.detected_at,
        posts=alert.posts,
        authors=alert.authors,
        testimonies=alert.testimonies,
        expected=alert.expected,
        score=alert.score,
        signal=alert.signal,
        public=alert.public,
        accused=sorted(str(one) for one in alert.accused),
        examples=list(alert.examples),
        series=wave_series(alert),
    )


def wave_series(alert: records.WaveAlert) -> list[dict[str, Any]]:
    """What the chart of a wave draws, by the hour: what its signal counts, and how much of it an ordinary tag has.

    The expected number of the window is shared among its hours by their authors; the band reaches two standard
    deviations of a Poisson variable to either side.
    """
    authors = sum(point.authors for point in alert.recent)
    drawn = []
    for point in alert.recent:
        likely = alert.expected * point.authors / authors if authors else 0.0
        drawn.append(
            {
                "at": point.at.isoformat(),
                "observed": point.testimonies if alert.signal == "testimonies" else point.authors,
                "expected": likely,
                "low": max(0.0, likely - 2 * sqrt(likely)),
                "high": likely + 2 * sqrt(likely),
            }
        )
    return drawn


def _pile_on(alert: records.PileOnAlert, service: str, *, pseudonyms: bool) -> PileOn:
    groups = _plain(alert.groups)
    if not pseudonyms:
        for group in groups:
            group["members"] = sorted({_pseudonym(member, service) for member in group["members"]})
    return PileOn(
        target=alert.target[:_LONGEST],
        account=_account(alert.target, service),
        started_at=min(alert.started_at, alert.detected_at),
        detected_at=alert.detected_at,
        ended_at=max(alert.ended_at, alert.detected_at),
        actors=alert.actors,
        actions=alert.actions,
        reports=alert.reports,
        observed=alert.observed,
        expected=alert.expected,
        score=alert.score,
        groups=groups,
        copies=_plain(alert.copies),
        examples=list(alert.examples),
    )


def _account(target: str, service: str) -> Account | None:
    """The account that a target means: `service:handle`, `service:#number`, or a number or handle of `service`."""
    name, colon, rest = target.partition(":")
    named = (name.lower(), rest) if colon and name.lower() in SERVICES else (service, target)
    known = Account.objects.filter(service=named[0])
    bare = named[1].removeprefix("#").removeprefix("@")
    return (
        known.filter(platform_id=bare).first() or known.filter(handle=bare.casefold(), holds_handle=True).first()
        if bare
        else None
    )


def _pseudonym(actor: str, service: str) -> str:
    """How an actor of the radar's tables is known here: `service:handle`, or a handle of `service`."""
    name, colon, _rest = actor.partition(":")
    spoken = actor if colon and name.lower() in SERVICES else f"{service}:{actor}"
    return pseudonym(spoken)


def _grow(before: Any, seen: Any, numbers: Iterable[str], others: Iterable[str]) -> bool:
    """Give a stored alert the newer numbers of the same thing, where there is more of it than before."""
    if not any(getattr(seen, name) > getattr(before, name) for name in numbers):
        return False
    for name in numbers:
        setattr(before, name, max(getattr(before, name), getattr(seen, name)))
    for name in others:
        setattr(before, name, getattr(seen, name))
    before.save(update_fields=[*numbers, *others])
    return True


def _link(one: LiveWave) -> None:
    """Link a tag that is listened for already to its wave."""
    if one.type != LiveWave.Type.TAG:
        return
    folded = normalise(one.tag).text
    watched = next((tag for tag in WatchedTag.objects.all() if normalise(tag.hashtag).text == folded), None)
    if watched is not None:
        one.wave = Wave.objects.filter(hashtag=normal_hashtag(watched.hashtag), invented=False).first()
        one.state, one.opened_by_hand = LiveWave.State.OPENED, True
        one.save(update_fields=["wave", "state", "opened_by_hand"])


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
