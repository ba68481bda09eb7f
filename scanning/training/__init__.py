"""Trains the digit network. Nothing else imports this package, and only this package imports torch."""
