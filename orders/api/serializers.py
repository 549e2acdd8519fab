"""Orders in JSON."""

from typing import Any, get_args

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cart.api.serializers import AddItemSerializer, TaxLineSerializer
from cart.models.promotions import MAX_CODE
from cart.services.codes import MAX_CODES
from core import addresses
from core.api.fields import MoneyField, StrictSerializer
from core.money import Money
from orders import links
from orders.models import Order, OrderLine, Payment, Redemption, Refund, SellerOrder
from orders.payments import registry
from orders.queries import LABELS, Actor, Moment

AMOUNT = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["24.99"]}


@extend_schema_field(AMOUNT)
class AmountField(serializers.Field[Any, Any, str, Any]):
    """Minor units of the row's own currency, as a decimal string."""

    def get_attribute(self, instance: Any) -> Money:
        return Money(getattr(instance, self.source), instance.currency)  # type: ignore[arg-type]  # bound fields have a source

    def to_representation(self, value: Any) -> str:
        return str(value)


class AddressSerializer(StrictSerializer):
    """What else an address needs depends on its country; see ``core.addresses``."""

    recipient = serializers.CharField(max_length=200)
    street = serializers.CharField(max_length=200)
    street2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    state = serializers.CharField(max_length=100, required=False, allow_blank=True)
    zip = serializers.CharField(max_length=20, required=False, allow_blank=True)
    country = serializers.CharField(min_length=2, max_length=2)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wrong = addresses.faults(attrs)
        if wrong:
            raise serializers.ValidationError(
                {f.field: [serializers.ErrorDetail(f.detail, code=f.code)] for f in wrong}
            )
        return attrs


class PaymentChoiceSerializer(StrictSerializer):
    """``payment_token`` stands for a card, as the provider's own page made it."""

    payment_method = serializers.ChoiceField(choices=Payment.AT_CHECKOUT)
    payment_token = serializers.CharField(max_length=255, allow_blank=True, default="")


def token_of(body: Any) -> str:
    """Of a body that was found valid before."""
    return str(body.get("payment_token", ""))


class PurchaseSerializer(PaymentChoiceSerializer):
    shipping_address = AddressSerializer()
    billing_address = AddressSerializer(required=False)
    shipping_method = serializers.CharField(max_length=30, required=False)
    expected_total = MoneyField(required=False)
    promotion_codes = serializers.ListField(
        child=serializers.CharField(max_length=MAX_CODE), max_length=MAX_CODES, default=list
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if registry.is_outside(attrs["payment_method"]) and not attrs["payment_token"]:
            message = "Send the token that stands for the card."
            raise serializers.ValidationError({"payment_token": message})
        return attrs


class CheckoutSerializer(PurchaseSerializer):
    email = serializers.EmailField(
        max_length=254,
        required=False,
        help_text="A guest's, for news of the order. Whoever has an account leaves it out.",
    )
    accept_price_changes = serializers.BooleanField(default=False)


class WantedSerializer(AddItemSerializer):
    def validate_quantity(self, value: int) -> int:
        if value > settings.CART_MAX_QUANTITY:
            raise serializers.ValidationError(f"At most {settings.CART_MAX_QUANTITY} of one.")
        return value


class BuySerializer(PurchaseSerializer):
    items = serializers.ListField(child=WantedSerializer(), min_length=1, max_length=100)


class OrderLineSerializer(serializers.ModelSerializer[OrderLine]):
    product_name = serializers.CharField(source="title")
    price = serializers.SerializerMethodField()
    subtotal = AmountField()
    discount = AmountField()
    shipping = AmountField()
    tax = AmountField()
    tax_included = AmountField()

    class Meta:
        model = OrderLine
        fields = (
            "product_id",
            "variant_id",
            "sku",
            "product_name",
            "price",
            "quantity",
            "subtotal",
            "discount",
            "shipping",
            "tax",
            "tax_included",
            "tax_rate",
            "tax_name",
        )

    @extend_schema_field(AMOUNT)
    def get_price(self, line: OrderLine) -> str:
        """A piece may cost less than the smallest coin."""
        return f"{line.unit_decimal:f}"


class SellerOrderSerializer(serializers.ModelSerializer[SellerOrder]):
    """One seller's parcel. ``tax`` is all of it, on top of prices or in them."""

    seller = serializers.CharField(source="seller.slug")
    shipping = AmountField()
    tax = AmountField()
    total = AmountField()

    class Meta:
        model = SellerOrder
        fields = ("id", "seller", "status", "shipping_method", "shipping", "tax", "total")


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    amount = AmountField()
    client_secret = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = (
            "id",
            "method",
            "status",
            "amount",
            "reason",
            "client_secret",
            "transaction_id",
            "captured_at",
        )

    def get_client_secret(self, payment: Payment) -> str | None:
        """What the provider's script needs where the buyer's bank wants to ask the buyer. Only in the
        answer to checkout and to ``pay``."""
        return self.context.get("secret") or None


class RefundSerializer(serializers.ModelSerializer[Refund]):
    amount = AmountField()

    class Meta:
        model = Refund
        fields = ("id", "amount", "reason", "transaction_id", "refunded_at")


class PaySerializer(PaymentChoiceSerializer):
    pass


class CancelOrderSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=200, default="Cancelled")


