"""What reading the kernel's own records needs."""

from domain.kernel.access import Permission
from domain.kernel.audit_queries import AuditRecord
from domain.kernel.delivery_queries import ConsumerState, DeadLetter
from domain.kernel.events import LoggedEvent
from domain.kernel.needs import reading

READS = {
    LoggedEvent: reading("events", Permission.EVENT_READ),
    ConsumerState: reading("consumers", Permission.EVENT_ADMIN),
    DeadLetter: reading("dead letters", Permission.EVENT_ADMIN),
    AuditRecord: reading("the audit log", Permission.AUDIT_READ),
}
