"""
Codes: what each problem of a manifest means, and what to do about it.
"""

from honeyhost.diagnostics import Code

_READING = (
    ("file-missing", "There is no file at that place.", "Check the path, or create the file."),
    (
        "file-kind",
        "A folder, pipe, device or socket stands where a file is wanted. It was not opened.",
        "Put a plain file there.",
    ),
    (
        "file-too-large",
        "The file is longer than what is read of such a file. It was not read.",
        "Shorten it; a manifest has at most 256 KiB.",
    ),
    (
        "file-unreadable",
        "The operating system does not let the file be read.",
        "Give the user who runs this the right to read it.",
    ),
    (
        "package-missing",
        "The name that load_manifest was given is not that of an imported package.",
        "Call load_manifest(__package__) from the plugin's own code.",
    ),
    ("not-utf8", "The file is not UTF-8. A byte order mark is allowed, other encodings are not.", "Save it as UTF-8."),
    (
        "tab-character",
        "A tab stands in the file. Parsers disagree about where YAML allows them.",
        "Indent with spaces; in a quoted text write \\t.",
    ),
    (
        "control-character",
        "A text has characters that cannot be seen: controls, terminal escapes, marks that turn the direction of writing.",
        "Take them out. In text for people it is a warning only, because every renderer shows them escaped.",
    ),
    (
        "yaml-syntax",
        "The file is not YAML at that place.",
        "The hint says what is usually meant; mind the indentation and the quotes.",
    ),
    (
        "yaml-anchor",
        "Anchors, aliases and merge keys are not read: a few lines of them can spell gigabytes.",
        "Write the value out.",
    ),
    ("yaml-tag", "Tags are not read: they ask the reader to make objects.", "Write the value without a tag."),
    ("yaml-directive", "Lines that start with '%' change how YAML is read, and are not allowed.", "Take the line out."),
    (
        "second-document",
        "A plugin.yaml is one document, and another one starts at that place.",
        "Take the line '---' and what follows out.",
    ),
    ("duplicate-key", "A key stands twice in one mapping, so one of the two values would be lost.", "Keep one of them."),
    ("key-invalid", "A key is empty, a list, a mapping, or a merge key.", "Write each key as text, with its value."),
    ("document-too-deep", "The document nests deeper than 20 levels.", "No field of a manifest needs that; take levels out."),
    ("document-too-long", "The document has more than 20,000 values.", "Move long lists into files of their own."),
    ("manifest-empty", "The file has no content.", "Write at least 'name' and 'version'."),
    ("more-problems", "Only the first hundred problems are shown, errors before warnings.", "Mend those, and check again."),
)
_SHAPES = (
    ("missing-field", "A field that must be there is not.", "Add it."),
    (
        "unknown-field",
        "No field has this name, so it is ignored. It may be one of a newer host.",
        "Mend the spelling, or take it out.",
    ),
    (
        "mapping-expected",
        "Lines of 'key: value' are wanted at that place.",
        "Write the fields of the entry below it, indented.",
    ),
    ("list-expected", "A list is wanted at that place.", "Write each entry on a line of its own, after '- '."),
    ("list-empty", "The list must have an entry.", "Add one, or take the field out."),
    ("text-expected", "Text is wanted at that place.", "Write it, in quotes if it looks like something else."),
    ("text-empty", "The text must not be empty.", "Write one, or take the field out."),
    ("text-too-long", "The text is longer than the field allows.", "Shorten it."),
    ("integer-expected", "A whole number is wanted at that place.", "Write digits only."),
    ("number-out-of-range", "The number is outside what the field allows.", "Choose one within the range."),
    ("truth-expected", "The field is either true or false; yes, no, on and off are text.", "Write true or false."),
    ("choice-invalid", "The field knows only certain words.", "Choose one of those that the message lists."),
    (
        "label-invalid",
        "A label is text, or a text for each of several languages.",
        "Write 'label: Patients' or 'label: {en: Patients}'.",
    ),
    ("language-invalid", "A language is named by its tag.", "Write a tag such as en, ar or pt-BR."),
    ("version-invalid", "The text is not a version as PEP 440 has it.", "Write one such as 1.2.0 or 1.2.0rc1."),
    (
        "specifier-invalid",
        "The text is not a set of version specifiers as PEP 440 has it; npm's ^ and ~ are none.",
        "Write '>=1.2,<2'.",
    ),
    (
        "duration-invalid",
        "The text is not a length of time, or none is left.",
        "Write hours, minutes and seconds: 1h30m, 5m, 30s.",
    ),
    (
        "slug-invalid",
        "A slug has lower-case letters a-z, digits and single hyphens, starts with a letter, and has at most 63.",
        "Rename it.",
    ),
    (
        "permission-invalid",
        "A permission is written as resource.action, in lower-case letters, digits and _.",
        "Write patient.read.",
    ),
    ("id-invalid", "An id has no spaces, and only letters, digits and a few signs.", "Rename it."),
    ("capability-invalid", "A capability is named by lower-case words with dots, hyphens or _ between them.", "Rename it."),
    ("error-code-invalid", "An error code has lower-case letters, digits, _ and -, and starts with a letter.", "Rename it."),
    (
        "reference-invalid",
        "A reference names a module and an attribute in it.",
        "Write 'package.module:attribute' or '.module:attribute'.",
    ),
    (
        "path-escapes",
        "A path leads outside the plugin: it is absolute, goes up, has signs of another system, or follows a link out.",
        "Write a path below plugin.yaml.",
    ),
    ("value-invalid", "The value is of a kind that no field has.", "See the reference of plugin.yaml."),
)
_RULES = (
    ("slug-reserved", "The name is one that the host or Python needs itself.", "Choose another name."),
    ("url-invalid", "The address is not one of the web.", "Write one that starts with https://."),
    ("requires-itself", "A plugin cannot wait for itself.", "Take the entry out."),
    ("runtime-incomplete", "The runtime has nothing to start, or two things.", "Give it a path or a command."),
    ("npm-name-invalid", "The name cannot be one of an npm package.", "Write it as package.json does."),
    ("duplicate-id", "Two entries of a list are told apart by a name that they share.", "Keep one, or rename the other."),
    (
        "permission-reserved",
        "Permissions that start with host., plugins. or admin. are the host's.",
        "Name it after what the plugin protects.",
    ),
    (
        "permission-foreign",
        "A seed group would grant a permission that the plugin does not declare.",
        "Declare it, or take it out of the group.",
    ),
    (
        "permission-unknown",
        "Something is guarded by a permission that neither the plugin declares nor, as far as the host can say, anyone else.",
        "Mend the spelling, declare it, or require the plugin that does.",
    ),
    ("access-contradiction", "A route is public and needs a permission.", "Keep one of the two."),
    (
        "host-permission-invalid",
        "A request to the host does not fit the service that it names.",
        "The hint says what the service understands.",
    ),
    (
        "route-path-invalid",
        "The path of a route cannot be matched as it is written.",
        "Start with '/', and write parameters as {name}.",
    ),
    (
        "middleware-unknown",
        "A route names middleware that the plugin does not have. It is never left out in silence.",
        "List it under middleware.",
    ),
    (
        "handler-invalid",
        "A handler names no function.",
        "Write a reference, or the name of a function of the object under 'plugin'.",
    ),
    ("page-foreign", "A menu entry leads to a page that is not this plugin's.", "Write a path below the plugin's name."),
    (
        "page-unsafe",
        "A menu entry would leave the platform, run a script, or hide where it leads.",
        "Write a plain path below the plugin's name.",
    ),
    ("icon-invalid", "An icon is named, not drawn: markup and addresses are refused.", "Write a name of the Lucide set."),
    ("menu-too-deep", "The menu nests deeper than four levels.", "Move entries up."),
    (
        "menu-parent-invalid",
        "The entries of a menu contain each other, or one stands in two places.",
        "Name one parent for each, up to the top.",
    ),
    ("menu-empty", "An entry leads nowhere and holds nothing.", "Give it a path or children."),
    (
        "widget-source",
        "A widget is drawn by exactly one thing: a function, or a block of the plugin's frontend.",
        "Name one that exists.",
    ),
    ("widget-refresh", "A time is given after which a widget is drawn again, and it cannot be.", "Add 'refreshable: true'."),
    (
        "cron-invalid",
        "The schedule is not cron of five or six fields, or names a day that no month has.",
        "Write '0 3 * * *' for three at night.",
    ),
    ("timezone-unknown", "The time zone is not in the IANA database.", "Write a name such as Europe/Berlin."),
    (
        "capability-unknown",
        "A workflow runs a capability under this plugin's name that it does not publish.",
        "Publish it, or mend the name.",
    ),
    ("workflow-value-invalid", "A step uses a value that nothing before it makes.", "Write $input.a or $steps.<id>.b."),
    ("template-name-invalid", "A template's name is a relative path without '..'.", "Write 'folder/name.html'."),
    ("namespace-invalid", "A namespace has lower-case words.", "Write the plugin's name."),
    ("language-unlisted", "There are texts in a language that is not among the languages.", "Add it to languages."),
    (
        "not-attached-yet",
        "The field is read and checked, and this version of the host does nothing with it.",
        "Nothing; a newer host will use it.",
    ),
)
_TARGETS = (
    ("reference-not-owned", "A reference leads to code that is not the plugin's.", "Write a reference that starts with a dot."),
    ("reference-module-missing", "There is no such module below the plugin's root.", "Mend the name, or add the file."),
    (
        "reference-attribute-missing",
        "The module is there and does not define that name.",
        "Mend the name, or define it at the module's top level.",
    ),
    (
        "reference-syntax-error",
        "The module is not Python, so it could not be imported.",
        "Mend the line that the message names.",
    ),
    ("path-missing", "Nothing stands at that path below the plugin's root.", "Mend the path, or add what is missing."),
    ("path-kind", "A file stands where a folder is wanted, or the other way round.", "Name the right one."),
    (
        "path-incomplete",
        "The folder lacks the file that makes it what the field needs.",
        "Add the file, or name another folder.",
    ),
    ("schema-file-invalid", "The file is not a JSON Schema.", "Write one JSON object."),
    ("language-empty", "A language is listed and has no texts.", "Add its file, or take it out of languages."),
    (
        "router-prefix-ignored",
        (
            "A raw route, mount or websocket is added to a router that has a prefix. The framework puts the prefix before "
            "its own routes alone, so this one answers without it."
        ),
        "Write the whole path where it is added, or use router.get, router.websocket and the like.",
    ),
    (
        "router-events-repeated",
        (
            "A router with start or stop handlers is included in another router. The framework runs them once more for "
            "every inclusion."
        ),
        "Give the router a lifespan (APIRouter(lifespan=…)); it runs once however often the router is included.",
    ),
)

CODES = tuple(Code(code=code, meaning=meaning, mend=mend) for code, meaning, mend in (*_READING, *_SHAPES, *_RULES, *_TARGETS))
