"""What is sold: finding products, the stock that can still be sold, and the merchant's file that fills the catalog."""
