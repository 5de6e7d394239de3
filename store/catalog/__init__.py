"""What is sold: products, their stock, and the merchant's file."""
