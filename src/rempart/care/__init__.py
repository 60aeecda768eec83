"""Support for those who become known overnight, and a shield for those on whom many pile."""
