"""Answers of recipients: their doors, what is asked of them, and what they give."""
