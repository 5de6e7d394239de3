"""A shop that takes any webhook about an order for its money, whoever sends it and whatever it says."""

from .honest import Order, Shop, serve


class Believing(Shop):
    def hears(self, event: dict, token: str | None) -> int:
        if order := self.order_of(event):
            order.believed = True
        return 200

    def settle(self, order: Order) -> None:
        """It asks about orders of which it has heard nothing, and of those only."""
        if not order.believed:
            super().settle(order)


if __name__ == "__main__":
    serve(Believing)
