#!/usr/bin/env python3
"""Print a question as JSON that is asked by mail alone and at any hour, as the demonstration may run at night."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

question = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
question["roads"] = ["email", "staff"]
question["reminders"]["quiet"] = {"from_hour": 0, "until_hour": 0, "sundays": False, "zone": "Europe/Amsterdam"}
sys.stdout.write(json.dumps(question, ensure_ascii=False))
