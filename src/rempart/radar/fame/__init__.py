"""Sudden fame: whose audience grows as it never did, while the whole platform's does not."""

from rempart.radar.fame.alerting import alerts, priority
from rempart.radar.fame.parameters import Parameters
from rempart.radar.fame.tables import POPULATION, SCORED, STATE
from rempart.radar.fame.ticking import Next, measure, observe, stand_out, tick

__all__ = [
    "POPULATION",
    "SCORED",
    "STATE",
    "Next",
    "Parameters",
    "alerts",
    "measure",
    "observe",
    "priority",
    "stand_out",
    "tick",
]
