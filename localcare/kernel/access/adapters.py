"""How the sign-in library is bent to our rules: no sign-up, second-factor secrets kept encrypted."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import qrcode  # type: ignore[import-untyped]
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by an administrator."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "The user name or the password is not right.",
        "enter_current_password": "Enter the password you have now; this is not it.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many attempts to sign in failed. Wait an hour, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody opens an account for themselves."""
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to confirm who somebody is, in our words."""
        words = {
            "reauthenticate": "your password",
            "mfa_reauthenticate": "a code from your authenticator app",
        }
        methods = super().get_reauthentication_methods(user)
        return [
            {**method, "description": words.get(method["id"], method["description"])} for method in methods
        ]


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secret of an authenticator app is encrypted with a key made from SECRET_KEY."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right. Enter the code that the app shows now.",
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret from the database."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """Draw the code as inline SVG, which a strict content policy allows."""
        drawing = qrcode.make(url, image_factory=SvgPathImage).to_string(encoding="unicode")
        label = '<svg role="img" aria-label="Code for your authenticator app" '
        return str(drawing).replace("<svg:", "<").replace("<svg ", label, 1)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Where a second factor is required, only an administrator takes it away."""
        return not settings.SECOND_FACTOR_REQUIRED


def _cipher() -> Fernet:
    digest = hashlib.sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
