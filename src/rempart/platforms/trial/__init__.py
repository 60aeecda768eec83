"""`rempart demo --platform`: a wave, a measure and its end on a real server, in a house that is thrown away after."""
