"""A shop that counts each delivery of an event as another payment."""

from .honest import Shop, serve


class Counting(Shop):
    def hears(self, event: dict, token: str | None) -> int:
        answer = super().hears(event, token)
        order = self.order_of(event) if answer == 200 else None
        if order and event["event"] == "payment_session.completed":
            order.deliveries += 1
        return answer


if __name__ == "__main__":
    serve(Counting)
