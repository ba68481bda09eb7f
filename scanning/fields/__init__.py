"""What is in the boxes of a slip: rows cut out and straightened, ink measured, ticks and digits read."""
