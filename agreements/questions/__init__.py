"""What is asked: a question with frozen words, its checks, and the text that a digest is taken of."""
