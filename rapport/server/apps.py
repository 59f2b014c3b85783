from django.apps import AppConfig


class Server(AppConfig):
    name = "rapport.server"
    label = "rapport"
    verbose_name = "Rapport"

    def ready(self) -> None:
        from django.conf import settings

        from rapport.server import flow, languages

        flow.check()
        languages.compile_catalogues(settings.HERE / "locale", settings.HOME.folder("locale"))
