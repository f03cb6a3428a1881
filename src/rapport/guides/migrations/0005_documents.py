"""Guides became documents: lists of steps are written as texts, ticks as the state of a run."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

WORDS = {"{name}": "{customer.first_name|}", "{rep}": "{rep.name}"}


def key_of(name: str) -> str:
    """Return a name as keys are written."""
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower())[:50].strip("-_") or "guide"


def text_of(name: str, reason: str | None, steps: Sequence[Mapping[str, str]]) -> str:
    """Return the guide that the steps were."""
    lines = [f"name = {_quoted(name or 'Guide')}", ""]
    lines += ["[for]", f"reasons = [{_quoted(reason)}]", ""] if reason is not None else []
    for number, step in enumerate(steps, start=1):
        words, kind, counts = _words(step["words"]), step["kind"], step["touch_point"]
        pairs = {"key": _step_key(step["key"]), "title": _words(step["title"]) or step["key"]}
        pairs |= {"kind": kind} if kind != "say" and (kind != "ask" or words) else {}
        pairs |= {"words": words} if words else {}
        if counts:
            pairs["touch_point"] = counts if counts == "verbatim" else "free"
        pairs |= {"required": "always"} if counts in ("required", "verbatim") else {}
        pairs |= {"next": "end"} if number == len(steps) and kind != "close" else {}
        lines += ["[[steps]]", *(f"{part} = {_quoted(value)}" for part, value in pairs.items()), ""]
    return "\n".join(lines)


def _step_key(key: str) -> str:
    return "end-step" if key == "end" else key  # "end" says where a guide ends


def _words(text: str) -> str:
    """Return the words with insertions as they are written now, and without other braces."""
    parts = re.split(r"(\{name\}|\{rep\})", text)
    return "".join(WORDS.get(part) or part.replace("{", "(").replace("}", ")") for part in parts).strip()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def forward(apps: Any, _schema: Any) -> None:
    """Write every version as a text, and every tick as a step that was covered."""
    taken: set[tuple[int, str]] = set()
    for guide in apps.get_model("guides", "Guide").objects.select_related("reason").order_by("pk"):
        guide.key = key_of(guide.reason.key) if guide.reason else "general"
        if (guide.programme_id, guide.key) in taken:
            guide.key = f"{guide.key[:39]}-{guide.pk}"
        taken.add((guide.programme_id, guide.key))
        guide.save(update_fields=["key"])
    for version in apps.get_model("guides", "GuideVersion").objects.select_related("guide__reason"):
        reason = version.guide.reason
        version.text = text_of(version.guide.name, reason.key if reason else None, version.steps)
        version.made_at = version.submitted_at = version.approved_at = version.starts_at = version.published_at
        version.save(update_fields=["text", "made_at", "submitted_at", "approved_at", "starts_at"])
    with_ticks = apps.get_model("guides", "Progress").objects.exclude(ticked={})
    for progress in with_ticks.iterator(2000):
        covered = {_step_key(key): {"at": at, "by": "", "how": "hand"} for key, at in progress.ticked.items()}
        path = [_step_key(key) for key in sorted(progress.ticked, key=progress.ticked.__getitem__)]
        progress.state = {"path": path, "at": max(0, len(path) - 1), "covered": covered}
        progress.save(update_fields=["state"])


def member() -> Any:
    """Return a column that names who did it."""
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.member"
    )


class Migration(migrations.Migration):
    dependencies = [("guides", "0004_library_term_kind")]
    operations = [
        migrations.RemoveConstraint("guide", "one_guide_per_reason"),
        migrations.AddField("guide", "key", models.CharField(max_length=50, default="")),
        migrations.AddField("guide", "retired_at", models.DateTimeField(null=True)),
        migrations.AlterField("guide", "name", models.CharField(max_length=120)),
        migrations.AddField("guideversion", "text", models.TextField(default="")),
        migrations.AddField("guideversion", "note", models.CharField(blank=True, max_length=200)),
        migrations.AddField("guideversion", "returned_because", models.CharField(blank=True, max_length=200)),
        migrations.AddField("guideversion", "made_at", models.DateTimeField(null=True)),
        migrations.AddField("guideversion", "submitted_at", models.DateTimeField(null=True)),
        migrations.AddField("guideversion", "approved_at", models.DateTimeField(null=True)),
        migrations.AddField("guideversion", "starts_at", models.DateTimeField(null=True)),
        migrations.AlterField("guideversion", "published_at", models.DateTimeField(null=True)),
        *(
            migrations.AddField("guideversion", name, member())
            for name in ("made_by", "submitted_by", "approved_by", "published_by")
        ),
        migrations.AddField("progress", "state", models.JSONField(default=dict)),
        migrations.AddField("progress", "told", models.JSONField(default=dict)),
        migrations.RunPython(forward, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField("guide", "reason"),
        migrations.RemoveField("guideversion", "steps"),
        migrations.RemoveField("progress", "ticked"),
        migrations.AlterField("guide", "key", models.CharField(max_length=50)),
        migrations.AlterField("guideversion", "text", models.TextField()),
        migrations.AlterField("guideversion", "made_at", models.DateTimeField()),
        migrations.AddConstraint(
            "guide", models.UniqueConstraint(fields=["programme", "key"], name="guide_key_unique")
        ),
        migrations.AddConstraint(
            "guideversion",
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("made_by")) & ~Q(approved_by=F("submitted_by"))),
                name="guide_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            "guideversion",
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(approved_at__isnull=False, published_at__isnull=False),
                name="guide_approved_before_published",
            ),
        ),
        migrations.AddIndex(
            "guideversion", models.Index(fields=["programme", "guide", "-starts_at"], name="guide_in_force")
        ),
    ]
