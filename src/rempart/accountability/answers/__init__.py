"""Answers in figures: a document to read, the same as data, and what it takes to check them without believing anybody.

assembling.py: `assemble(request, window, language=…)` makes one from the record. writing.py puts one into a folder.
checking.py: `check(folder)` checks one with nothing at hand but its files: no database, no settings, no Django.
"""
