"""The hosted checkout page, where the buyer pays, fails or leaves."""
