"""Pictures of the product, for people."""
