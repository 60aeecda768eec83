"""The DSA Transparency Database: what it takes, what we declare to it, and how it is spoken to."""
