"""Webhooks: endpoints, which events go to them, how messages are signed, tried again and played again."""
