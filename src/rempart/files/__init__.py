"""Evidence as stored: every file sealed with a key of its own, every opening recorded, suspect ones locked away."""
