"""The service over HTTP: routers, who may call them, what goes wrong and how that is said."""
