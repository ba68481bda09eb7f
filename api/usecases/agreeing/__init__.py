"""Agreements: questions asked of people by message and letter, what a human decided, and what followed."""
