"""Puts the database's guards on and creates the staff groups whenever ``migrate`` has run."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import (  # noqa: TID251  # nothing else knows when migrate runs
    post_migrate,
    pre_migrate,
)


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        pre_migrate.connect(_drop_guards, sender=self)
        post_migrate.connect(_install_guards, sender=self)
        post_migrate.connect(_create_groups, sender=self)


def _drop_guards(*, using: str, plan: list[Any], **_: Any) -> None:
    from core import guards  # noqa: PLC0415  # models are not loaded yet when this file is read

    if plan:
        guards.drop(using)


def _install_guards(*, using: str, **_: Any) -> None:
    from core import guards  # noqa: PLC0415  # as above

    guards.install(using)


def _create_groups(*, using: str, **_: Any) -> None:
    from core.permissions import GRANTS  # noqa: PLC0415  # as above

    groups = apps.get_model("auth", "Group")._default_manager.using(using)  # noqa: SLF001  # Django's API
    groups.bulk_create([groups.model(name=name) for name in GRANTS], ignore_conflicts=True)
