"""What happens to an order: placed, paid, settled, closed. HTTP and tables are elsewhere."""
