"""Spanish of the United States: 1,234.5 (CLDR es-US), where Django has the 1.234,5 of Spain."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
