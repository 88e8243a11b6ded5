"""What was answered to a request that carries a key, so that its repetition gets the same answer."""

from typing import ClassVar

from django.db import models


class IdempotencyKey(models.Model):
    """One keyed request of one account, written in the transaction of its effect.

    `fingerprint` is the SHA-256 of method, address and body: the same key with another one is a mistake of the
    client's. `answer` is the body that was sent, without what may be shown only once.
    """

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_age")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"idempotency key {self.pk}"
