"""Images in, readings out: empty until the first reader arrives."""
