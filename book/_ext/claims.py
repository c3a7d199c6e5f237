"""The directive {claims}: book/claims.yml as a table, one row for each claim of one paper."""

from pathlib import Path

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

LOGGER = logging.getLogger(__name__)
KEYS = ("id", "statement", "verdict", "shown", "test", "note")
VERDICTS = ("holds", "holds with a correction", "false as printed", "reconstructed", "text only")


def faults(row):
    """What is wrong with a row of claims.yml, in words."""
    if not isinstance(row, dict):
        return ["it is not a mapping"]
    found = [f"the key {key!r} is missing" for key in KEYS if key not in row]
    found += [f"the key {key!r} is unknown" for key in row if key not in KEYS]
    found += [f"{key!r} is not a text" for key in row if not isinstance(row[key], str)]
    if row.get("verdict") not in VERDICTS:
        found.append(f"the verdict {row.get('verdict')!r} is none of: {', '.join(VERDICTS)}")
    if row.get("verdict") != "text only":
        found += [f"{key!r} is empty" for key in ("shown", "test") if not row.get(key)]
    return found


class Claims(SphinxDirective):
    """`{claims} paper` renders the rows whose id begins with `paper/`."""

    required_arguments = 1
    option_spec = {"file": directives.unchanged}

    def run(self):
        _, path = self.env.relfn2path(self.options.get("file", "claims.yml"), self.env.docname)
        self.env.note_dependency(path)
        rows = yaml.safe_load(Path(path).read_text(encoding="utf8"))
        for row in rows:
            if wrong := faults(row):
                name = row.get("id", row) if isinstance(row, dict) else row
                LOGGER.warning("claims.yml, row %r: %s", name, "; ".join(wrong), location=self.get_location())
        sound = [row for row in rows if not faults(row) and row["id"].startswith(self.arguments[0] + "/")]
        if not sound:
            LOGGER.warning("no claim of %r in claims.yml", self.arguments[0], location=self.get_location())
            return []
        return [self.table(sound)]

    def table(self, rows):
        # Two columns, so that the table fits a phone: all but the verdict stands below the claim.
        group = nodes.tgroup("", nodes.colspec(colwidth=70), nodes.colspec(colwidth=30), cols=2)
        head = nodes.row("", *(nodes.entry("", nodes.paragraph(text=text)) for text in ("claim", "verdict")))
        group += [nodes.thead("", head), nodes.tbody("", *map(self.row, rows))]
        return nodes.table("", group, classes=["claims", "colwidths-given"])

    def row(self, claim):
        body = nodes.entry("", self.target(claim["id"]))
        for text in (claim["statement"], claim["note"]):
            if text:
                body += self.parse_text_to_nodes(text)
        places = nodes.paragraph()
        if claim["shown"]:
            places += [nodes.Text("Shown: "), self.link(claim["shown"]), nodes.Text(". ")]
        if claim["test"]:
            places += [nodes.Text("Test: "), nodes.literal(text=claim["test"])]
        if places.children:
            body += places
        return nodes.row("", body, nodes.entry("", nodes.paragraph(text=claim["verdict"])))

    def target(self, identity):
        """The id, as the target of links: chen/eq-30 is claim-chen-eq-30."""
        name = "claim-" + identity.replace("/", "-")
        paragraph = nodes.paragraph("", "", nodes.literal(text=identity), ids=[name])
        self.env.get_domain("std").note_hyperlink_target(name, self.env.docname, name, identity)
        return paragraph

    def link(self, shown):
        """A link to `page#anchor`, the page relative to book/. A test checks that the anchor is there."""
        page, _, anchor = shown.partition("#")
        uri = self.env.app.builder.get_relative_uri(self.env.docname, "book/" + page)
        text = f"{page.rpartition('/')[2]}: {anchor}".replace("-", " ")
        return nodes.reference("", text, refuri=f"{uri}#{anchor}", internal=True)


def setup(app):
    app.add_directive("claims", Claims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
