"""Evidence: what happened is put down once and can be handed over; what is personal in it can go (docs/evidence.md)."""
