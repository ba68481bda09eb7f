"""Answers by every road: ways in, what came in, and the one record that comes of it."""
