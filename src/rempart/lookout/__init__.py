"""Watching waves while they grow: posts and testimonies by the hour, and an alert when testimonies suddenly gather."""