class MomentSerializer(serializers.Serializer[Moment]):
    kind = serializers.ChoiceField(choices=sorted(LABELS))
    at = serializers.DateTimeField()
    actor = serializers.ChoiceField(choices=get_args(Actor))
    amount = MoneyField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class RedemptionSerializer(serializers.ModelSerializer[Redemption]):
    code = serializers.CharField(source="promotion.code", allow_null=True)
    name = serializers.CharField(source="promotion.name")
    discount = AmountField()

    class Meta:
        model = Redemption
        fields = ("code", "name", "discount")


class OrderSerializer(serializers.ModelSerializer[Order]):
    items = OrderLineSerializer(many=True, source="lines")
    seller_orders = SellerOrderSerializer(many=True)
    promotions = RedemptionSerializer(many=True, source="redemptions")
    subtotal = AmountField()
    discount = AmountField()
    shipping = AmountField()
    tax = AmountField()
    tax_included = AmountField()
    taxes = TaxLineSerializer(many=True)
    total = AmountField()
    refunded = AmountField()
    refund_status = serializers.ChoiceField(choices=Order.RefundStatus.choices, read_only=True)
    refunds = RefundSerializer(many=True)
    payment = serializers.SerializerMethodField()
    pay_by = serializers.DateTimeField(allow_null=True)
    shipping_address = AddressSerializer()
    billing_address = AddressSerializer()

    class Meta:
        model = Order
        fields = (
            "id",
            "number",
            "status",
            "items",
            "seller_orders",
            "subtotal",
            "discount",
            "promotions",
            "shipping",
            "tax",
            "tax_included",
            "taxes",
            "total",
            "currency",
            "payment",
            "pay_by",
            "refunded",
            "refund_status",
            "refunds",
            "shipping_address",
            "billing_address",
            "created_at",
            "updated_at",
        )

    @extend_schema_field(PaymentSerializer(allow_null=True))
    def get_payment(self, order: Order) -> Any:
        """The one that was captured, else the newest."""
        payments = sorted(
            order.payments.all(), key=lambda p: (p.status == "captured", p.created_at, p.pk)
        )
        return PaymentSerializer(payments[-1], context=self.context).data if payments else None


class PlacedOrderSerializer(OrderSerializer):
    """For whoever has just placed it, as nobody else may have a guest's token."""

    lookup_token = serializers.SerializerMethodField(
        help_text="A guest's, for `/orders/lookup/{token}`; good for seven days."
    )

    class Meta(OrderSerializer.Meta):
        fields: tuple[str, ...] = (*OrderSerializer.Meta.fields, "lookup_token")  # type: ignore[assignment]  # one more than the stub infers

    def get_lookup_token(self, order: Order) -> str | None:
        return None if order.user_id else links.token_of(order.pk)
