"""The radar at a glance: what reached the desk, the series that its chart draws, why, and where one click leads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from rempart.lookout.learning import thresholds
from rempart.lookout.models import (
    Alert,
    DetectorState,
    FameAlert,
    Feedback,
    HeardPosts,
    Kind,
    LiveWave,
    LookoutSettings,
    PileOn,
    RadarRun,
)
from rempart.pages.writing import decimal

# How far back the overview looks, how many lines of a kind it gives, and over which time false alarms are counted.
SHOWN_FOR = timedelta(days=30)
AT_MOST = 50
JUDGED_FOR = timedelta(days=90)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Point:
    """One moment of a sparkline: what was seen, what was likely, and the band in which nothing surprises."""

    at: datetime
    observed: float
    expected: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click leads: words in the reader's language, and an address."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One line of the radar.

    kind: `wave`, `fame` or `pile_on`; pk: of its row. title: the hashtag, phrase or account. level: a fame alert's tier
    in words, else empty. state, state_words: where it stands. since: when it began; at: when it was detected;
    raised_at: when it reached the desk, None while it waits; waits: why it does, in words, else empty. why: sentences
    in the reader's language. accused: accounts that a wave accuses. secret: a name with an accusation, never to leave
    the desk. judged: whether somebody said that it was one, None when nobody did. links: the wave, case
    or care file that it led to. row: the row itself.
    """

    kind: str
    pk: int
    title: str
    level: str
    state: str
    state_words: str
    since: datetime
    at: datetime
    raised_at: datetime | None
    waits: str
    score: float
    series: Sequence[Point]
    why: Sequence[str]
    accused: Sequence[str]
    secret: bool
    age_band: str
    judged: bool | None
    links: Sequence[Link]
    row: Any


@dataclass(frozen=True, slots=True)
class Budget:
    """The alerts of a kind: how many reached the desk in the last 24 hours, how many may, and how many wait.

    Of those that wait, what came in the last SHOWN_FOR is counted, since this is what `waiting` shows.
    """

    kind: str
    tier: str
    words: str
    raised: int
    a_day: int
    waiting: int


@dataclass(frozen=True, slots=True)
class KindHealth:
    """How a kind (of fame: a tier) does: what people judged in the last 90 days, and when it last looked.

    false_share: share of the judged that proved false, None when none was judged. threshold: score below which alerts
    wait because alerts like them proved false, None when none do.
    """

    kind: str
    tier: str
    words: str
    judged: int
    false: int
    false_share: float | None
    threshold: float | None
    looked_upto: datetime | None
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the radar works: the target of false alarms, each kind, and the live detector.

    live_saved_at: when the live detector last saved where it stands, None before the first post; live_waiting: posts
    heard since.
    """

    false_alarms: float
    kinds: Sequence[KindHealth]
    live_saved_at: datetime | None
    live_posts: int
    live_waiting: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the overview of the radar shows; waves and pile-ons newest first, stars youngest and soonest first."""

    at: datetime
    waves: Sequence[Sighting]
    stars: Sequence[Sighting]
    pile_ons: Sequence[Sighting]
    budget: Sequence[Budget]
    health: Health


# Rooms on the right say where alerts lead: each gives links for those that it knows something of.
Linking = Callable[[Sequence[Alert]], Mapping[Alert, Link]]
_LINKS: list[Linking] = []


def link_with(give: Linking) -> None:
    """Ask `give` for links whenever alerts of one kind are shown; called once, in an app's `ready()`."""
    if give not in _LINKS:
        _LINKS.append(give)


def overview(now: datetime) -> Overview:
    """The radar as it stands: what reached the desk in the last SHOWN_FOR and is not dismissed, at most AT_MOST a kind.

    About a dozen queries, whatever there is.
    """
    since = now - SHOWN_FOR
    waves = LiveWave.objects.filter(raised_at__gte=since).exclude(state=LiveWave.State.DISMISSED)
    stars = FameAlert.objects.filter(raised_at__gte=since).exclude(state=FameAlert.State.DISMISSED)
    pile_ons = PileOn.objects.filter(raised_at__gte=since).exclude(state=PileOn.State.DISMISSED)
    return Overview(
        at=now,
        waves=sightings(_shown(waves.select_related("wave"))),
        stars=sightings(_shown(stars)),
        pile_ons=sightings(_shown(pile_ons.select_related("account"))),
        budget=budgets(now),
        health=health(now),
    )


