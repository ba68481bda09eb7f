"""Repositories on SQLAlchemy Core: explicit statements, rows in and values out, every query with its organisation."""
