"""Who works in the synthetic hospital: one small file for each profession."""
