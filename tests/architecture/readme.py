"""README.md as data: its queries with who asks them and what they answer, and the parts generated from the code.

`python -m tests.architecture.readme` writes both anew.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import httpx
from pydantic import SecretStr

from app.asgi import create_app
from app.cli.main import bailiwick
from app.db.migrate import upgrade
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import ASKED_OF, BuiltInRole, Permission, ResourceKind
from app.services.demo.load import load_demo
from app.services.demo.people import demo_people
from app.settings import Settings, variable

README = Path(__file__).parents[2] / "README.md"
WIDTH = 110
SECRET = "the secret of the documentation"
EXAMPLE = re.compile(r"```graphql (\w+)\n(?P<query>.*?)```\n\n```json\n(?P<answer>.*?)```", re.DOTALL)
PLACEHOLDER = re.compile(r'"<([^>]+)>"')
REQUEST_ID = re.compile(r'"requestId": "\w+"')
GENERATED = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A query of README.md, who asks it, and the answer that stands below it."""

    who: str
    query: str
    answer: str


def examples(text: str) -> Iterator[Example]:
    """Every query that has an answer."""
    for found in EXAMPLE.finditer(text):
        yield Example(found[1], found["query"], found["answer"])


@asynccontextmanager
async def demo_server(database_url: str) -> Any:
    """A client of a server in this process that has loaded the demo, and everybody's key by name."""
    app = create_app(Settings(database_url=database_url, secret=SecretStr(SECRET), demo=True, _env_file=None))
    async with app.router.lifespan_context(app):
        instance = app.state.instance
        await load_demo(instance.database, instance.pepper, instance.clock)
        keys = {person.name: person.key for person in demo_people(instance.pepper)}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://readme.test") as client:
            yield client, keys


async def ask(client: httpx.AsyncClient, key: str, query: str) -> Any:
    """The answer to an operation."""
    headers = {"Authorization": f"Bearer {key}"}
    return (await client.post("/graphql", json={"query": query}, headers=headers)).json()


async def answer_to(client: httpx.AsyncClient, keys: dict[str, str], example: Example) -> Any:
    """What an example answers, shown as it is asked: with `<…>` for ids, and no request's own id."""
    names = dict.fromkeys(PLACEHOLDER.findall(example.query))
    ids = {name: await _id_of(client, keys, name) for name in names}
    query = example.query
    for name, id in ids.items():
        query = query.replace(f"<{name}>", id)
    text = json.dumps(await ask(client, keys[example.who], query), ensure_ascii=False)
    for name, id in ids.items():
        text = text.replace(id, f"<{name}>")
    return json.loads(REQUEST_ID.sub('"requestId": "…"', text))


async def _id_of(client: httpx.AsyncClient, keys: dict[str, str], name: str) -> str:
    word, _, rest = name.partition(" ")
    if word == "role":
        return BUILT_IN[BuiltInRole[rest]].id
    if word == "user":
        return str((await ask(client, keys[rest], "{ viewer { user { id } } }"))["data"]["viewer"]["user"]["id"])
    if word == "membership":
        person, slug = rest.split(" ")
        user = await _id_of(client, keys, f"user {person}")
        return await _find(
            client, keys, f'organization(slug: "{slug}") {{ found: membership(userId: "{user}") {{ id }} }}'
        )
    path, _, environment = name.rpartition(" ")[2].rpartition("/")
    if word == "deployment":
        newest = f'environment(name: "{environment}") {{ deployments(first: 1) {{ nodes {{ id }} }} }}'
        return await _find(client, keys, f'project(path: "{path}") {{ {newest} }}')
    if path.count("/") and (found := await _try(client, keys, f'project(path: "{name}") {{ id }}')):
        return found
    if found := await _try(client, keys, f'team(path: "{name}") {{ id }}'):
        return found
    return await _find(
        client, keys, f'project(path: "{path}") {{ found: environment(name: "{environment}") {{ id }} }}'
    )


async def _find(client: httpx.AsyncClient, keys: dict[str, str], selection: str) -> str:
    found = await _try(client, keys, selection)
    assert found is not None, selection
    return found


async def _try(client: httpx.AsyncClient, keys: dict[str, str], selection: str) -> str | None:
    """The one id in an answer to the administrator, if there is one."""
    found = re.search(r'"id": "(\w+)"', json.dumps(await ask(client, keys["Grace"], f"{{ {selection} }}")))
    return None if found is None else found[1]


def generated(part: str) -> str:
    """What stands between the markers of a generated part. Raises KeyError for one that isn't there."""
    return {"permissions": permission_table, "settings": settings_table, "commands": command_table}[part]()


def permission_table() -> str:
    """Which built-in role holds which permission, and what it is asked of."""
    lines = ["| permission | held by | asked of |", "|---|---|---|"]
    for permission in Permission:
        kinds = sorted(ASKED_OF[permission], key=list(ResourceKind).index)
        by_kind = {kind: _holders(permission, kind) for kind in kinds}
        if len(set(by_kind.values())) == 1:
            held = by_kind[kinds[0]] or "whom an approval rule names"
        else:
            held = "; ".join(
                f"{holders} on {'an' if kind[0] in 'OE' else 'a'} {kind.lower()}" for kind, holders in by_kind.items()
            )
        lines.append(f"| {permission} | {held} | {', '.join(kinds).lower()} |")
    return "\n".join(lines) + "\n"


def _holders(permission: Permission, kind: ResourceKind) -> str:
    """The built-in roles that give a permission on a kind of node; the lowest level stands for those above it."""
    held = [role for role in BUILT_IN.values() if role.allows(permission, kind)]
    levels = [role.key for role in held if role.level is not None]
    lowest = [levels[0] if levels[0] == "ADMIN" else f"{levels[0]} and up"] if levels else []
    return ", ".join(lowest + [role.key for role in held if role.level is None])


def settings_table() -> str:
    """Every setting, its default and what it means."""
    lines = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{str(field.default).lower()}`"
        lines.append(f"| `{variable(name)}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def command_table() -> str:
    """Every command, and what it does."""
    lines = ["| command | what it does |", "|---|---|"]
    lines += [f"| `bailiwick {name}` | {text} |" for name, text in _commands(bailiwick)]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, str]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            help = (command.help or "").strip().partition("\n\n")[0].rstrip(".")
            yield before + name, f"{help[:1].lower()}{help[1:]}"


async def _renewed(text: str) -> str:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/readme.db"
        await asyncio.to_thread(upgrade, url)
        async with demo_server(url) as (client, keys):
            for example in examples(text):
                block = _written(await answer_to(client, keys, example))
                old = f"{example.query}```\n\n```json\n{example.answer}```"
                text = text.replace(old, f"{example.query}```\n\n```json\n{block}\n```", 1)
    return GENERATED.sub(lambda found: f"{found[1]}{generated(found[2])}{found[3]}", text)


def _written(value: Any, indent: str = "") -> str:
    """JSON as a person would write it: what fits in a line stays on one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= WIDTH or not isinstance(value, dict | list):
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {_written(each, inner)}" for key, each in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _written(each, inner) for each in value) + f"\n{indent}]"


if __name__ == "__main__":
    README.write_text(asyncio.run(_renewed(README.read_text(encoding="utf-8"))), encoding="utf-8")
