"""Rempart: from testimonies about a platform's accounts to proportionate, reasoned, reversible measures."""
