"""The post: addresses, KIX, sorting, batches, weights and the manifest."""
