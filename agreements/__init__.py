"""Requests, decisions and evidence: what was asked, what a human answered, and how a stranger can check it."""
