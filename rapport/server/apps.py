from django.apps import AppConfig


class Server(AppConfig):
    name = "rapport.server"
    label = "rapport"
    verbose_name = "Rapport"

    def ready(self) -> None:
        from rapport.server import flow

        flow.check()
