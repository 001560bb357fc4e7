"""What all periodic reports share: periods, windows, states, findings with reasons, what is owed."""
