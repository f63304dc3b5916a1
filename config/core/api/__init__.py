"""What every endpoint of the JSON API shares."""

from config.core.api.views import ApiView, ReadOnlyRows, signed_in

__all__ = ["ApiView", "ReadOnlyRows", "signed_in"]
