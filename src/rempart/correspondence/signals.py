"""What this room tells those on its right, inside the transaction that did it."""

from django.dispatch import Signal

# Somebody outside wrote: `heard.send(Conversation, conversation=…, message=…)`.
heard = Signal()
