"""Records of a print job: JSON, CSV or XLSX in, validated letters or findings out."""
