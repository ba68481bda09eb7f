"""The service over HTTP: routers, who may call them, what goes wrong and how that is said."""

from __future__ import annotations

from starlette.convertors import StringConvertor, register_url_convertor


class IdConvertor(StringConvertor):
    """``{name:id}`` in a path: only what can be an id; anything else in its place is a path that is not there."""

    regex = "[A-Za-z0-9_.@+-]{1,120}"


# here, because every router needs it when it is imported
register_url_convertor("id", IdConvertor())


class KeyConvertor(StringConvertor):
    """``{name:key}`` in a path: a corporation's own key of a recipient, which may have any sign that can be printed."""

    regex = "[^\\x00-\\x1f\\x7f]{1,64}"


register_url_convertor("key", KeyConvertor())
