"""What the lookout has noticed, what people made of it, how it is set, and what the live detector remembers."""

from rempart.lookout.models.alerts import Alert, FameAlert, LiveWave, PileOn
from rempart.lookout.models.known import WaveAlert
from rempart.lookout.models.live import DetectorState, HeardPosts, RadarRun
from rempart.lookout.models.settings import Feedback, Kind, LookoutSettings

__all__ = [
    "Alert",
    "DetectorState",
    "FameAlert",
    "Feedback",
    "HeardPosts",
    "Kind",
    "LiveWave",
    "LookoutSettings",
    "PileOn",
    "RadarRun",
    "WaveAlert",
]
