"""The pages of care: for the team, and for the young person."""
