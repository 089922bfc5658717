import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
application = get_wsgi_application()

from newsroom.checks import refuse_to_start  # noqa: E402 -- Django must be set up

refuse_to_start()
