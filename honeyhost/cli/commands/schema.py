"""
``schema``: the JSON Schema of plugin.yaml.
"""

import json as encoder

from honeyhost.cli.output import write_json
from honeyhost.cli.streams import Streams
from honeyhost.manifest.schema import json_schema


def run(streams: Streams, *, json: bool) -> int:
    """
    Print the schema: indented, or on one line with ``--json``. A schema is a document of its own kind, so it bears no version
    of ours; its ``$id`` does.
    """
    if json:
        write_json(streams.out, json_schema())
    else:
        streams.out.write_utf8(encoder.dumps(json_schema(), indent=2, ensure_ascii=True) + "\n")
    return 0
