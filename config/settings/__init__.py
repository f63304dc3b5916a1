"""Settings by place: local (laptop), test, production; base holds what they share."""
