"""What is said to other services about facts that took place there: DSA Art. 16 notices and XARF v4 reports."""
