"""Messages to recipients: written to the outbox, sent by couriers, and followed until they arrive or come back."""
