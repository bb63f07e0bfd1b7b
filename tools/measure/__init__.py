"""Driving a machine that can be measured from outside (docs/performance.md)."""
