"""The mailroom: what comes back is taken in, read, keyed where a machine is not sure, and counted page by page."""
