"""Positions: records and blocks become frames in millimetres from the top-left of a page."""
