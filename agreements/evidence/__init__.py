"""Evidence: a chain of events, checkpoints of it, and files that a stranger can check (docs/evidence.md)."""
