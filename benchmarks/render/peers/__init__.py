"""The same letter in other engines; each module has ``prepare``, which makes ready what is not measured."""
