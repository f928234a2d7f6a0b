"""Input types of service credentials."""

import strawberry

from domain.radius.commands import CreateCredential
from graph.ids import key_of
from graph.payloads import ChangeInput, MutationInput

_RULE = "8 to 128 printable ASCII characters, as an older system gave it out; else made here"


@strawberry.input(description="A customer's line to be let in")
class CreateServiceCredentialInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    username: str | None = strawberry.field(
        default=None, description="Name to come online with; made here if left out"
    )
    password: str | None = strawberry.field(default=None, description=_RULE)

    def to_domain(self) -> CreateCredential:
        return CreateCredential(
            customer_id=self.customer_id, username=self.username, password=self.password
        )


@strawberry.input
class CredentialInput(ChangeInput):
    """What the changes of one credential take."""

    credential_id: strawberry.ID = strawberry.field(description="Global id of the credential")

    @property
    def key(self) -> int:
        return key_of(self.credential_id, "ServiceCredential")


@strawberry.input(description="A service credential to give another secret")
class RotateServiceCredentialInput(CredentialInput):
    password: str | None = strawberry.field(default=None, description=_RULE)


@strawberry.input(description="A service credential that is to let nobody in any more")
class EndServiceCredentialInput(CredentialInput):
    pass
