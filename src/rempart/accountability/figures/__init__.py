"""Figures over a window of time: what came in, what was done, how fast, what was not done and why.

model.py: what is counted. counting.py: `figures_of(window)`, exactly, from the record. protecting.py: `protected`, the
same without small counts: what leaves the house for somebody without a legal basis, or for everybody, is protected
first. Neither model.py nor protecting.py knows Django: who checks an answer offline uses them too.
"""
