"""Pure rules, without Flask and without the database: statuses and their moves, money, the cart, a buyer's details,
why a payment failed, every duration; and the one clock and the one source of chance.
"""
