"""How old somebody is, no more than one bit of it: gate, reports, challenges, proofs, guardians, appeals."""
