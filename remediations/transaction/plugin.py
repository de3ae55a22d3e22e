"""`--fix`: to come."""
