"""What kinds whose jobs are sent by commands on a host have in common."""
