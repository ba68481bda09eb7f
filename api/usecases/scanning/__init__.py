"""Answers on paper: forms that were printed, scans taken in and read, fields keyed, records settled."""
