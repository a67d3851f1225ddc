"""Gymnasium environments as batches of numbers: what bridge.py serves."""
