"""The shell: everything that touches the world. HTTP, workers, database, blobs and queue."""
