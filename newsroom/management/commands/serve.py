from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.core.servers.basehttp import get_internal_wsgi_application, run
from django.db import OperationalError

from newsroom.checks import refuse_to_start


class Command(BaseCommand):
    help = "Brings the database up to date and serves the site; with DEBUG on, with sample content on the first run."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = settings.HOST, settings.PORT
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CommandError(f"PORT is “{port}”. Set it to a number from 1 to 65535, as in PORT=8000.")
        if settings.DEBUG and host not in ("127.0.0.1", "localhost", "::1"):
            raise CommandError(f"HOST is {host} while DEBUG is on. Set DEBUG=0 before others can reach the site.")
        refuse_to_start()
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}".strip() + "\nCheck DATABASE_URL.") from error
        if settings.DEBUG:
            call_command("load_sample", "--if-empty", stdout=self.stdout)
        else:
            call_command("collectstatic", verbosity=0, interactive=False)
        self.stdout.write(
            f"\n  {settings.SITE_NAME} is at http://{host}:{port}/ and its desk at http://{host}:{port}/admin/"
        )
        if settings.DEBUG:
            call_command("load_sample", "--people", stdout=self.stdout)
        self.stdout.write("  Ctrl+C ends it.\n")
        self.stdout.flush()
        try:
            run(host, int(port), get_internal_wsgi_application(), ipv6=":" in host, threading=True)
        except OSError as error:
            raise CommandError(f"Port {port}: {error.strerror}. Try another: make run PORT=8001") from error
        except KeyboardInterrupt:
            self.stdout.write("Ended.")
