"""How much may be false, kind by kind, so that the share holds over all that people see.

Whoever looks at several kinds at once and only sees those that found something is misled more often than each kind's
own level says. Where R of m kinds have found something, each is therefore given R/m of the level (Benjamini and
Bogomolov, *Selective inference on multiple families of hypotheses*, JRSS B 2014). A kind counts itself: its level
matters only if it finds something.
"""

from datetime import datetime, timedelta

from rempart.lookout.models import FameAlert, Kind, LiveWave, LookoutSettings, PileOn

_LATELY = timedelta(days=1)
_MONTH = 30.0  # days


def selected(kind: Kind, moment: datetime) -> float:
    """The share of its level that a kind is given: R/m, with R the kinds that found something in the last 24 hours."""
    found = 1 + sum(
        model.objects.filter(received_at__gt=moment - _LATELY).exclude(state="dismissed").exists()
        for other, model in ((Kind.FAME, FameAlert), (Kind.WAVE, LiveWave), (Kind.PILE_ON, PileOn))
        if other != kind
    )
    return found / len(Kind)


def false_discoveries(kind: Kind, moment: datetime) -> float:
    """The false-discovery rate that the radar is given for fame and for pile-ons."""
    return LookoutSettings.current().false_alarms * selected(kind, moment)


def false_waves_a_day(moment: datetime) -> float:
    """The false alerts a day that the radar is given for waves."""
    return LookoutSettings.current().false_waves_a_month / _MONTH * selected(Kind.WAVE, moment)
