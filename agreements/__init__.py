"""Requests, decisions and evidence: empty until the first request kind arrives."""
