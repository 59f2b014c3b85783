"""A home in which one channel listens to a stream, with many briefs. `python -m benchmarks.listening COUNT URL`"""

from __future__ import annotations

import argparse
from datetime import timedelta

from django.utils import timezone

from benchmarks import posts
from rapport.cli import django


def fill(count: int, url: str) -> None:
    from rapport.server.listen.models import RECHECK, Brief, Channel, Cursor
    from rapport.server.organise import sealed
    from rapport.server.prepare import bring_up_to_date

    bring_up_to_date()
    terms = enumerate(posts.briefs(count))
    Brief.objects.bulk_create([Brief(name=f"Brief {n}", query=brief.query, purpose="topic") for n, brief in terms])
    channel = Channel.objects.create(
        name="Everything",
        connector="bluesky",
        network="bluesky",
        handle="us.example",
        external_id="did:plc:us",
        config={"service": "http://127.0.0.1:9", "handle": "us.example", "stream": url},
        sealed=sealed.seal({"password": "nobody asks for it"}),
    )
    Cursor.objects.create(channel=channel, source="stream", way="stream", every_seconds=1)
    much_later = timezone.now() + timedelta(days=365)
    for source in ("notifications", "search", RECHECK):
        Cursor.objects.create(channel=channel, source=source, next_at=much_later)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("count", type=int)
    options.add_argument("url")
    given = options.parse_args()
    django()
    fill(given.count, given.url)


if __name__ == "__main__":
    main()
