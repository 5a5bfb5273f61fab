"""The headless twin of the app: data on stdout, words on stderr."""
