"""The worker: Celery carries wake-ups, the runner does what the rows say, the sweeper repeats what was lost."""