def waiting(now: datetime) -> dict[str, list[Sighting]]:
    """What came in the last SHOWN_FOR and waits, by kind: for the budget, or since people found the like false."""
    kinds = {Kind.WAVE: LiveWave, Kind.FAME: FameAlert, Kind.PILE_ON: PileOn}
    since = {"state": "waits", "received_at__gte": now - SHOWN_FOR}
    return {
        kind: sightings(_shown(model.objects.filter(**since).order_by("-score", "pk"))) for kind, model in kinds.items()
    }


def sightings(alerts: Iterable[Alert]) -> list[Sighting]:
    """Alerts of one kind as lines of the radar, in the reader's language and in the order given."""
    shown = list(alerts)
    given = [give(shown) for give in _LINKS]
    return [_sighting(alert, [links[alert] for links in given if alert in links]) for alert in shown]


def _sighting(alert: Alert, links: list[Link]) -> Sighting:
    line = _LINES[type(alert)](alert)
    verdicts = sorted(alert.feedback.all(), key=lambda said: (said.said_at, said.pk))
    return Sighting(
        pk=alert.pk,
        raised_at=alert.raised_at,
        waits=alert.get_held_because_display() if alert.held_because else "",
        state=alert.state,
        state_words=alert.get_state_display(),
        score=alert.score,
        series=[Point(**point) for point in _points(alert.series)],
        judged=verdicts[-1].true if verdicts else None,
        links=links,
        row=alert,
        **line,
    )


def budgets(now: datetime) -> list[Budget]:
    """What reached the desk in the last 24 hours against what may, each kind and tier."""
    limits = LookoutSettings.current()
    a_day = {
        (Kind.WAVE, ""): limits.waves_a_day,
        (Kind.FAME, "support"): limits.support_a_day,
        (Kind.FAME, "watch"): limits.watch_a_day,
        (Kind.PILE_ON, ""): limits.pile_ons_a_day,
    }
    counted = {
        "raised": Count("pk", filter=Q(raised_at__gt=now - _DAY)),
        "waiting": Count("pk", filter=Q(state="waits", received_at__gte=now - SHOWN_FOR)),
    }
    rows = {
        (Kind.WAVE, ""): LiveWave.objects.aggregate(**counted),
        (Kind.PILE_ON, ""): PileOn.objects.aggregate(**counted),
    }
    for row in FameAlert.objects.order_by().values("tier").annotate(**counted):
        rows[Kind.FAME, row["tier"]] = row
    none = {"raised": 0, "waiting": 0}
    return [
        Budget(kind, tier, words, row["raised"], a_day[kind, tier], row["waiting"])
        for kind, tier, words in _kinds()
        for row in [rows.get((kind, tier), none)]
    ]


def health(now: datetime) -> Health:
    """Whether the radar looks, and how often people find its alerts false."""
    judged = {
        (row["kind"], row["tier"]): row
        for row in Feedback.objects.filter(said_at__gt=now - JUDGED_FOR)
        .order_by()
        .values("kind", "tier")
        .annotate(all=Count("pk"), false=Count("pk", filter=Q(true=False)))
    }
    state = DetectorState.objects.defer("state").first()
    runs = {run.kind: run for run in RadarRun.objects.order_by("kind", "-ended_at").distinct("kind")}
    kinds, least = [], thresholds(now)
    for kind, tier, words in _kinds():
        row, run = judged.get((kind, tier), {"all": 0, "false": 0}), runs.get(kind)
        kinds.append(
            KindHealth(
                kind=kind,
                tier=tier,
                words=words,
                judged=row["all"],
                false=row["false"],
                false_share=row["false"] / row["all"] if row["all"] else None,
                threshold=least[kind, tier],
                looked_upto=run.upto if run else None,
                looked_at=run.ended_at if run else state.saved_at if state and kind == Kind.WAVE else None,
            )
        )
    waiting = HeardPosts.objects.aggregate(posts=Sum("posts"))
    return Health(
        false_alarms=LookoutSettings.current().false_alarms,
        kinds=kinds,
        live_saved_at=state.saved_at if state else None,
        live_posts=state.posts if state else 0,
        live_waiting=waiting["posts"] or 0,
    )


