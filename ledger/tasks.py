"""What beat runs for the ledger."""

from celery import shared_task

from ledger import services


@shared_task(ignore_result=True)
def run_scheduled_transfers() -> int:
    """Run the standing orders that are due. Safe to run twice at once."""
    return services.run_due_transfers()


@shared_task(ignore_result=True)
def expire_holds() -> int:
    """Give back what holds have kept too long. Safe to run twice at once."""
    return services.expire_holds()


@shared_task(ignore_result=True)
def seal_transactions(*, everything: bool = False) -> int:
    """Seal what is not sealed yet. Safe to run twice at once: the second one leaves it."""
    return services.seal_transactions(everything=everything)
