"""Letters that others made: PDFs in, checked, put in envelopes and printed with the marks of the print room."""
