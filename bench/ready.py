"""Django, ready: what each process of a crowd starts from."""

import django

django.setup()
