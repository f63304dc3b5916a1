"""The smallest valid people who sign in."""

import factory

from config.core.models import Role, User


class UserFactory(factory.django.DjangoModelFactory):
    """A patient's account, without a password."""

    class Meta:
        model = User

    email = factory.Sequence("person{}@example.org".format)
    password = "!"
    role = Role.PATIENT


class AdminFactory(UserFactory):
    """An administrator's account."""

    role = Role.ADMIN
    is_staff = True
    is_superuser = True
