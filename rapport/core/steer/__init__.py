"""What it takes to get there: so far, how many people."""
