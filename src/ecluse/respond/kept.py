"""Rows that are written once: what people decided about a breach or a patient is never changed nor deleted."""

from typing import Any, NoReturn, TypeVar

from django.db import models

from ecluse.core.errors import RefusedError


def refuse() -> NoReturn:
    """Refuse a change.

    Raises:
        RefusedError: always.
    """
    raise RefusedError("What is kept here is neither changed nor deleted.", "Add what is new beside it.")


Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class KeptRows(models.QuerySet[Row_co]):
    """Rows without the verbs that change them."""

    def update(self, **values: Any) -> NoReturn:  # noqa: ARG002 - Django's interface
        refuse()

    def delete(self) -> NoReturn:
        refuse()


class Kept(models.Model):
    """A row that is added, and nothing else."""

    objects = KeptRows.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"

    def save(self, *args: Any, **named: Any) -> None:
        if not self._state.adding:
            refuse()
        super().save(*args, **named)

    def delete(self, *args: Any, **named: Any) -> NoReturn:  # noqa: ARG002 - Django's interface
        refuse()
