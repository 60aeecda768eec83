"""What numbers show before people tell: waves, sudden fame, pile-ons."""
