"""Pages of answers: campaigns, the front office with somebody on the phone, and answers that a person settles."""
