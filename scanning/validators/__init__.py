"""What makes an answer valid: pure functions, the same for the web page, the slip, staff and import.

``check_answer`` in ``answer`` takes any field of a reply form; each kind has a module of its own. Nothing here looks at
a clock or a network, and no value is ever changed into one that nobody gave.
"""
