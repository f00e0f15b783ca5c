"""The API's documentation as one plain page: no script, nothing fetched from elsewhere, so it works on a closed network."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from litestar import Request
from litestar.enums import MediaType
from litestar.openapi.plugins import OpenAPIRenderPlugin

__all__ = ["PlainRenderPlugin"]

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(), trim_blocks=True
)


class PlainRenderPlugin(OpenAPIRenderPlugin):
    """Operations by tag, each with its parameters, body and answers; every schema with its fields."""

    def __init__(self, path: str = "/") -> None:
        super().__init__(path=path, media_type=MediaType.HTML)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page, from the same document that `/schema/openapi.json` gives."""
        tags: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for path, methods in openapi_schema["paths"].items():
            for method, operation in methods.items():
                shown = {**operation, "method": method.upper(), "path": path, "body": _body(operation)}
                tags[operation.get("tags", ["other"])[0]].append(shown)
        schemas = openapi_schema.get("components", {}).get("schemas", {})
        page = _TEMPLATES.get_template("schema.html").render(
            info=openapi_schema["info"], tags=tags, schemas=schemas, type_of=type_of
        )
        return page.encode()


def _body(operation: dict[str, Any]) -> str | None:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        return type_of(content["schema"])
    return None


def type_of(schema: dict[str, Any]) -> str:
    """A schema in a few words: `Receipt`, `string | null`, `array of Named`, `yes · partly · no`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "oneOf" in schema or "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(part) for part in schema.get("oneOf", schema.get("anyOf", []))))
    if "enum" in schema:
        return " · ".join(map(str, schema["enum"]))
    if "title" in schema:
        return str(schema["title"])
    if schema.get("type") == "array":
        return f"array of {type_of(schema.get('items', {}))}"
    kind = schema.get("type", "any")
    return " | ".join(kind) if isinstance(kind, list) else str(schema.get("format", kind))
