"""Alarms out: one small file for each channel; the outbox keeps what is not taken yet."""
