"""A button as a value: where it goes, what it says, and how loudly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ActionLook = Literal["primary", "soft", "outline", "text", "danger"]


@dataclass(frozen=True)
class Action:
    """One thing to do, drawn by `{% action %}`: a link, or with `method="post"` a form of one button.

    `fields` are the form's hidden values; `attributes` go onto the link or button (`{"hx-post": …}`). `hint` is read
    out after the label where the label alone would be the same for many rows ("Book" … "Saturday 9 am–noon").
    """

    label: str
    url: str
    method: Literal["get", "post"] = "get"
    look: ActionLook = "soft"
    icon: str = ""
    hint: str = ""
    small: bool = False
    wide: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def classes(self) -> str:
        """The button's classes."""
        sizes = (" button-small" if self.small else "") + (" button-wide" if self.wide else "")
        return f"button button-{self.look}{sizes}"
