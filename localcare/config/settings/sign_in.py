"""Signing in: passwords, second factor, lock-out and how long a session lasts."""

from datetime import timedelta

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

# Length and common passwords, no rules of composition, as the National Cyber Security Centre advises.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SESSION_COOKIE_AGE = 12 * 60 * 60  # a long shift; after it everybody signs in again
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_MINUTES = 30
SECOND_FACTOR_REQUIRED = False  # production requires it

ACCOUNT_ADAPTER = "localcare.kernel.access.adapters.AccountAdapter"
ACCOUNT_TEMPLATE_EXTENSION = "jinja"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {"login_failed": "100/h/key"}  # the lock-out below is the first line
ACCOUNT_FORMS = {
    "login": "localcare.kernel.access.sign_in_forms.SignInForm",
    "change_password": "localcare.kernel.access.sign_in_forms.PasswordChangeForm",
    "reauthenticate": "localcare.kernel.access.sign_in_forms.ConfirmPasswordForm",
}

MFA_ADAPTER = "localcare.kernel.access.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # there is no mail server to verify with
MFA_TOTP_ISSUER = "Local Care"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute out
MFA_FORMS = {
    "authenticate": "localcare.kernel.access.sign_in_forms.CodeForm",
    "reauthenticate": "localcare.kernel.access.sign_in_forms.ConfirmCodeForm",
    "activate_totp": "localcare.kernel.access.sign_in_forms.ActivateCodeForm",
}

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a stranger elsewhere cannot lock a clinician out
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "access/locked_out.jinja"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the wait is what the page says
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS: list[str] = ["password", "oldpassword", "password1", "password2", "code"]
