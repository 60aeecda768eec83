"""Text as people write it, made comparable: normalising, and near-duplicates."""
