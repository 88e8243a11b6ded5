"""A way of narrowing the board that somebody keeps under a name."""

from typing import ClassVar

from django.db import models


class BoardFilter(models.Model):
    """One's own: nobody else sees it. `said` holds the board's parameters, the week left out."""

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="board_filters")
    name = models.CharField(max_length=60)
    said = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="board_filter_name_once")]

    def __str__(self) -> str:
        return f"board filter {self.pk}"
