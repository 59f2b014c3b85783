"""Listen: what is decided about hearing, apart from the hearing itself."""
