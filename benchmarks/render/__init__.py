"""Ours and the peers on the same letter and data, in interleaved rounds."""
