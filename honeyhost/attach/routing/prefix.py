"""
The prefix: where below the host the plugins answer.
"""

from dataclasses import dataclass

from honeyhost.errors import UsageError

SLUG_FIELD = "{slug}"


@dataclass(frozen=True, slots=True)
class Prefix:
    """
    A template such as ``/api/plugins/{slug}``; ``shared`` where the text before the slug is not the plugins' alone.
    """

    template: str
    shared: bool

    @property
    def head(self) -> str:
        """
        What stands before the slug, with its slash.
        """
        return self.template.removesuffix(SLUG_FIELD)

    def of(self, slug: str) -> str:
        """
        The prefix of one plugin.
        """
        return self.template.replace(SLUG_FIELD, slug)

    @classmethod
    def parse(cls, template: str) -> "Prefix":
        """
        The prefix that a template spells. ``…/plugins/{slug}`` belongs to the plugins alone, any other is shared.

        Raises:
            UsageError: if the template does not start with a slash or does not end in ``/{slug}``.
        """
        if not template.startswith("/") or not template.endswith("/" + SLUG_FIELD) or template.count("{") != 1:
            raise UsageError(
                f"the prefix '{template}' cannot be used; it must start with '/' and end in '/{SLUG_FIELD}'",
                hint="write '/api/plugins/{slug}'",
            )
        head = template.removesuffix(SLUG_FIELD)
        return cls(template, shared=not head.endswith("/plugins/"))
