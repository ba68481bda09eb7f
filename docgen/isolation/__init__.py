"""Children of a fork server, in which foreign files are looked into: they are ready at once, and always end."""
