"""Inserter control marks: what they look like (profiles as data) and what they say on each sheet of an envelope."""
