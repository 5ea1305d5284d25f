"""The benchmark: methods, tasks, metrics, baselines, ablations."""
