"""Measurements of speed, memory and size; nothing of the product needs them."""
