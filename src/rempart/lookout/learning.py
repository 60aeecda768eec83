"""What people's judgements teach: below which score alerts of a kind wait.

An alert waits when, among the judged alerts of its kind and tier that scored at least as much, more proved false than
may. Whoever the platform knows to be a minor is never made to wait for what proved false of others.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from rempart.lookout.models import Feedback, LookoutSettings

# Judgements that count, and how many there must be before they hold anything back.
LEARNS_FOR = timedelta(days=90)
FEWEST_JUDGED = 10


def thresholds(now: datetime) -> defaultdict[tuple[str, str], float | None]:
    """The least score at which alerts still reach the desk, by kind and tier (empty but for fame); None when any does.

    The lowest score of which the judged alerts at or above it are false at most as often as the settings allow. When
    even the highest are not, whatever scored less than the highest waits. Two queries.
    """
    judged: defaultdict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    said = Feedback.objects.filter(said_at__gt=now - LEARNS_FOR).order_by("-score")
    for kind, tier, score, true in said.values_list("kind", "tier", "score", "true"):
        judged[kind, tier].append((score, true))
    allowed = LookoutSettings.current().false_alarms
    return defaultdict(lambda: None, {key: least_score(scores, allowed) for key, scores in judged.items()})


def least_score(judged: list[tuple[float, bool]], false_alarms: float) -> float | None:
    """The threshold that these judgements (score, whether it was one) teach, highest score first."""
    false = sum(not true for _score, true in judged)
    if len(judged) < FEWEST_JUDGED or false / len(judged) <= false_alarms:
        return None
    best, wrong = judged[0][0], 0
    for index, (score, true) in enumerate(judged, start=1):
        wrong += not true
        last_of_its_score = index == len(judged) or judged[index][0] < score
        if last_of_its_score and wrong / index <= false_alarms:
            best = score
    return best
