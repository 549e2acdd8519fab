"""The visitor's account statement, to keep."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from core.errors import DomainError
from core.pages import add_refusal
from ledger.documents.files import statement_file
from ledger.forms import StatementForm
from ledger.views.wallet import showing


@login_required
@require_safe
def download(request: HttpRequest) -> HttpResponseBase:
    """The file, or the wallet page with what is wrong beside its field."""
    form = StatementForm(request.GET)
    if form.is_valid():
        terms = form.cleaned_data
        try:
            file = statement_file(request.user, terms["first"], terms["last"], terms["format"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return StreamingHttpResponse(file.pieces, headers=file.headers)
    return showing(request, "statement_form")(form)
