"""Make batches of jobs from a template, send them to any batch system, watch them run."""

__version__ = "0.1.0"
