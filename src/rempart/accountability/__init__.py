"""What was done, told to those who may ask and to everybody: authorities, the Commission, reports, the public."""
