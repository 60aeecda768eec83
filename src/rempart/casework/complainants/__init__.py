"""What complainants are told, in words that a 12-year-old understands, in French and English (words.yaml)."""
