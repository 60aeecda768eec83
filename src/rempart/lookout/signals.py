"""What the lookout tells the rooms on its right, inside the transaction that stored it: what one raises undoes it."""

from django.dispatch import Signal

# alert: FameAlert. It reached the desk, `watch` or `support`; never sent for one that waits.
fame_alerted = Signal()

# live_wave: LiveWave. It reached the desk.
wave_found = Signal()

# pile_on: PileOn. It reached the desk.
pile_on_found = Signal()

# alert: FameAlert, LiveWave or PileOn, feedback: Feedback. A person said whether it was one.
alert_judged = Signal()
