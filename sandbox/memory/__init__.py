"""What is remembered, account by account. All SQL of the sandbox is in this room."""
