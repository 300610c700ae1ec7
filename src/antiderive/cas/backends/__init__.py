"""Computer algebra systems, one file each."""
