"""Referrals: the file for an authority, as a document to read and an archive to check without us.

`dossier` draws it from the case, `document` sets it as a PDF, `archive` packs both with the originals so that the same
referral always gives the same bytes, and `verifying` checks such an archive with nothing else at hand.
"""
