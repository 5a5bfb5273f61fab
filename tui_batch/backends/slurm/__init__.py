"""Slurm, on this machine or over SSH, by its commands."""
