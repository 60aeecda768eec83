"""The same wave under several rulebooks, forward in time; thresholds at their price; the simulator of waves."""

from rempart.replay.forward import Course, Replayed, replay, run
from rempart.replay.outcome import Outcome
from rempart.replay.parameters import Parameters
from rempart.replay.random_dials import random_parameters
from rempart.replay.scenarios import SCENARIOS
from rempart.replay.simulator import Wave, simulate
from rempart.replay.standing import Action, Standing
from rempart.replay.sweeping import BadSweep, Step, Sweep, sweep, sweep_between, sweep_of
from rempart.replay.twins import organised_openly

__all__ = [
    "SCENARIOS",
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
    "organised_openly",
    "random_parameters",
    "replay",
    "run",
    "simulate",
    "sweep",
    "sweep_between",
    "sweep_of",
]
