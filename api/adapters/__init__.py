"""Adapters: the ports made of a database, blob stores, clocks. Nothing outside `api.bootstrap` imports them."""
