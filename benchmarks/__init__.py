"""One script for each claim that Rapport makes about speed and size."""
