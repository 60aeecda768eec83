"""What the lookout does: look at known waves, take in what the radar sees, and learn from what people say of it."""

from rempart.lookout.services.known import acknowledge_alert, look_at_wave, poisson_tail, surges

__all__ = ["acknowledge_alert", "look_at_wave", "poisson_tail", "surges"]
