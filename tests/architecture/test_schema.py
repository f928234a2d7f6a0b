"""The published schema: kept, described, and safe by construction."""

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
)

from graph.arguments import describe_arguments
from graph.enum_values import describe_enum_values
from graph.node import NODES
from graph.schema import build_schema

ROOT = Path(__file__).parents[2]
FORBIDDEN = ("password", "secret", "hash", "token")
#: Fields that hand a secret to the one who has just proved who they are, or has just made it.
GRANTED = {
    "TokenPayload.accessToken",
    "TokenPayload.refreshToken",
    "Document.sha256",
    "CreateWebhookEndpointPayload.secret",
    "RotateWebhookSecretPayload.secret",
    "CreateServiceAccountPayload.clientSecret",
    "RotateServiceAccountSecretPayload.clientSecret",
    "CreateServiceCredentialPayload.password",
    "RotateServiceCredentialPayload.password",
}


def _schema() -> GraphQLSchema:
    return build_schema()._schema


def _own_types():
    for name, kind in _schema().type_map.items():
        if not name.startswith(("_", "link__")):
            yield name, kind


def test_schema_graphql_is_what_the_code_serves():
    kept = (ROOT / "schema.graphql").read_text()

    assert kept == build_schema().as_str() + "\n", "run `make schema` and commit the difference"


def test_every_type_field_argument_and_value_is_described():
    missing = []
    for name, kind in _own_types():
        if not kind.description:
            missing.append(name)
        for field_name, field in getattr(kind, "fields", {}).items():
            if field_name not in ("_entities", "_service") and not field.description:
                missing.append(f"{name}.{field_name}")

    assert missing == []


def test_every_argument_is_described():
    assert describe_arguments(_schema()) == []


def test_every_enum_value_is_described():
    assert describe_enum_values(_schema()) == []


def test_descriptions_are_phrases_without_a_full_stop():
    wrong = [
        f"{name}.{field_name}"
        for name, kind in _own_types()
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType))
        and name not in ("PageInfo",)
        for field_name, field in kind.fields.items()
        if field.description and field.description.endswith(".")
    ]

    assert wrong == []


def test_no_output_field_gives_a_secret_away():
    leaks = [
        f"{name}.{field_name}"
        for name, kind in _own_types()
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType))
        and name not in ("Query", "Mutation", "Subscription")
        for field_name in kind.fields
        if any(word in field_name.lower() for word in FORBIDDEN)
    ]

    assert set(leaks) <= GRANTED


def test_fields_of_customer_that_other_modules_answer_are_nullable():
    own = {
        "id", "customerId", "customerNumber", "type", "status", "allowedStatuses", "displayName",
        "language", "timeZone", "tags", "customFields", "subscription", "createdAt", "updatedAt",
        "version",
    }  # fmt: skip
    customer = _schema().type_map["Customer"]

    required = {
        name for name, field in customer.fields.items() if isinstance(field.type, GraphQLNonNull)
    }

    assert required == own


def test_every_node_type_can_be_loaded_by_its_id():
    node = _schema().type_map["Node"]

    types = {kind.name for kind in _schema().get_possible_types(node)}

    assert types == set(NODES)


def test_every_node_type_is_an_entity():
    entities = _schema().type_map["_Entity"]

    assert {kind.name for kind in entities.types} == set(NODES)


def test_mutations_take_one_input_and_answer_with_user_errors():
    mutation = _schema().mutation_type
    for name, field in mutation.fields.items():
        payload = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        assert list(field.args) == ["input"], name
        if name != "signOut":
            assert "userErrors" in payload.fields, name
        assert "clientMutationId" in payload.fields, name


def test_enum_values_are_upper_case():
    for name, kind in _own_types():
        if isinstance(kind, GraphQLEnumType):
            assert all(value == value.upper() for value in kind.values), name
