"""How numbers are written where Django's own way is that of another country."""