def _kinds() -> list[tuple[str, str, str]]:
    """Kind, tier and words of what has a budget of its own, in the order in which people read it."""
    support, watch = FameAlert.Tier.SUPPORT, FameAlert.Tier.WATCH
    return [
        (Kind.WAVE, "", str(Kind.WAVE.label)),
        (Kind.FAME, support, f"{Kind.FAME.label} – {support.label}"),
        (Kind.FAME, watch, f"{Kind.FAME.label} – {watch.label}"),
        (Kind.PILE_ON, "", str(Kind.PILE_ON.label)),
    ]


def _shown(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("judged_by").prefetch_related("feedback")[:AT_MOST]


def _likely(expected: float) -> str:
    """How many were likely: few with decimals, so that less than one is not told as none."""
    whole = expected >= 10 or expected == int(expected)
    return decimal(expected, 0) if whole else decimal(max(expected, 0.01), 1 if expected >= 1 else 2)


def _points(series: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "at": datetime.fromisoformat(point["at"]),
            "observed": point["observed"],
            **{name: point.get(name) for name in ("expected", "low", "high")},
        }
        for point in series
    ]


def _fame(alert: FameAlert) -> dict[str, Any]:
    why = [
        _("%(observed)s new followers where about %(expected)s were likely.")
        % {"observed": decimal(alert.observed, 0), "expected": _likely(alert.expected)}
    ]
    if alert.growth >= 2:
        why.append(_("%(growth)s times what is usual for this account.") % {"growth": decimal(alert.growth, 0)})
    if "lasting" in alert.because:
        why.append(_("It lasts: more than one day stands out."))
    if "echo" in alert.because:
        why.append(_("Views or mentions grow with it, so it is hardly bought followers."))
    if "platform_surge" in alert.because:
        why.append(_("The whole platform grew that day; this is on top of it."))
    return {
        "kind": Kind.FAME,
        "title": alert.reference,
        "level": alert.get_tier_display(),
        "since": alert.alert_at,
        "at": alert.alert_at,
        "why": why,
        "accused": [],
        "secret": False,
        "age_band": alert.get_age_band_display() or _("age unknown"),
    }


def _wave(alert: LiveWave) -> dict[str, Any]:
    numbers = {
        "testimonies": decimal(alert.testimonies, 0),
        "authors": decimal(alert.authors, 0),
        "expected": _likely(alert.expected),
    }
    if alert.signal == LiveWave.Signal.COUNT:
        why = [_("%(authors)s people posted within an hour where about %(expected)s were likely.") % numbers]
    else:
        why = [_("%(testimonies)s of %(authors)s people tell what happened to somebody.") % numbers]
        if alert.expected:
            why.append(_("Under an ordinary hashtag it would be about %(expected)s.") % numbers)
    if not alert.public:
        why.append(_("It names somebody beside an accusation: it may be a pile-on, and is never shown to the public."))
    return {
        "kind": Kind.WAVE,
        "title": str(alert),
        "level": "",
        "since": alert.started_at,
        "at": alert.detected_at,
        "why": why,
        "accused": alert.accused,
        "secret": not alert.public,
        "age_band": "",
    }


def _pile_on(alert: PileOn) -> dict[str, Any]:
    why = [
        _("%(actors)s people where about %(expected)s were likely.")
        % {"actors": decimal(alert.observed, 0), "expected": _likely(alert.expected)}
    ]
    together = len({member for group in alert.groups for member in group["members"]})
    if together:
        why.append(_("Groups that act together take part: %(together)s people.") % {"together": decimal(together, 0)})
    if alert.copies:
        why.append(_("Some write nearly the same words."))
    return {
        "kind": Kind.PILE_ON,
        "title": str(alert.account or alert.target),
        "level": "",
        "since": alert.started_at,
        "at": alert.detected_at,
        "why": why,
        "accused": [],
        "secret": False,
        "age_band": (alert.account.get_age_band_display() if alert.account else "") or _("age unknown"),
    }


_LINES: dict[type[Alert], Callable[[Any], dict[str, Any]]] = {FameAlert: _fame, LiveWave: _wave, PileOn: _pile_on}
