"""One module for each family of `nt` commands; base.py is what they share."""
