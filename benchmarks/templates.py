"""Rendering the same table of contacts by Jinja2 and by Django's own templates, both escaping.

Prints milliseconds a page and the ratio, for a plain table and for one whose rows carry a local time.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")

import django
import jinja2

ROWS = 50
ROUNDS = 60
HEAD = "<table><thead><tr><th>Customer</th><th>Reason</th><th>State</th></tr></thead><tbody>"
CELLS = '<tr class="{{ row.state }}"><td>{{ row.name }}</td><td>{{ row.reason }}</td><td>{{ row.state }}</td>'
PLAIN = HEAD + "{% for row in rows %}" + CELLS + "</tr>{% endfor %}</tbody></table>"
DATED = HEAD + "{% for row in rows %}" + CELLS + "<td>TIME</td></tr>{% endfor %}</tbody></table>"


def rows() -> list[dict[str, object]]:
    """Return what the table shows."""
    begun = datetime(2026, 11, 2, 9, tzinfo=UTC)
    return [
        {"name": f"Ada <{n}>", "reason": "A fee", "state": "waiting", "at": begun + timedelta(minutes=n)}
        for n in range(ROWS)
    ]


def by_jinja(source: str) -> Callable[[], object]:
    """Return what renders ``source`` by Jinja2."""
    environment = jinja2.Environment(autoescape=True)
    environment.filters["clock"] = lambda at: at.strftime("%H:%M")
    template, context = environment.from_string(source), {"rows": rows()}
    return lambda: template.render(context)


def by_django(source: str) -> Callable[[], object]:
    """Return what renders ``source`` by Django's templates."""
    from django.template import Context, Engine

    template, context = Engine(autoescape=True).from_string(source), {"rows": rows()}
    return lambda: template.render(Context(context, use_l10n=False))


def best_milliseconds(work: Callable[[], object]) -> float:
    """Return the shortest of several times."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times) * 1000


def main() -> None:
    """Measure and print."""
    django.setup()
    dated = (DATED.replace("TIME", "{{ row.at|clock }}"), DATED.replace("TIME", '{{ row.at|date:"H:i" }}'))
    print(f"{ROWS} rows{'jinja ms':>14}{'django ms':>12}{'ratio':>8}")
    for name, jinja_source, django_source in (("plain", PLAIN, PLAIN), ("dated", *dated)):
        ours, theirs = best_milliseconds(by_jinja(jinja_source)), best_milliseconds(by_django(django_source))
        print(f"{name:<7}{ours:>14.2f}{theirs:>12.2f}{theirs / ours:>8.1f}")


if __name__ == "__main__":
    main()
