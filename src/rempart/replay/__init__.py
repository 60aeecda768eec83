"""The same wave under several rulebooks, forward in time; thresholds at their price; the simulator of waves."""

from rempart.replay.forward import Course, Replayed, replay, run
from rempart.replay.outcome import Outcome
from rempart.replay.simulator import Wave, simulate
from rempart.replay.standing import Action, Standing
from rempart.replay.stars import Parameters
from rempart.replay.sweeping import BadSweep, Step, Sweep, sweep, sweep_between, sweep_of

__all__ = [
    "Action",
    "BadSweep",
    "Course",
    "Outcome",
    "Parameters",
    "Replayed",
    "Standing",
    "Step",
    "Sweep",
    "Wave",
    "replay",
    "run",
    "simulate",
    "sweep",
    "sweep_between",
    "sweep_of",
]
