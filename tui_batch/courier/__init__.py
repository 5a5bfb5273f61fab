"""What happens while nobody looks: carries out what was asked, and writes down what it saw."""
