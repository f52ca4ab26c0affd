"""What `ecluse doctor` looks for: one small file a family, each a closed list of kinds and what finds them."""
