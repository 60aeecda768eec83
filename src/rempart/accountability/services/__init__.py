"""What can be done about requests of authorities, commitments, submissions and reports."""
