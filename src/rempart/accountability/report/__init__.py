"""The harmonised transparency report (Implementing Regulation (EU) 2024/2835): counted, written, checked."""
