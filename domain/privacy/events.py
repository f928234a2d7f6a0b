"""What the privacy module announces; never what was told or forgotten."""

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CustomerDataExported(Event):
    """Everything that is held of the customer was handed out."""

    type: ClassVar[str] = "customer.data_exported"


@dataclass(frozen=True, kw_only=True)
class CustomerErased(Event):
    """The customer is forgotten: whoever keeps earlier events of it is to forget them too."""

    type: ClassVar[str] = "customer.erased"
