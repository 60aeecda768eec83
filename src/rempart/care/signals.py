

from django.dispatch import Signal

# file: CareFile, orders: list[CareOrder]. What a platform is asked for was written, or its end moved.
orders_changed = Signal()
