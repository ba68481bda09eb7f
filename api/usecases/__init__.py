"""Use cases: what a caller or a worker can do, one transaction each; the only place where the pure packages meet."""
