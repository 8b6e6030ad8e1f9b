"""Word documents from templates that an office edits: values in, bytes out."""

import io
from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile

from wz.errors import Unreadable, Usage
from wz.i18n import _


def fill(template: bytes, values: Mapping[str, Any], name: str) -> bytes:
    """The template with its `{{ names }}` replaced; `name` is the template's, for messages.

    A value's line break stays one, and \\a begins a new paragraph. A template can name values and choose among them,
    but not run code. Raises Unreadable where it is no Word document or names what there is not, Usage where the
    library is missing.
    """
    try:
        from docxtpl import DocxTemplate
        from jinja2 import StrictUndefined, TemplateError
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError:
        raise Usage(
            _("documents need packages that are not installed"), _("Install them: pip install docxtpl")
        ) from None
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.render(dict(values), SandboxedEnvironment(undefined=StrictUndefined, autoescape=True), autoescape=True)
        filled = io.BytesIO()
        document.save(filled)
    except TemplateError as error:
        raise Unreadable(
            _("the template {name} cannot be filled: {reason}").format(name=name, reason=error.message or error),
            _("Correct it; docs/forms.md lists the names that it can use."),
        ) from None
    except (BadZipFile, SyntaxError, KeyError, ValueError, OSError) as error:
        raise Unreadable(
            _("the template {name} is no Word document (.docx): {reason}").format(name=name, reason=error),
            _("Save it in Word as .docx; `wz print --templates DIR` writes the packaged ones."),
        ) from None
    return filled.getvalue()
