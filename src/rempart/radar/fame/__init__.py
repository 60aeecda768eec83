"""Sudden fame: whose audience grows as it never did, while the whole platform's does not."""

from rempart.radar.fame.alerting import alerts, priority
from rempart.radar.fame.parameters import Parameters
from rempart.radar.fame.ticking import SCHEMAS, STEPS, TABLES, hours, steps

__all__ = ["SCHEMAS", "STEPS", "TABLES", "Parameters", "alerts", "hours", "priority", "steps"]
