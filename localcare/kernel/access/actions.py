"""Opening and closing accounts, giving and ending roles; each is checked and audited."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset as reset_lock_out
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.readers import Reader
from localcare.kernel.access.roles import roles
from localcare.kernel.access.rules import fault_of_period, one_time_password
from localcare.kernel.access.scopes import name_of_scope
from localcare.kernel.audit.actions import record_access

MANAGE = "users.manage"


def _check(by: Reader, action: str, username: str, *, not_oneself: bool = False) -> None:
    """Refuse, with an audit entry, who may not manage accounts or would serve themselves."""
    own = by.user is not None and by.user.get_username() == username
    if by.may(MANAGE) and not (not_oneself and own):
        return
    record_access(reader=by, action=action, outcome="denied", detail={"account": username})
    raise PermissionDenied("Somebody else must do this for you." if own else MANAGE)


def _record(by: Reader, action: str, user: User, **detail: Any) -> None:
    record_access(reader=by, action=action, detail={"account": user.username, **detail})


def open_account(
    *,
    by: Reader,
    username: str,
    first_name: str,
    last_name: str,
    email: str = "",
    organisation_name: str = "",
) -> tuple[User, str]:
    """Open an account and return it with its one-time password."""
    _check(by, "account.opened", username)
    password = one_time_password()
    with transaction.atomic():
        user = User(
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=email,
            organisation_name=organisation_name,
            must_change_password=True,
        )
        user.set_password(password)
        user.full_clean()
        user.save()
        _record(by, "account.opened", user)
    return user, password


def change_account(*, by: Reader, user: User, **changes: str) -> None:
    """Change the name, e-mail address or organisation of an account."""
    _check(by, "account.changed", user.username)
    before = {name: getattr(user, name) for name in changes}
    altered = {name: value for name, value in changes.items() if before[name] != value}
    if not altered:
        return
    with transaction.atomic():
        for name, value in altered.items():
            setattr(user, name, value)
        user.full_clean()
        user.save(update_fields=list(altered))
        detail = {name: {"from": before[name], "to": value} for name, value in altered.items()}
        _record(by, "account.changed", user, changes=detail)


def close_account(*, by: Reader, user: User) -> None:
    """Close an account: its sessions end with the next page and nobody signs in with it."""
    _check(by, "account.closed", user.username, not_oneself=True)
    _set_open(by, user, False, "account.closed")


def reopen_account(*, by: Reader, user: User) -> None:
    """Open a closed account again."""
    _check(by, "account.reopened", user.username, not_oneself=True)
    _set_open(by, user, True, "account.reopened")


def _set_open(by: Reader, user: User, is_open: bool, action: str) -> None:
    with transaction.atomic():
        user.is_active = is_open
        user.save(update_fields=["is_active"])
        _record(by, action, user)


def reset_password(*, by: Reader, user: User) -> str:
    """Replace a password by a one-time password, which is returned, and lift a lock-out."""
    _check(by, "account.password-reset", user.username, not_oneself=True)
    password = one_time_password()
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        reset_lock_out(username=user.username)
        _record(by, "account.password-reset", user)
    return password


def reset_second_factor(*, by: Reader, user: User) -> None:
    """Take away the authenticator app and recovery codes, so that new ones are set up at the next sign-in."""
    _check(by, "account.second-factor-reset", user.username, not_oneself=True)
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        _record(by, "account.second-factor-reset", user)


def give_role(
    *,
    by: Reader,
    user: User,
    role: str,
    scope_kind: str,
    scope_code: str = "",
    starts_on: date,
    ends_on: date | None = None,
) -> RoleGrant:
    """Give a role over a scope from a day until, not including, another."""
    _check(by, "role.given", user.username, not_oneself=True)
    grant = RoleGrant(
        user=user,
        role=role,
        scope_kind=scope_kind,
        scope_code=scope_code,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    _refuse_faults(grant)
    with transaction.atomic():
        grant.save()
        _record(by, "role.given", user, **_facts(grant))
    return grant


def end_role(*, by: Reader, grant: RoleGrant, ends_on: date) -> None:
    """End a role: `ends_on` is the first day without it."""
    _check(by, "role.ended", grant.user.username, not_oneself=True)
    if fault := fault_of_period(grant.starts_on, ends_on):
        raise ValidationError({"ends_on": fault})
    with transaction.atomic():
        grant.ends_on = ends_on
        grant.save(update_fields=["ends_on"])
        _record(by, "role.ended", grant.user, **_facts(grant))


def _refuse_faults(grant: RoleGrant) -> None:
    """Raise a ValidationError that names each faulty field."""
    faults: dict[str, str] = {}
    if grant.role not in roles():
        faults["role"] = f"There is no role {grant.role!r}: use one of {', '.join(sorted(roles()))}."
    if fault := fault_of_period(grant.starts_on, grant.ends_on):
        faults["ends_on"] = fault
    is_everywhere = grant.scope_kind == RoleGrant.ScopeKind.EVERYWHERE
    if is_everywhere and grant.scope_code:
        faults["scope_code"] = "A role that holds everywhere has no area or practice."
    elif not is_everywhere and not grant.scope_code:
        faults["scope_code"] = "Enter the code of the area or practice."
    elif name_of_scope(grant.scope_kind, grant.scope_code) is None:
        faults["scope_code"] = f"There is no {grant.scope_kind} with the code {grant.scope_code}."
    if faults:
        raise ValidationError(faults)
    grant.full_clean()


def _facts(grant: RoleGrant) -> dict[str, Any]:
    return {
        "role": grant.role,
        "scope": f"{grant.scope_kind} {grant.scope_code}".strip(),
        "starts_on": grant.starts_on,
        "ends_on": grant.ends_on,
    }
