"""Batch exports: plan, names, run, workers, cluster, journal, receipt, presets and LUT files. No Qt."""
