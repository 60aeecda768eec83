"""What the public page says, worked out before anything is shown: counts by month, charts, rules and terms in words."""
