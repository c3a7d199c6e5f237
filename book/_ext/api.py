"""The directive {api}: the public names of every public module of a package, with their docstrings.

The lines of its content are module names, in the order of the page; modules that are not named follow. So a new module
or name is on the page without being told. Each entry is a target of links, `[](#descent.reach.reach)`: an object of
Sphinx's Python domain, because labels do not tell Reach from reach.
"""

import inspect
import re
from itertools import accumulate, groupby

import docstrings
from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

LOGGER = logging.getLogger(__name__)
KINDS = ("function", "class", "exception", "data")  # in this order in each module
# ``code``, `name`, *title*; a star that is not at a title's end is one of mathematics
MARKUP = re.compile(r"``(?P<code>[^`]+)``|`(?P<name>[^`]+)`|(?<!\S)\*(?P<title>[^\s*][^*]*[^\s*])\*(?!\w)")


class Api(SphinxDirective):
    """`{api} package`."""

    required_arguments = 1
    has_content = True

    def run(self):
        self.modules = modules = docstrings.modules(self.arguments[0])
        named = [f"{self.arguments[0]}.{line.strip()}" for line in self.content if line.strip()]
        if unknown := [name for name in named if name not in modules]:
            LOGGER.warning("there is no public module %s", ", ".join(unknown), location=self.get_location())
        order = [name for name in named if name in modules] + [name for name in modules if name not in named]
        public = {name: docstrings.public(modules[name]) for name in order}
        self.targets = set(order) | {f"{name}.{key}" for name in order for key in public[name]}
        self.targets |= {f"{name}.{key}.{member}" for name in order for key, value in public[name].items()
                         if inspect.isclass(value) for member in docstrings.members(value)}
        return [self.section(name, modules[name], public[name]) for name in order]

    def section(self, name, module, public):
        # smart quotes would turn the derivative F' into F’
        section = nodes.section("", nodes.title(text=name.partition(".")[2]), ids=[name], support_smartquotes=False)
        self.state.document.note_explicit_target(section)
        self.env.get_domain("std").note_hyperlink_target(name, self.env.docname, name, name)
        section += self.blocks(docstrings.parse(module.__doc__).blocks, name)
        ordered = sorted(public.items(), key=lambda item: KINDS.index(docstrings.kind(item[1])))
        for kind, group in groupby(ordered, key=lambda item: docstrings.kind(item[1])):
            if kind == "data":
                section += self.constants(name, dict(group))
            else:
                section += [self.entry(name, key, value, kind) for key, value in group]
        return section

    def constants(self, module, public):
        """All constants of a module, as one entry with a line for each."""
        lines = [self.head(module, key, "data", after=" = " + docstrings.short(value)) for key, value in public.items()]
        return addnodes.desc("", *lines, addnodes.desc_content(), domain="py", objtype="data", classes=["py", "data"])

    def entry(self, module, key, value, kind):
        """A function or a class, with its methods."""
        called = docstrings.parameters(value) if docstrings.has_signature(value) else None
        head = self.head(module, key, kind, called)
        head["_toc_name"], head["_toc_parts"] = key, (module, key)
        name = f"{module}.{key}"
        content = self.content_of(docstrings.with_fields(docstrings.parse(value.__doc__), value), name)
        if inspect.isclass(value):
            content += [self.member(name, *item) for item in docstrings.members(value).items()]
        return self.described(head, content, kind)

    def member(self, owner, key, value):
        kind = docstrings.member_kind(value)
        called = docstrings.parameters(value, method=True) if kind == "method" else None
        content = self.content_of(docstrings.parse(value.__doc__), owner)
        return self.described(self.head(owner, key, kind, called), content, kind)

    def described(self, head, content, kind):
        return addnodes.desc("", head, content, domain="py", objtype=kind, classes=["py", kind])

    def head(self, owner, key, kind, called=None, after=""):
        """The line with the full name, which is the target, and the signature."""
        name = f"{owner}.{key}"
        head = addnodes.desc_signature(ids=[name], classes=["sig", "sig-object"])
        if kind in ("class", "exception", "property"):
            head += addnodes.desc_annotation("", kind + " ")
        if owner in self.modules:               # a method stands below its class
            head += addnodes.desc_addname(text=owner + ".")
        head += addnodes.desc_name(text=key)
        if called is not None:
            texts = docstrings.signature(called)
            head += addnodes.desc_parameterlist("", "", *(addnodes.desc_parameter(text=text) for text in texts))
        if after:
            head += addnodes.desc_annotation(text=after)
        self.state.document.note_explicit_target(head)
        self.env.get_domain("py").note_object(name, kind, name, location=head)
        return head

    def content_of(self, documented, context):
        content = addnodes.desc_content("", *self.blocks(documented.blocks, context))
        fields = [self.field(title, items, context) for title, items in documented.sections.items()]
        if fields:
            content += nodes.field_list("", *fields)
        return content

    def field(self, title, items, context):
        if title in ("Parameters", "Attributes", "Raises"):
            body = [nodes.definition_list("", *(self.item(entry, context) for entry in items), classes=["api-fields"])]
        elif title in docstrings.WITH_ENTRIES:  # what is returned has a type, not a name
            body = [node for entry in items for node in (self.returned(entry.head, context),
                                                         *self.blocks(entry.blocks, context))]
        else:
            body = self.blocks(items, context)
        return nodes.field("", nodes.field_name(text=title), nodes.field_body("", *body))

    def item(self, entry, context):
        term = nodes.term()
        for i, name in enumerate(entry.names):
            term += ([nodes.Text(", ")] if i else []) + [nodes.literal(text=name)]
        return nodes.definition_list_item("", term, nodes.definition("", *self.blocks(entry.blocks, context)))

    def returned(self, text, context):
        if target := self.target(text, context):
            return nodes.paragraph("", "", link(text, target))
        return nodes.paragraph("", "", *self.inline(text, context))

    def blocks(self, blocks, context):
        return [nodes.paragraph("", "", *self.inline(block, context)) if isinstance(block, str)
                else nodes.literal_block(text="\n".join(block), language="none") for block in blocks]

    def inline(self, text, context):
        """Nodes of a text in which all but MARKUP is literal."""
        found, end = [], 0
        for match in MARKUP.finditer(text):
            found.append(nodes.Text(text[end : match.start()]))
            end = match.end()
            if match["code"]:
                found.append(nodes.literal(text=match["code"]))
            elif match["title"]:
                found.append(nodes.emphasis(text=match["title"]))
            elif target := self.target(match["name"], context):
                found.append(link(match["name"], target))
            else:
                found.append(nodes.literal(text=match["name"]))
        return [*found, nodes.Text(text[end:])]

    def target(self, name, context):
        """The entry of that name, seen from `context` or from what contains it; None when there is none."""
        owners = list(accumulate(context.split("."), "{}.{}".format))
        names = [f"{owner}.{name}" for owner in reversed(owners)] + [name]
        return next((name for name in names if name in self.targets), None)


def link(text, target):
    return nodes.reference("", "", nodes.literal(text=text), refid=target, internal=True)


def setup(app):
    app.add_directive("api", Api)
    app.add_css_file("api.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
