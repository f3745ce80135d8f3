"""The scripts of a page and all that they import are asked for at once, each under one name."""

from django.template import Context, Template

from helpdesk.templatetags.modules import FOLDER, IMPORT, imported_by


def test_all_that_is_imported_is_hinted_once() -> None:
    page = Template('{% load modules %}{% modules "workspace" "keys" %}').render(Context())
    assert page.count('type="module"') == 2
    for name in ("composer", "player", "waveform", "bulk"):
        assert page.count(f"js/{name}.js") == 1, name
    assert "js/builder.js" not in page


def test_every_import_is_there() -> None:
    for path in FOLDER.glob("*.js"):
        for name in IMPORT.findall(path.read_text()):
            assert (FOLDER / name).exists(), (path.name, name)
    assert len(imported_by("workspace")) > 40
