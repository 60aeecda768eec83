"""What people's judgements teach: below which score alerts of a kind wait, and which scores of fame proved false.

Fame is recalibrated by the radar itself, which is given the scores that proved false. Waves and pile-ons learn here: an
alert waits when, among the judged alerts of its kind that scored at least as much, more proved false than may.
"""

from collections import Counter
from datetime import datetime, timedelta

from rempart.lookout.models import Feedback, Kind, LookoutSettings

# Judgements that count, and how many there must be before they hold anything back.
LEARNS_FOR = timedelta(days=90)
FEWEST_JUDGED = 10


def threshold(kind: str, now: datetime) -> float | None:
    """The least score at which alerts of a kind still reach the desk; None when none is held back.

    The lowest score of which the judged alerts at or above it are false at most as often as the settings allow. When
    even the highest are not, whatever scored as much as the highest false one waits.
    """
    if kind == Kind.FAME:
        return None
    said = Feedback.objects.filter(kind=kind, said_at__gt=now - LEARNS_FOR).order_by("-score")
    return least_score(list(said.values_list("score", "true")), LookoutSettings.current().false_alarms)


def least_score(judged: list[tuple[float, bool]], false_alarms: float) -> float | None:
    """The threshold that these judgements (score, whether it was one) teach, highest score first."""
    false = sum(not true for _score, true in judged)
    if len(judged) < FEWEST_JUDGED or false / len(judged) <= false_alarms:
        return None
    best, wrong = None, 0
    for index, (score, true) in enumerate(judged, start=1):
        wrong += not true
        last_of_its_score = index == len(judged) or judged[index][0] < score
        if last_of_its_score and wrong / index <= false_alarms:
            best = score
    return best if best is not None else judged[0][0]


def fame_proved_false(now: datetime) -> Counter[tuple[str, float]]:
    """How often a fame alert of that tier and score was found to be none: what the radar's next tick learns from."""
    said = Feedback.objects.filter(kind=Kind.FAME, true=False, said_at__gt=now - LEARNS_FOR)
    return Counter(said.values_list("tier", "score"))
