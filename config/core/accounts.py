"""How django-allauth behaves here: second factors are stored encrypted."""

from allauth.mfa.adapter import DefaultMFAAdapter

from config.core import crypto


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the seeds of authenticator apps and recovery codes unreadable in the database."""

    def encrypt(self, text: str) -> str:
        """Return `text` as ciphertext."""
        return crypto.box("second-factor").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text of a ciphertext."""
        return crypto.box("second-factor").decrypt(encrypted_text.encode()).decode()
