"""Signing in and out, a new password and exports are told to the log as the person's acts."""

from datetime import timedelta

from sqlalchemy import text

from domain.kernel.access import Role
from tests.support.audit import audited
from tests.support.customers import created_customer
from tests.support.identity import PASSWORD, an_account, refreshed, signed_in, signed_out

NEW = "a quite new password"


async def acts(database, **facts):
    """What was done with sign-ins and customers by persons, oldest first."""
    return [
        (entry.entity_type, entry.action.value, entry.actor, entry.actor_role, entry.customer_ids)
        for entry in await audited(database, **facts)
    ]


async def test_a_customers_sign_ins_are_the_customers_acts_and_about_the_customer(api, database):
    ada = await created_customer(database, username="ada", password=PASSWORD)
    first, second, _, fourth = [await signed_in(api) for _ in range(4)]
    await signed_out(api, first["refreshToken"])
    await refreshed(api, second["refreshToken"])
    await refreshed(api, second["refreshToken"])
    token = fourth["accessToken"]
    query = "{ viewer { signIns { id isCurrent } } }"
    [other] = [
        each["id"]
        for each in (await api.data(query, token=token))["viewer"]["signIns"]
        if not each["isCurrent"]
    ]
    await api.mutate("endSignIn", {"signInId": other}, "ended", token=token)
    await signed_out(api, fourth["refreshToken"], everywhere=True)

    who = (f"customer:{ada}", "CUSTOMER", [ada])
    assert await acts(database, entity_type="SignIn") == [
        *[("SignIn", "INSERT", *who)] * 4,
        *[("SignIn", "UPDATE", *who)] * 4,
    ]
    ended = [entry.entity_id for entry in await audited(database, action="UPDATE")]
    assert (len(set(ended)), ended[2]) == (4, other)
    page = await api.data(
        "query Seen($of: AuditFilter) { auditEntries(filter: $of, first: 1) { totalCount } }",
        {"of": {"customerId": ada, "entityType": "SignIn"}},
    )
    assert page["auditEntries"]["totalCount"] == 8


async def test_a_new_password_is_the_persons_act_with_the_persons_role(api, database):
    ada = await created_customer(database, username="ada", password=PASSWORD)
    ops = await an_account(api, email="ops@example.com")
    for login in ("ada", "ops@example.com"):
        await signed_in(api, login)
        token = (await signed_in(api, login))["accessToken"]
        input = {"currentPassword": PASSWORD, "newPassword": NEW}
        assert (await api.mutate("changePassword", input, "changed", token=token))["changed"]

    customer, account = (f"customer:{ada}", "CUSTOMER"), (f"account:{ops}", "SUPPORT")
    assert await acts(database, actor=f"customer:{ada}", action="UPDATE") == [
        ("Customer", "UPDATE", *customer, [ada]),
        ("SignIn", "UPDATE", *customer, [ada]),
    ]
    assert await acts(database, actor=f"account:{ops}") == [
        *[("SignIn", "INSERT", *account, [])] * 2,
        ("Account", "UPDATE", *account, []),
        ("SignIn", "UPDATE", *account, []),
    ]


async def test_sign_ins_that_are_over_by_age_go_by_nobodys_act(api, database):
    await created_customer(database, username="ada", password=PASSWORD)
    await signed_in(api)
    async with database.engine.begin() as connection:
        await connection.execute(
            text("update identity.sign_ins set expires_at = now() - cast(:day as interval)"),
            {"day": timedelta(days=1)},
        )

    await signed_in(api)

    [gone] = await audited(database, action="DELETE")
    assert (gone.actor, gone.operation, gone.client) == ("system", "pruneSignIns", None)


async def test_an_export_repeated_by_its_key_is_a_read_each_time(api, database):
    ada = await created_customer(database)
    token = api.token(Role.ADMIN, subject="staff:ana")
    asked = {"customerId": ada, "idempotencyKey": "k-1"}
    first, again = [
        await api.mutate("exportCustomerData", asked, "document sha256", token=token)
        for _ in range(2)
    ]

    reads = await audited(database, "READ", entity_type="PersonalData")

    assert (first["sha256"], again["document"]["customer_id"]) == (again["sha256"], ada)
    assert [(read.actor, read.customer_ids) for read in reads] == [("staff:ana", [ada])] * 2
