"""What can be done with platforms: set them up, carry orders out, compare what holds with what should."""

from rempart.platforms.services.setting_up import add_platform, change_platform, secret_of

__all__ = ["add_platform", "change_platform", "secret_of"]
