"""What a person sees: a screen is a question or a view."""
