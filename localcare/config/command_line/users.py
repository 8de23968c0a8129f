"""`localcare user`: the accounts of those who sign in, and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from localcare.config.command_line import django_setup
from localcare.config.command_line.dates import today
from localcare.config.command_line.errors import PlainErrors, Problem
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.who import operator

if TYPE_CHECKING:
    from localcare.kernel.access.models import User

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="The accounts of those who sign in.")
Username = Annotated[str, typer.Argument(help="The name to sign in with.")]
Practice = Annotated[str, typer.Option(help="Code of the practice it is for.")]
Area = Annotated[str, typer.Option(help="Code of the cluster, locality, place or health economy it is for.")]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="It is for everybody on the register.")]


@group.command(
    "add",
    epilog=examples(
        "localcare user add asmith --first-name Anne --last-name Smith --role gp --practice SYN-DEAL-A",
        "localcare user add admin --first-name Sam --last-name Jones --role administrator --everywhere",
    ),
)
def add(
    username: Username,
    first_name: Annotated[str, typer.Option(help="First name.")],
    last_name: Annotated[str, typer.Option(help="Last name.")],
    email: Annotated[str, typer.Option(help="E-mail address.")] = "",
    organisation: Annotated[str, typer.Option(help="Organisation, as shown beside the name.")] = "",
    role: Annotated[str, typer.Option(help="Role to give at once.")] = "",
    practice: Practice = "",
    area: Area = "",
    everywhere: Everywhere = False,
) -> None:
    """Open an account and print its one-time password."""
    django_setup.ready()
    from django.db import transaction

    from localcare.kernel.access.actions import open_account

    by = operator("user add")
    with transaction.atomic():
        user, password = open_account(
            by=by, username=username, first_name=first_name, last_name=last_name, email=email,
            organisation_name=organisation,
        )  # fmt: skip
        if role:
            _give(user, role, practice, area, everywhere)
    typer.echo(f"{username} can sign in with the one-time password {password}")


@group.command("list", epilog=examples("localcare user list"))
def list_users() -> None:
    """List the accounts with their roles."""
    django_setup.ready()
    from localcare.kernel.access.models import User

    table = Table("User", "Name", "Roles", "Open", "Demonstration")
    for user in User.objects.prefetch_related("role_grants").order_by("username"):
        grants = ", ".join(str(grant) for grant in user.role_grants.all())
        table.add_row(
            user.username, user.get_full_name(), grants,
            "yes" if user.is_active else "no", "yes" if user.is_demonstration else "",
        )  # fmt: skip
    Console().print(table)


@group.command("disable", epilog=examples("localcare user disable asmith"))
def disable(username: Username) -> None:
    """Close an account: its sessions end and nobody signs in with it."""
    from_database = _user(username)
    from localcare.kernel.access.actions import close_account

    close_account(by=operator("user disable"), user=from_database)
    typer.echo(f"The account {username} is closed.")


@group.command("enable", epilog=examples("localcare user enable asmith"))
def enable(username: Username) -> None:
    """Open a closed account again."""
    from_database = _user(username)
    from localcare.kernel.access.actions import reopen_account

    reopen_account(by=operator("user enable"), user=from_database)
    typer.echo(f"The account {username} is open.")


@group.command("password", epilog=examples("localcare user password asmith"))
def password(username: Username) -> None:
    """Replace a forgotten password by a one-time password, lift a lock-out, and print it."""
    from_database = _user(username)
    from localcare.kernel.access.actions import reset_password

    one_time = reset_password(by=operator("user password"), user=from_database)
    typer.echo(f"{username} can sign in with the one-time password {one_time}")


@group.command("second-factor", epilog=examples("localcare user second-factor asmith"))
def second_factor(username: Username) -> None:
    """Take away a lost second factor; the next sign-in sets up a new one."""
    from_database = _user(username)
    from localcare.kernel.access.actions import reset_second_factor

    reset_second_factor(by=operator("user second-factor"), user=from_database)
    typer.echo(f"{username} sets up a new second factor at the next sign-in.")


@group.command(
    "grant",
    epilog=examples(
        "localcare user grant asmith gp --practice SYN-DEAL-A",
        "localcare user grant asmith case-manager --area deal",
    ),
)
def grant(
    username: Username,
    role: Annotated[str, typer.Argument(help="One of the roles in localcare/definitions/roles.")],
    practice: Practice = "",
    area: Area = "",
    everywhere: Everywhere = False,
) -> None:
    """Give a role from today on."""
    _give(_user(username), role, practice, area, everywhere)
    typer.echo(f"{username} holds the role {role}.")


@group.command("revoke", epilog=examples("localcare user revoke asmith gp"))
def revoke(
    username: Username,
    role: Annotated[str, typer.Argument(help="The role, over every scope it is held for.")],
) -> None:
    """End a role today."""
    user, day = _user(username), today()
    from localcare.kernel.access.actions import end_role

    held = [one for one in user.role_grants.filter(role=role) if one.ends_on is None or one.ends_on > day]
    if not held:
        raise Problem(f"{username} does not hold the role {role}. See: localcare user list")
    for one in held:
        end_role(by=operator("user revoke"), grant=one, ends_on=max(day, one.starts_on))
    typer.echo(f"{username} no longer holds the role {role}.")


def _user(username: str) -> User:
    django_setup.ready()
    from localcare.kernel.access.models import User

    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise Problem(f"There is no account {username!r}. See: localcare user list") from None


def _give(user: User, role: str, practice: str, area: str, everywhere: bool) -> None:
    from localcare.kernel.access.actions import give_role

    if [bool(practice), bool(area), everywhere].count(True) != 1:
        raise typer.BadParameter("Say for whom the role is: --practice CODE, --area CODE or --everywhere.")
    kind = "practice" if practice else "area" if area else "everywhere"
    give_role(
        by=operator("user grant"), user=user, role=role, scope_kind=kind, scope_code=practice or area,
        starts_on=today(),
    )  # fmt: skip
