"""What becomes of a request: which act of a human decides, when it ends, and when a person is reminded."""
