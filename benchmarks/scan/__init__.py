"""How well slips are read: printed as we print them, filled in by known hands, scanned, and read."""
