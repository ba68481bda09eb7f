"""The register of complexes, dwellings and meters: brought in by file, exchanged, read and reported."""
