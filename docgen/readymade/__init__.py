"""Ready-made PDFs: other documents, printed as a service; foreign files are looked into in a process of their own."""
