"""The same wave under several rulebooks, forward in time; and the simulator of invented waves."""

from rempart.replay.forward import Course, Replayed, replay, run
from rempart.replay.outcome import Outcome
from rempart.replay.parameters import Parameters
from rempart.replay.random_dials import random_parameters
from rempart.replay.scenarios import SCENARIOS
from rempart.replay.simulator import Wave, simulate
from rempart.replay.standing import Action, Standing
from rempart.replay.twins import organised_openly

__all__ = [
    "SCENARIOS",
    "Action",
    "Course",
    "Outcome",
    "Parameters",
    "Replayed",
    "Standing",
    "Wave",
    "organised_openly",
    "random_parameters",
    "replay",
    "run",
    "simulate",
]
