"""Type: font faces, measured words and broken lines, as PDF text fragments with widths in points."""
