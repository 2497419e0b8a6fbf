"""Training: a loop that goes on after a kill, and fine-tuning of encoders on parallel text."""
