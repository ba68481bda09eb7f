"""How the personal page holds: many people at once, and a service that is killed among them."""
