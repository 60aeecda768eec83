"""What people see of platforms: the desk's page, a measure's page, the part of a case, and administration."""
