"""What becomes of what was read: accepted, blank or to a person, each with its reasons."""
