"""The kinds of theft, one small file each, with its story."""
