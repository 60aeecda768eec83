"""The pages of the desk: each view parses what was sent, asks a selector or calls a service, and answers."""
