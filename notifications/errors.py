"""What can go wrong on the way out. Codes only: a mail server's answer repeats addresses."""


class DeliveryFailed(Exception):
    """One message was not taken. `permanent` means that another attempt would end the same way."""

    def __init__(self, code: str, *, permanent: bool = False) -> None:
        self.code = code[:60]
        self.permanent = permanent
        super().__init__(self.code)


class TransportUnavailable(Exception):
    """Nothing can be handed over just now, whoever it is for."""

    def __init__(self, code: str) -> None:
        self.code = code[:60]
        super().__init__(self.code)
