"""Somebody who signs in."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from config.core.constraints import known


class Role(models.TextChoices):
    """The hat a person wears here; which rows they see is decided by `visible_to`, not by this."""

    PATIENT = "patient", "patient"
    PRACTITIONER = "practitioner", "clinician"
    ADMIN = "admin", "administrator"


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a stored user; without a password nobody can sign in until one is set by mail."""
        user = self.model(email=self.normalize_email(email).strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a stored user who may administer."""
        return self.create_user(
            email, password, **{**fields, "role": Role.ADMIN, "is_staff": True, "is_superuser": True}
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of an e-mail address in any case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in with an e-mail address; patient, practitioner and admin are further rows or flags."""

    PERSONAL = frozenset({"email"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.PATIENT)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="core_user_email_once"),
            known("role", Role, name="core_user_role_known"),
        ]

    @property
    def is_clinical_or_admin(self) -> bool:
        """Tell whether this is somebody who works here, and so needs a second factor and a short session."""
        return self.role != Role.PATIENT

    def __str__(self) -> str:
        return f"User {self.pk}"
