"""What care keeps: files, steps, protections, shields."""
