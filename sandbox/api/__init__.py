"""Xendit's API over HTTP: its calls, what they take, and how they are spoiled on demand."""
