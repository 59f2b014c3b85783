"""Takes the pictures of the README anew, from the sample as it is now: `make pictures`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.e2e.conftest import ARGUMENTS, rapport, sign_in, until

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SHOWN = {  # name: the page, its theme
    "home": ("/", "light"),
    "inbox": ("/inbox/?q=language:en+is:waiting", "light"),
    "course": ("/course/", "light"),
    "listen": ("/listen/", "dark"),
}


def take(page: Page, name: str, url: str) -> None:
    page.goto(url)
    if name == "inbox":
        longest = max(page.locator("[data-row]").all(), key=_messages)
        page.goto(url.partition("?")[0] + longest.get_attribute("id").removeprefix("row-") + "/?view=all")
    until(page, "[...document.images].every(one => one.complete && one.naturalWidth)")
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / f"{name}.png")


def _messages(row: Locator) -> int:
    count = row.locator(".row__count")
    return int(count.inner_text().split()[0]) if count.count() else 1


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        with rapport(Path(folder) / "var", "--sample", RAPPORT_UNDO_SECONDS="10") as running:
            for name, (path, theme) in SHOWN.items():
                context = browser.new_context(
                    viewport={"width": 1440, "height": 900}, color_scheme=theme, locale="en-GB"
                )
                take(sign_in(context.new_page(), running), name, running.url + path)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
