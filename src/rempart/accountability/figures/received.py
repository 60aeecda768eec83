"""What came in over a window: counted in the database, one grouped query a division."""

from collections import Counter
from datetime import date, timedelta

from django.db.models import Case as When
from django.db.models import CharField, Count, F, Max, Min, Sum, Value
from django.db.models import When as Is
from django.db.models.functions import TruncDate
from django.utils import timezone

from rempart.accountability.figures.model import Received, Step
from rempart.accountability.figures.range import Range
from rempart.intake.models import HourlyCount, Testimony
from rempart.records.vocabulary import CHANNELS

STANCES = ("testimony", "relay", "dispute")
POST_STANCES = (*STANCES, "support", "news", "other")
COMPLAINANTS = ("minor", "adult", "not_said")
USES = ("counts", "withdrawn", "set_aside", "unfounded")
LONGEST_BY_DAY, LONGEST_BY_WEEK = 62, 400

_USE = When(
    Is(withdrawn_at__isnull=False, then=Value("withdrawn")),
    Is(unfounded_at__isnull=False, then=Value("unfounded")),
    Is(set_aside_at__isnull=False, then=Value("set_aside")),
    default=Value("counts"),
    output_field=CharField(),
)
_COMPLAINANT = When(
    Is(complainant_minor=True, then=Value("minor")),
    Is(complainant_minor=False, then=Value("adult")),
    default=Value("not_said"),
    output_field=CharField(),
)


def received_in(reach: Range) -> Received:
    """Everything that came in over the window of a range."""
    divided: dict[str, Counter[str]] = {name: Counter() for name in ("channel", "stance", "complainant", "use")}
    days: Counter[date] = Counter()
    day = TruncDate("received_at", tzinfo=timezone.get_default_timezone())
    grouped = (
        reach.testimonies()
        .annotate(use=_USE, complainant=_COMPLAINANT, day=day)
        .values("channel", "stance", "complainant", "use", "day")
        .annotate(number=Count("pk"), first=Min("received_at"), last=Max("received_at"))
    )
    first = last = None
    for group in grouped:
        for name, counter in divided.items():
            counter[group[name]] += group["number"]
        days[group["day"]] += group["number"]
        first = min(first or group["first"], group["first"])
        last = max(last or group["last"], group["last"])
    by_post = {
        group["stance"]: group["number"] for group in reach.posts().values("stance").annotate(number=Count("pk"))
    }
    counted = _counted(reach)
    step, over_time = _over_time(days)
    return Received(
        total=days.total(),
        by_channel=_in_order(divided["channel"], CHANNELS),
        by_stance=_in_order(divided["stance"], STANCES),
        by_complainant=_in_order(divided["complainant"], COMPLAINANTS),
        by_use=_in_order(divided["use"], USES),
        step=step,
        over_time=over_time,
        first_at=first,
        last_at=last,
        posts=sum(by_post.values()),
        posts_by_stance=_in_order(by_post, POST_STANCES),
        counted_posts=counted["posts"] or 0,
        counted_testimonies=counted["testimonies"] or 0,
    )


def _counted(reach: Range) -> dict[str, int | None]:
    rows = HourlyCount.objects.filter(**reach.within("hour"))
    if reach.waves is not None:
        rows = rows.filter(wave__in=reach.waves)
    return rows.aggregate(posts=Sum(F("posts")), testimonies=Sum(F("testimonies")))


def _in_order(counts: dict[str, int], order: tuple[str, ...]) -> dict[str, int | None]:
    """Every value of a list with its count, zeros too, in the order of the list; then those that are in no list."""
    return {name: counts.get(name, 0) for name in (*order, *sorted(counts.keys() - set(order)))}


def _over_time(days: dict[date, int]) -> tuple[Step, dict[date, int | None]]:
    """Counts by day, week (its Monday) or month (its first day): the shorter the time, the finer."""
    if not days:
        return "day", {}
    first, last = min(days), max(days)
    length = (last - first).days + 1
    step: Step = "day" if length <= LONGEST_BY_DAY else "week" if length <= LONGEST_BY_WEEK else "month"
    begins = {"day": lambda at: at, "week": lambda at: at - timedelta(days=at.weekday()), "month": _first_of}[step]
    counts = {begins(first + timedelta(days=number)): 0 for number in range(length)}
    for day, number in days.items():
        counts[begins(day)] += number
    return step, dict(counts)


def _first_of(day: date) -> date:
    return day.replace(day=1)


def accused_accounts(reach: Range) -> set[int]:
    """The accounts that a testimony or relay of the window accuses."""
    accusing = reach.testimonies().filter(stance__in=(Testimony.Stance.TESTIMONY, Testimony.Stance.RELAY))
    return set(accusing.values_list("account", flat=True).distinct())
