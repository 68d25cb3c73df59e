#!/usr/bin/env python3
"""Makes tests/data/telegram-methods.json, by which the tests' Bot API server judges what we send.

    python3 scripts/make-telegram-extract.py PATH/TO/telegram-api.json

The argument is a machine-readable copy of https://core.telegram.org/bots/api with `methods` and `types`. Only names,
types, required flags and closed lists of values are taken, for the methods we use and the types these need.
"""

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "tests" / "data" / "telegram-methods.json"

METHODS = """
    answerCallbackQuery deleteMessage deleteWebhook editMessageReplyMarkup editMessageText getChat getChatMember
    getChatMemberCount getMe getMyDescription getMyName getMyShortDescription
    getUpdates getWebhookInfo sendChatAction sendDocument sendMessage sendPhoto setMessageReaction setMyCommands
    setMyDescription setMyName setMyShortDescription setWebhook
""".split()


def values(description):
    """The values a field may have, where the documentation gives them all in its one sentence."""
    if always := re.search(r'always "(\w+)"', description):
        return [always[1]]
    if must := re.search(r"must be (\w+)$", description):
        return [must[1]]
    if one_of := re.search(r'one of ((?:(?:, | or )?"[^"]+"(?: \([^)]*\)| for [\w ]+)?)+)', description):
        return re.findall(r'"([^"]+)"', one_of[1])
    return []


def field(told):
    kept = {"name": told["name"], "types": told["types"], "required": told["required"]}
    if allowed := values(told["description"]):
        kept["values"] = allowed
    return kept


def needed(api):
    """The types that the methods' fields speak of, and those that these speak of in turn."""
    found = set()
    waiting = [
        kind for method in METHODS for told in api["methods"][method].get("fields", []) for kind in told["types"]
    ]
    while waiting:
        name = waiting.pop().replace("Array of ", "")
        told = api["types"].get(name)
        # A file arrives as a part of the request and has no fields.
        if name in found or name == "InputFile" or told is None:
            continue
        found.add(name)
        waiting += told.get("subtypes", [])
        waiting += [kind for each in told.get("fields", []) for kind in each["types"]]
    return sorted(found)


def lines(fields):
    """One field a line, so that a new version of the API is a short difference."""
    if not fields:
        return "[]"
    return "[\n" + ",\n".join("   " + json.dumps(each, ensure_ascii=False) for each in fields) + "\n  ]"


def main():
    api = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    methods = [
        f'  "{name}": {lines([field(told) for told in api["methods"][name].get("fields", [])])}' for name in METHODS
    ]
    types = []
    for name in needed(api):
        told = api["types"][name]
        if "subtypes" in told:
            types.append(f'  "{name}": {{"any_of": {json.dumps(told["subtypes"])}}}')
        else:
            types.append(f'  "{name}": {{"fields": {lines([field(each) for each in told.get("fields", [])])}}}')
    updates = [told["name"] for told in api["types"]["Update"]["fields"] if told["name"] != "update_id"]
    text = (
        "{\n"
        + f' "version": {json.dumps(api["version"])},\n'
        + ' "methods": {\n' + ",\n".join(methods) + "\n },\n"
        + ' "types": {\n' + ",\n".join(types) + "\n },\n"
        + f' "updates": {json.dumps(updates)}\n'
        + "}\n"
    )
    json.loads(text)
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
