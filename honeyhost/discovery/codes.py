"""
Codes: what each problem of discovery means, and what to do about it.
"""

from honeyhost.diagnostics import Code

_DISTRIBUTIONS = (
    (
        "entry-points-not-utf8",
        "The entry_points.txt of a distribution is not UTF-8. Only that distribution is skipped; other tools may stop.",
        "Install that distribution again, or tell its author.",
    ),
    (
        "entry-points-damaged",
        "A line of an entry_points.txt is neither a group, a comment nor an assignment.",
        "Install that distribution again, or tell its author.",
    ),
    ("entry-points-unreadable", "An entry_points.txt is there and cannot be read.", "See that the file can be read."),
    ("path-unreadable", "A folder where plugins are looked for cannot be listed.", "See that it exists and can be read."),
    (
        "entry-point-group-misspelt",
        "A group looks like honeyframe.plugins and is spelt otherwise, so nothing in it is found.",
        "Write [honeyframe.plugins].",
    ),
    (
        "entry-point-repeated",
        "The group, or a name in it, stands twice in one file, so that it has no single meaning.",
        "Keep one of them and build the distribution again.",
    ),
    ("entry-point-name", "The name of an entry point is no slug.", "Call it as the plugin is called in its plugin.yaml."),
    ("entry-point-value", "The value of an entry point names no module.", "Write 'package.module:attribute'."),
    (
        "entry-point-mismatch",
        "The entry point and the manifest that it leads to name two different plugins.",
        "Call both by the same slug.",
    ),
    (
        "entry-point-not-owned",
        "An entry point names a module that its own distribution does not contain. It was not followed.",
        "Point it at a module of the distribution that declares it.",
    ),
    (
        "distribution-torn",
        "A distribution has no METADATA: an installation or a removal was interrupted.",
        "Install it again, or remove its folder.",
    ),
    (
        "distribution-conflict",
        "Two metadata folders of one distribution stand beside each other: an upgrade was interrupted.",
        "Uninstall it until nothing is left, then install it again.",
    ),
    (
        "distribution-shadowed",
        "The same distribution stands in two entries of the path. The first one is used, as Python does.",
        "Uninstall one of them.",
    ),
    ("distribution-empty", "A distribution has the group of plugins and no plugin in it.", "Add 'slug = package:manifest'."),
    ("distribution-unreadable", "A distribution cannot be read.", "See that its files can be read, and install it again."),
    (
        "egg-info-ignored",
        "A project declares plugins in the old egg format, which is not read.",
        "Install it with 'pip install -e', or as a wheel.",
    ),
    (
        "record-missing",
        "A distribution has no RECORD, so nobody can tell whether its files are its own. It is used all the same.",
        "Harmless for packages of the operating system; otherwise install it again.",
    ),
    (
        "version-mismatch",
        "A distribution and the manifest in it have two different versions.",
        "Take the version from plugin.yaml, as the build hook does.",
    ),
)
_MANIFESTS = (
    (
        "manifest-missing",
        "No plugin.yaml stands in the package that an entry point names, or at the named place.",
        "Put plugin.yaml beside the package's code, and see that the build includes it.",
    ),
    (
        "manifest-altered",
        "The manifest is not the file that was installed: its hash is not the one in RECORD. Its content was not looked at.",
        "Install the distribution again, or find out who changed it.",
    ),
    (
        "manifest-copy-stale",
        "The copy of the manifest beside a wheel's metadata does not belong to its plugin.yaml, which is read instead.",
        "Build the wheel again.",
    ),
    (
        "object-manifest-unreadable",
        "A manifest that exists only as an object in code could not be read in a process of its own.",
        "Put a plugin.yaml beside the code.",
    ),
)
_FOLDERS = (
    (
        "directory-name-mismatch",
        "The folder of a plugin has another name than the plugin.",
        "Rename the folder, or change 'name' in plugin.yaml.",
    ),
    (
        "directory-without-manifest",
        "A folder in a plugin root has no plugin.yaml, so it is no plugin.",
        "Add plugin.yaml (spelt so), or move the folder elsewhere.",
    ),
    ("directory-too-large", "A folder holds more entries than are looked at.", "Keep only plugins there."),
    (
        "plugin-shadowed",
        "A plugin is found in two places. A distribution wins over a folder, a customer's folder over a bundled one.",
        "Nothing, if that is meant. Otherwise remove one of them.",
    ),
)
_ARCHIVES = (
    ("archive-not-zip", "The file is no zip file.", "Check the path, or build the archive again."),
    (
        "archive-prefix-data",
        "Bytes precede the zip file. Two programs may read two different archives from it.",
        "Build the archive again, and do not append one file to another.",
    ),
    (
        "archive-trailing-data",
        "Bytes follow the end of the zip file: a comment, or another archive.",
        "Build the archive again, without a comment.",
    ),
    (
        "archive-structure",
        "The two descriptions that a zip file has of each entry differ, overlap, leave gaps, or use rare features.",
        "Build the archive again with a common tool.",
    ),
    ("archive-encrypted", "An entry is encrypted.", "Build the archive without a password."),
    (
        "archive-name-unsafe",
        "The name of an entry would land elsewhere when it is unpacked, or means different files on different systems.",
        "Rename the file and build the archive again.",
    ),
    (
        "archive-name-collision",
        "Two entries have names that mean one file, at least on some systems.",
        "Rename one of the files and build the archive again.",
    ),
    ("archive-entry-kind", "An entry is a link or a device.", "Pack the file itself."),
    (
        "archive-too-large",
        "The archive, or an entry of it, expands to more than is accepted.",
        "Leave data out of the archive; a plugin fetches or builds it when it is used.",
    ),
    (
        "archive-content",
        "The content of an entry is not what the archive's directory says: longer, shorter or damaged.",
        "Fetch or build the archive again.",
    ),
    (
        "archive-without-plugin",
        "An archive holds no plugin: a zip file has plugin.yaml at its root, a wheel has the entry point group.",
        "Add what is missing and build it again.",
    ),
    (
        "manifest-not-at-root",
        "The manifest stands in a folder of the zip file instead of at its root.",
        "Pack the folder's content, not the folder.",
    ),
    (
        "archive-several-plugins",
        "A wheel carries several plugins, and one was wanted.",
        "Name the plugin once it is installed.",
    ),
    ("archives-empty", "A folder that is set for archives holds none.", "Put .whl or .zip files there, or change the setting."),
    (
        "wheel-name",
        "The name of a wheel, its metadata folder and its METADATA do not agree.",
        "Do not rename wheels; build it again.",
    ),
    ("wheel-metadata", "A wheel lacks its metadata, or has it twice.", "Build it with a build backend."),
    (
        "wheel-record",
        "A wheel and its RECORD differ: a file is missing, unlisted, or not the one whose hash is listed.",
        "Fetch or build the wheel again.",
    ),
)
_TARGETS = (
    ("target-not-found", "What was named is neither a path nor a plugin that is found.", "Check the spelling."),
    ("target-ambiguous", "A plugin of that name is found in several places.", "Name the folder or the archive instead."),
)

CODES = tuple(
    Code(code=code, meaning=meaning, mend=mend)
    for code, meaning, mend in (*_DISTRIBUTIONS, *_MANIFESTS, *_FOLDERS, *_ARCHIVES, *_TARGETS)
)
