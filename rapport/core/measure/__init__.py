"""Numbers about tone, counts and conversations, each with its interval, its sample and its method."""
