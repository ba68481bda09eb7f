"""Template folders: declared fields, body text in Jinja2 over a Markdown subset, and their checks."""
