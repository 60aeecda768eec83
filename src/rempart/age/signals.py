"""What the age room tells others, inside the transaction that did it. What a receiver raises undoes the act."""

from django.dispatch import Signal

# assurance: Assurance. Somebody was shown to be over an age, or not.
assured = Signal()
