"""The checkout form: the buyer's details, checked on submit, with errors in the buyer's words."""

from collections.abc import Callable

from flask_wtf import FlaskForm
from wtforms import Field, Form, HiddenField, StringField
from wtforms.validators import DataRequired, StopValidation, ValidationError

from ..orders.checkout import BuyerDetails
from ..rules.buyer import NotAnEmail, NotAPhoneNumber, check_email, e164, is_postal_code, phone_examples
from ..rules.typed import plain, plain_email, plain_phone, plain_postal_code
from ..shop import Shop

# What is shown in place of letters that came in another encoding than was said.
LOST_LETTER = "\N{REPLACEMENT CHARACTER}"
# Every field takes far less. What is longer is refused without a closer look, which could take a second.
LONGEST_READ = 1_000


def _no_lost_letters(form: Form, field: Field) -> None:
    if LOST_LETTER in field.data:
        raise ValidationError(f"Some letters did not arrive ({LOST_LETTER}). Please type them again.")


def _no_longer_than(longest: int) -> Callable[[Form, Field], None]:
    """Return a validator after which no other looks at what is too long.

    That of WTForms also writes a maxlength, with which browsers cut off without a word what is pasted.
    """

    def check(form: Form, field: Field) -> None:
        if len(field.data) > longest:
            raise StopValidation(f"Use at most {longest} characters.")

    return check


def _cleaned_by(clean: Callable[[str], str]) -> Callable[[str | None], str]:
    return lambda text: text if text and len(text) > LONGEST_READ else clean(text or "")


def _text(
    label: str, missing: str, longest: int, clean: Callable[[str], str] = plain, **attributes: str
) -> StringField:
    """Return a field of text; `missing` is what is said when it is empty, and "" if it may be."""
    validators = [_no_longer_than(longest), _no_lost_letters]
    if missing:
        validators.insert(0, DataRequired(missing))
    return StringField(label, validators, filters=[_cleaned_by(clean)], render_kw=attributes)


class CheckoutForm(FlaskForm):
    class Meta:
        csrf = False  # `csrf.py` looks at all forms, before any view.

    given_names = _text("Given names", "Enter your name.", 100, autocomplete="given-name")
    surname = _text("Surname", "", 100, autocomplete="family-name")
    # One full name; who sends it has no second field for it.
    name = StringField(filters=[_cleaned_by(plain)])
    # Not of type email: there Chromium writes another domain without a word, shop.example for ſhop.example.
    email = _text("E-mail", "Enter your e-mail address.", 254, plain_email, autocomplete="email", inputmode="email",
                  spellcheck="false", autocapitalize="none", autocorrect="off")  # fmt: skip
    mobile_number = _text("Mobile number", "Enter your mobile number.", 40, plain_phone, autocomplete="tel",
                          inputmode="tel", type="tel")  # fmt: skip
    address_line1 = _text("Address", "Enter the street and house number.", 200, autocomplete="street-address")
    city = _text("City", "Enter the city.", 100, autocomplete="address-level2")
    postal_code = _text(
        "Postal code", "Enter the postal code.", 20, plain_postal_code, autocomplete="postal-code", inputmode="numeric"
    )
    seen_amount = HiddenField()

    def __init__(self, shop: Shop, **values: object) -> None:
        super().__init__(**values)
        self._shop = shop
        if self.name.data:
            self.given_names.data, self.surname.data = self.name.data, ""

    def validate_email(self, field: Field) -> None:
        try:
            check_email(field.data)
        except NotAnEmail as error:
            raise ValidationError("Enter an e-mail address like name@example.com.") from error

    def validate_mobile_number(self, field: Field) -> None:
        try:
            self.phone = e164(field.data, self._shop.country_code)
        except NotAPhoneNumber as error:
            at_home, abroad = phone_examples(self._shop.country_code)
            raise ValidationError(f"Enter one phone number in digits, like {at_home} or {abroad}.") from error

    def validate_postal_code(self, field: Field) -> None:
        digits = self._shop.country.postal_digits
        if not is_postal_code(field.data, digits):
            raise ValidationError(f"Enter a postal code of {' or '.join(map(str, digits))} digits.")

    @property
    def seen(self) -> int | None:
        """The total that stood on the page, in minor units; None if the page did not say."""
        text = self.seen_amount.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def details(self) -> BuyerDetails:
        """Return the buyer's details once the form is valid."""
        names = ("given_names", "surname", "email", "address_line1", "city", "postal_code")
        return BuyerDetails(mobile_number=self.phone, **{name: self[name].data for name in names})
