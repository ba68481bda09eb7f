"""Symbols and what stands in them: EPC payments, payment links, entry links and codes, piece tokens."""
