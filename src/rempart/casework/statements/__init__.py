"""Statements of reasons (DSA Art. 17) written from the record of a decision, and the words in which pages say the same.

`fields` turns a decision into data, element by element of Art. 17(3); `writing` turns the data into text, in French and
English, for an adult or in a child's words; `wording` refuses a text that speaks of guilt before anything is final.
"""
