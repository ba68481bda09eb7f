"""Hands, pens, paper and scanners made by rule: for training, tests and benchmarks, never for reading."""
