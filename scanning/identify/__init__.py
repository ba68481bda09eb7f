"""Which slips are on a page: codes found and read, and roughly where each slip lies."""
