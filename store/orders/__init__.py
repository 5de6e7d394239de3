"""What happens to an order: placed, paid, settled, closed. Each use case writes in transactions of its own."""
