"""Tokens for people who operate or develop: made here, without anybody signing in."""

import asyncio
from datetime import timedelta

import typer

from domain.identity.errors import InvalidToken
from domain.identity.tokens import Tokens
from domain.kernel.access import Permission, Role
from graph.cli.environment import console, database_at, database_url
from graph.settings import Settings


def mint(
    settings: Settings,
    role: Role,
    *,
    customer: int | None,
    reseller: int | None,
    scopes: tuple[Permission, ...],
    ttl: timedelta,
) -> str:
    """
    An access token that the server of these settings takes.

    Ends the command with 2 if there is no such server's secret, customer or reseller.
    """
    if not settings.has_token_secret:
        console.print(
            f"[red]No token secret:[/red] there is none in {settings.data.absolute()}, so no "
            "server would take the token. Set ISP_GRAPH_DATA to the folder that isp-graph serve "
            "uses (it makes the secret at its first start), or ISP_GRAPH_TOKEN_SECRET."
        )
        raise typer.Exit(2)
    tokens = Tokens(settings.token_secrets(), settings.jwks_file)
    made = tokens.issue(
        _subject(role, customer, reseller),
        role,
        customer_id=customer,
        reseller_id=reseller,
        scopes=scopes,
        ttl=ttl,
    )
    if role in (Role.CUSTOMER, Role.RESELLER):
        with database_url(settings) as url:
            asyncio.run(_ensure_good(url, tokens, made))
    return made


def _subject(role: Role, customer: int | None, reseller: int | None) -> str:
    if role is Role.CUSTOMER:
        return f"customer:{customer}"
    if role is Role.RESELLER:
        return f"reseller:{reseller}"
    return f"{'service' if role is Role.SERVICE else 'staff'}:cli-{role.lower()}"


async def _ensure_good(url: str, tokens: Tokens, made: str) -> None:
    from domain.identity.actors import actor_of

    claims = tokens.verify(made)
    async with database_at(url) as database, database.reading() as connection:
        try:
            await actor_of(connection, claims)
        except InvalidToken:
            kind, _, number = claims.subject.partition(":")
            over = "deleted or closed" if claims.role is Role.CUSTOMER else "terminated"
            console.print(f"[red]No {kind} {number}[/red] in this database, or it is {over}.")
            raise typer.Exit(2) from None
