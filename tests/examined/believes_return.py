"""A shop that believes whoever opens its return page."""

from .honest import Order, Shop, serve


class Believing(Shop):
    def comes_back(self, order: Order) -> None:
        order.believed = True


if __name__ == "__main__":
    serve(Believing)
