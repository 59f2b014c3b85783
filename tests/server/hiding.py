"""No page may hide a name that a context processor puts on every page: the shell would show what the page meant by it.

Django tells of every template that is rendered while tests run, and never elsewhere: so the guard sees whatever a test
looks at, pages of others included, and costs a real Rapport nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.test.signals import template_rendered


@contextmanager
def guarded() -> Iterator[None]:
    template_rendered.connect(refuse)
    yield
    template_rendered.disconnect(refuse)


def refuse(*, template: Template, context: Context, **_: Any) -> None:
    whole = isinstance(context, RequestContext) and context.template is template and str(template.name).endswith("html")
    if not whole:
        return  # a part of a page, whose names are its own; or what no shell is around
    shell = context._processors_index
    page = set().union(*context.dicts[shell + 1 :])
    if hidden := sorted(page & context.dicts[shell].keys()):
        raise AssertionError(f"{template.name} hides {_whose(hidden, template, context.request)}: name it otherwise")


def _whose(names: list[str], template: Template, request: HttpRequest) -> str:
    put = {process: process(request) for process in template.engine.template_context_processors}
    return " and ".join(
        f"{name!r} of {process.__module__}.{process.__qualname__}"
        for name in names
        for process, every_page in put.items()
        if name in every_page
    )
