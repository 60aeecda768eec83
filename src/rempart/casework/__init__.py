"""Cases: one an account, with its decisions, its measures and their ends, and the people who approve or lift them."""
