"""What happens to an order: it is placed, paid, settled, closed. Each use case loads, checks and changes in
transactions of its own, with no call to Xendit inside one.
"""
