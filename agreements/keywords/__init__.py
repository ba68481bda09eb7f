"""Replies of one word: what a text message says when nobody need interpret it."""

from agreements.keywords.reading import Reading, Said, read_reply

__all__ = ["Reading", "Said", "read_reply"]
