"""Lines of a sales file: a sale, but for the fields that a test gives."""

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
SALE = {
    "invoice": "536365",
    "sku": "85123A",
    "description": "WHITE  HANGING HEART",
    "quantity": "6",
    "sold_at": "2010-12-01 08:26:00",
    "price": "2.55",
    "customer": "17850.0",
    "country": "United Kingdom",
}


def row(**fields: str) -> str:
    return ",".join((SALE | fields).values())
