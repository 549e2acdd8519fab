"""Countries that things can be sent to: ISO 3166's codes with babel's names."""

from babel import Locale

UNKNOWN = "ZZ"
NO_COUNTRIES = {UNKNOWN, "EU", "EZ", "QO", "UN", "XA", "XB"}
"""Two-letter codes of babel's that ISO 3166 does not give to a country."""

NAMES: dict[str, str] = {
    code: str(name)
    for code, name in ((str(code), name) for code, name in Locale("en", "GB").territories.items())
    if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
}
"""English name by code of two capital letters."""

WANTED = "Give an ISO 3166 code of two capital letters."
"""What to say to anything else."""


def by_name() -> list[tuple[str, str]]:
    """Codes and names as choices, in the order of their names."""
    return sorted(NAMES.items(), key=lambda country: country[1])
