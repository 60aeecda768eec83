"""What care tells the rooms on its right, inside the transaction that did it. What a receiver raises undoes the act."""

from django.dispatch import Signal

# file: CareFile, orders: list[CareOrder]. What a platform is asked for was written, or its end moved.
orders_changed = Signal()
