"""Numbers about conversations, each with its interval, its sample and its method."""
