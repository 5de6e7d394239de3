"""The proof: it runs shop and sandbox against each other, and shows by numbers what the shop promises.

The only program that knows both, and the helpers of the tests. `make proof` prints its table.
"""
