"""The pages of the accountability room: the authority desk for the staff, the public page for everybody."""
