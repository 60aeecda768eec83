"""What can be done with platforms: set them up, carry orders out, compare what holds with what should."""

from rempart.platforms.services.carrying import Busy, carry_out, carry_out_account, carry_out_due
from rempart.platforms.services.enlisting import enlist_waiting
from rempart.platforms.services.looking import retry_execution, settle_drift
from rempart.platforms.services.reconciling import check_account, reconcile
from rempart.platforms.services.setting_up import add_platform, change_platform, secret_of

__all__ = [
    "Busy",
    "add_platform",
    "carry_out",
    "carry_out_account",
    "carry_out_due",
    "change_platform",
    "check_account",
    "enlist_waiting",
    "reconcile",
    "retry_execution",
    "secret_of",
    "settle_drift",
]
