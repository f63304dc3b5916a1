"""Password hashing with the parameters that OWASP recommends."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """
    Argon2id, 19 MiB, two passes, one lane.

    Django's own parameters take 100 MiB and a second per login, which turns a login flood into a memory outage.
    Source: OWASP Password Storage Cheat Sheet.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
