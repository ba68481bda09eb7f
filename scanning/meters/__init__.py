"""Meters over time: exchanged ones, the use of a period, and what a complex adds up to. Pure."""
