"""Frames become PDF: fonts, content streams, art, print files, and pictures of pages."""
