"""What intake tells the rooms on its right, inside the transaction that changed something."""

from django.dispatch import Signal

# posts: list of records.Post. Heard just now, before what belongs to no wave is dropped.
posts_heard = Signal()

# wave: Wave. Sent when posts were added to a wave.
wave_grew = Signal()

# accounts: set of primary keys. Sent when what is said or known of these accounts changed otherwise.
# added: the Testimony, where nothing changed but that it came in.
testimonies_changed = Signal()

# testimonies: list of primary keys. Sent before testimonies, or the posts that they came in, are erased: who connects
# may seal what has to be kept.
testimonies_leaving = Signal()

# report: Report. Sent when a report came in, before its account is assessed: who connects may set it aside.
report_received = Signal()
