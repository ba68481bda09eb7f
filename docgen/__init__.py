"""Compose letters: values in; laid-out letters, PDF bytes and plans out. Knows no database, network or clock."""
