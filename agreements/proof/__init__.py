"""The proof of one agreement request: a PDF for people, drawn from the evidence that is attached to it."""
