"""
The commands of ``isp-graph``.

Each imports what it runs by itself: minting a token must not wait for the whole graph.
"""

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from domain.kernel.access import Permission, Role
from graph.cli import accounts, dead_letters, documents, privacy, secrets
from graph.cli.environment import console, database_url, days, load_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The customer graph of an Internet provider.",
)
events_app = typer.Typer(no_args_is_help=True, help="The event log.")
app.add_typer(events_app, name="events")
app.add_typer(accounts.app, name="account")
app.add_typer(accounts.service_app, name="service-account")
app.add_typer(documents.app, name="documents")
app.add_typer(secrets.app, name="secrets")
app.add_typer(privacy.app, name="privacy")
app.add_typer(privacy.audit_app, name="audit")
events_app.add_typer(dead_letters.app, name="dead-letters")
events_app.command("replay")(dead_letters.replay)


class TokenRole(StrEnum):
    """Roles that a token can be made for."""

    ADMIN = "admin"
    SUPPORT = "support"
    BILLING = "billing"
    RESELLER = "reseller"
    CUSTOMER = "customer"
    SERVICE = "service"


class TailFormat(StrEnum):
    """How events are printed."""

    ENVELOPE = "envelope"
    CLOUDEVENTS = "cloudevents"


#: 64 bits, as in the database.
_LAST_POSITION = 2**63 - 1


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that serve.")] = 1,
    reload: Annotated[bool, typer.Option(help="Start anew when the code changes.")] = False,
    demo: Annotated[bool, typer.Option(help="Load demo data once and offer tokens.")] = False,
    customers: Annotated[int, typer.Option(min=1, help="Demo customers.")] = 500,
) -> None:
    """Migrate the database and serve until SIGTERM or Ctrl-C."""
    from graph.cli import serving

    settings = load_settings(demo=demo)
    documents.ensure_good(settings)
    serving.serve(
        settings,
        serving.Listener(host, port, workers, reload),
        demo_customers=customers if settings.demo else None,
    )


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    from migrations.migrate import migrate as apply_migrations

    with database_url(load_settings()) as url:
        asyncio.run(apply_migrations(url))
    console.print("The database is up to date.")


@app.command()
def seed(
    customers: Annotated[int, typer.Option(min=1, help="How many customers.")] = 500,
) -> None:
    """Load demo data into an empty database; one that has customers is left as it is."""
    from graph.cli import seeding
    from migrations.migrate import migrate as apply_migrations

    with database_url(load_settings()) as url:
        asyncio.run(apply_migrations(url))
        seeding.seed_with_progress(url, customers)


@app.command()
def token(
    role: Annotated[TokenRole, typer.Option(help="Whom the token speaks for.")],
    customer: Annotated[int | None, typer.Option(help="Customer id, for role customer.")] = None,
    reseller: Annotated[int | None, typer.Option(help="Reseller id, for role reseller.")] = None,
    scope: Annotated[
        list[Permission] | None, typer.Option(help="Permission of a service; repeatable.")
    ] = None,
    ttl: Annotated[
        int, typer.Option(min=1, max=315_360_000, help="Seconds until it expires.")
    ] = 3600,
) -> None:
    """Print an access token, and nothing else. For programs in production: service-account."""
    for name, value, owner in (
        ("--customer", customer, TokenRole.CUSTOMER),
        ("--reseller", reseller, TokenRole.RESELLER),
        ("--scope", scope or None, TokenRole.SERVICE),
    ):
        if (value is not None) != (role is owner):
            verb = "needs" if role is owner else "does not take"
            raise typer.BadParameter(f"role {role} {verb} {name}")
    from graph.cli import tokens

    made = tokens.mint(
        load_settings(),
        Role(role.upper()),
        customer=customer,
        reseller=reseller,
        scopes=tuple(scope or ()),
        ttl=timedelta(seconds=ttl),
    )
    typer.echo(made)


@app.command()
def schema() -> None:
    """Print the schema that is served, as SDL."""
    from graph.schema import build_schema

    typer.echo(build_schema().as_str())


@events_app.command("tail")
def tail(
    after: Annotated[
        int | None,
        typer.Option(
            min=0, max=_LAST_POSITION, help="Start behind this position; 0 is the beginning."
        ),
    ] = None,
    type: Annotated[
        list[str] | None, typer.Option(help="Only these, like customer.*; repeatable.")
    ] = None,
    follow: Annotated[bool, typer.Option(help="Go on with new events as they come.")] = True,
    format: Annotated[TailFormat, typer.Option(help="What to print.")] = TailFormat.ENVELOPE,
) -> None:
    """Print events as JSON lines, from now on unless told otherwise."""
    from graph.cli import events

    chosen = events.types_of(type or ())
    is_cloud = format is TailFormat.CLOUDEVENTS
    with database_url(load_settings()) as url:
        asyncio.run(events.tail(url, after, chosen, follow=follow, as_cloud_events=is_cloud))


@events_app.command("prune")
def prune(
    older_than: Annotated[
        int, typer.Option(parser=days, metavar="DAYS", help="Age in days, like 90d.")
    ],
    dry_run: Annotated[bool, typer.Option(help="Only say what would be removed.")] = False,
) -> None:
    """Remove old events that every handler has done with."""
    from graph.cli import events

    with database_url(load_settings()) as url:
        asyncio.run(events.remove(url, older_than, is_rehearsal=dry_run))


@events_app.command("new-epoch")
def new_epoch() -> None:
    """Make every cursor void, after the database was restored from a backup."""
    from graph.cli import events

    with database_url(load_settings()) as url:
        asyncio.run(events.start_epoch(url))


@app.command()
def doctor() -> None:
    """Say what is configured and what answers; exit 1 if something does not."""
    from graph.cli import doctor as diagnosis

    settings = load_settings()
    with database_url(settings) as url:
        healthy = asyncio.run(diagnosis.diagnose(settings, url))
    raise typer.Exit(0 if healthy else 1)
