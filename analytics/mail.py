"""Mail to subscribers, with the PDF of a report that has just been built.

Events bring it on the way, after the report has been stored and outside of any transaction. It is tried
again until it is sent, and in the rare case that a worker dies just then, sent twice with the same
Message-ID.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.models import User
from analytics.models import Report, ReportFile
from analytics.queries.audience import may_read
from core.events import unhurried
from core.models import Event

PDF = "report.pdf"


@unhurried
def send_report(event: Event) -> None:
    """To one subscriber who may still read it; consumer of ``report.built``.

    :raises OSError: the mail server does not take it.
    """
    report = Report.objects.select_related("seller").get(pk=event.subject_id)
    reader = User.objects.select_related("seller").get(pk=event.payload["user"])
    if not reader.is_active or not may_read(reader, report.seller_id):
        return
    mail = _mail(report, reader)
    mail.extra_headers["Message-ID"] = f"<{event.pk.hex}@{urlsplit(settings.SITE_URL).hostname}>"
    mail.send()


def _mail(report: Report, reader: User) -> EmailMessage:
    """With figures as decimals of the report's currency."""
    whose = report.seller.name if report.seller else "the whole shop"
    days = f"{report.first:%-d %B %Y}"
    if report.last != report.first:
        days += f" to {report.last:%-d %B %Y}"
    context = {
        "report": report,
        "whose": whose,
        "days": days,
        "url": f"{settings.SITE_URL}/reports/kept",
    }
    mail = EmailMessage(
        subject=f"Sales of {whose}, {days}",
        body=render_to_string("analytics/mail/report.txt", context),
        to=[reader.email],
    )
    pdf = ReportFile.objects.get(report=report, name=PDF)
    mail.attach(f"mercat-{report.kind}-{report.first}-{PDF}", bytes(pdf.content), pdf.content_type)
    return mail
