"""What the list is held against: Django alone with the fifty newest conversations, no member, no shell, no rights.

The same server, database and machine, in the same run: `python -m benchmarks.bare PORT`.
"""

from __future__ import annotations

import os
import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

PAGE = """<!doctype html><title>Fifty rows</title><ul>{% for row in rows %}
<li><a href="/{{ row.id }}/">{{ row.who }}</a> {{ row.last_at|date:"j M Y H:i" }} {{ row.channel__name }}
{{ row.preview }} {{ row.tone }} {{ row.assignee__name|default:"nobody" }} {{ row.message_count }}</li>
{% endfor %}</ul>"""
COLUMNS = ("id", "who", "last_at", "preview", "tone", "message_count", "channel__name", "assignee__name")


def fifty(request: HttpRequest) -> HttpResponse:
    from rapport.server.route.models import Conversation

    rows = Conversation.objects.filter(state="open").order_by("-last_at", "-id").values(*COLUMNS)[:50]
    return HttpResponse(Template(PAGE).render(Context({"rows": rows})))


urlpatterns = [path("", fifty)]

if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces

    Granian("benchmarks.bare:application", port=int(sys.argv[1]), interface=Interfaces.WSGI, blocking_threads=1).serve()
else:
    os.environ["DJANGO_SETTINGS_MODULE"] = "rapport.server.settings"
    django.setup()
    settings.MIDDLEWARE, settings.ROOT_URLCONF = [], __name__
    application = get_wsgi_application()
