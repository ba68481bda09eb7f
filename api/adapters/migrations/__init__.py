"""Migrations, run by `api.adapters.migrate`."""
