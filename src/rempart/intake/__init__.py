"""What comes in: waves of posts, what was read of them, the testimonies they hold and the accounts these are about."""
