"""report.html: the report as a page. It needs no network: everything is in it but the media beside it."""

from __future__ import annotations

import html as escape
from typing import Any
from urllib.parse import quote

from ..qc import variant
from ..records import Check, Verdict
from ..transcript.result import Listened

SHOWN = 0.3  # confidence, from which the page tells a measured manner; report.json has all

# --- the page --------------------------------------------------------------------------------------------------

STYLE = """
:root{--ok:#1a7f4b;--see:#b26b00;--bad:#b3261e;--ink:#1d2129;--soft:#667085;--line:#e4e7ec;--src:#94a3b8;--dub:#2563eb}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);margin:0;background:#fafbfc}
main{max-width:1080px;margin:0 auto;padding:16px}h1{font-size:20px;margin:.2em 0}h2{font-size:16px;margin:1.6em 0 .5em}
.badge{display:inline-block;padding:2px 12px;border-radius:12px;color:#fff;font-weight:600}
.pass{background:var(--ok)}.review{background:var(--see)}.fail{background:var(--bad)}
.top{display:flex;gap:20px;flex-wrap:wrap}video{width:260px;max-width:100%;border-radius:10px;background:#000}
.facts{flex:1;min-width:280px}table{border-collapse:collapse;width:100%}td,th{padding:5px 8px;text-align:left;
border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);font-weight:500;font-size:13px}
td.n{white-space:nowrap;font-variant-numeric:tabular-nums}.soft{color:var(--soft);font-size:13px}
tr.flag{background:#fff7ed}.scroll{overflow-x:auto}button{border:1px solid var(--line);background:#fff;border-radius:6px;
cursor:pointer;padding:2px 9px}svg{width:100%;height:auto;display:block;background:#fff;border:1px solid var(--line);
border-radius:8px}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}mark{background:#dcfce7;padding:0 2px}
"""
SCRIPT = """
const v=document.querySelector('video');let stop=0;
document.querySelectorAll('button[data-a]').forEach(b=>b.onclick=()=>{v.currentTime=b.dataset.a/1000;stop=b.dataset.b/1000;v.play()});
v.ontimeupdate=()=>{if(stop&&v.currentTime>stop){v.pause();stop=0}
document.querySelectorAll('.head').forEach(h=>h.setAttribute('x1',h.dataset.w*v.currentTime/v.duration||0)||h.setAttribute('x2',h.dataset.w*v.currentTime/v.duration||0))};
"""


def html(
    data: dict[str, Any],
    v: variant.Variant,
    checks: list[Check],
    momentary: list[list[float]],
    listened: Listened,
    stills: tuple[str, ...] = (),
) -> str:
    """One page: verdict, player, checks, timeline, loudness, lines with flags first. `stills` are a frame before and
    after its subtitles were replaced, as JPEG data addresses."""
    e = escape.escape
    name = f"{data['series']} · {data['episode']['name']} · {data['market']}"
    video = next(n for n in data["outputs"] if n.endswith(".mp4"))
    vtt = [n for n in data["outputs"] if n.endswith(".vtt")]
    tracks = "".join(
        f'<track kind="subtitles" src="{e(_url(n))}" {"default" if not i else ""}>' for i, n in enumerate(vtt)
    )
    order = {Verdict.FAIL: 0, Verdict.REVIEW: 1, Verdict.PASS: 2}
    rows = "".join(
        f'<tr><td><span class="badge {c.verdict}">{c.verdict}</span></td><td>{e(c.name)}</td><td class="n">{e(c.figure)}</td>'
        f'<td class="soft">{e(c.limit)}{"<br>" + e(c.detail) if c.detail else ""}</td></tr>'
        for c in sorted(checks, key=lambda c: order[c.verdict])
    )
    lines = sorted(data["lines"], key=doubt)
    duration = data["episode"]["duration_ms"]
    engines = "".join(
        f"<tr><td>{e(x['stage'])}</td><td>{e(x['name'])} {e(x['version'])}</td><td>{e(x['model'])}</td><td>{e(x['licence'])}</td><td>{e(x['held'])}</td></tr>"
        for x in data["engines"]
    )
    notes = "".join(f"<p>⚠ {e(n)}</p>" for n in data["notes"])
    voices = "Voices are synthetic." if v.dubbed else "Original voices."
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{e(name)}</title><style>{STYLE}</style><main>
<h1>{e(name)} <span class="badge {data["verdict"]}">{data["verdict"]}</span></h1>
<p class="soft">{e(data["episode"]["source_lang"])} → {e(data["language"])} · {duration / 1000:.1f} s · {voices}</p>{notes}
<div class="top"><video controls preload="metadata" src="{e(_url(video))}">{tracks}</video>
<div class="facts scroll"><table><tr><th>verdict<th>check<th>figure<th>limit, and where it fails</tr>{rows}</table></div></div>
{_stills(stills)}<h2>Timeline</h2>{_timeline(v, duration)}
<p class="soft">grey: source speech · blue: dub · red: over rate 1.15 or flagged · ticks: picture cuts</p>
<h2>Loudness</h2>{_loudness(momentary, v, duration)}
<h2>Lines</h2><div class="scroll"><table><tr><th><th>line<th>speaker<th>source<th>target<th>origin<th>rate<th>flags</tr>
{"".join(_row(row) for row in lines)}</table></div>
{_kept(data["kept"], data["muted"])}{_set_right(data["set_right"])}{_spent(data["spent"], data.get("spent_episode", []), data.get("spent_season", []))}<h2>Engines and licences</h2><div class="scroll"><table><tr><th>stage<th>engine<th>model<th>licence<th>bytes held by</tr>{engines}</table></div>
</main><script>{SCRIPT}</script></html>
"""


def _kept(kept: list[dict[str, Any]], muted: list[dict[str, Any]]) -> str:
    """Where the source's own sound stands in the dub, and where nothing does, with the reason."""
    e = escape.escape
    shown = "".join(
        f'<tr><td><button data-a="{r["start_ms"]}" data-b="{r["end_ms"]}">▶</button></td><td>{what}</td>'
        f'<td class="n">{r["start_ms"] / 1000:.1f}–{r["end_ms"] / 1000:.1f} s</td><td>{e(r["why"])}</td><td>{e(r["text"])}</td></tr>'
        for what, rows in (("kept", kept), ("muted", muted))
        for r in rows
    )
    head = "<tr><th><th>what<th>time<th>why<th>as the file calls it</tr>"
    return f'<h2>Sounds that are nobody\'s words</h2><div class="scroll"><table>{head}{shown}</table></div>\n' if shown else ""


def _set_right(rows: list[dict[str, Any]]) -> str:
    """What was set right by itself in the studio's files, one row a kind."""
    e = escape.escape
    shown = "".join(
        f'<tr><td>{e(r["where"])}</td><td>{e(r["what"])}</td><td class="n">{r["count"]}</td>'
        f'<td class="soft">{e(r["example"])}</td></tr>'
        for r in rows
    )
    head = "<tr><th>file<th>what<th>times<th>first at, or an example</tr>"
    return f'<h2>Set right</h2><div class="scroll"><table>{head}{shown}</table></div>\n' if rows else ""


def _spent(rows: list[dict[str, Any]], episode: list[dict[str, Any]], season: list[dict[str, Any]]) -> str:
    """What was used and paid at served models for this variant, one row an endpoint; of what its episode's markets share,
    and of the season so far, requests and price."""
    e = escape.escape
    shown = "".join(
        f'<tr><td>{e(r["endpoint"])}</td><td>{e(r["model"])}</td><td class="n">{r["requests"]}'
        f'{f" ({n} unanswered)" if (n := r["unanswered_requests"]) else ""}</td><td class="n">{_used(r)}</td>'
        f'<td class="n">{r["cost"]:.4f} {e(r["currency"])}</td></tr>'
        for r in rows
    )
    told = _paid("For all markets of the episode together", episode) + _paid("The season so far", season)
    head = "<tr><th>endpoint<th>model<th>requests<th>used<th>cost, by its price</tr>"
    return f'<h2>Paid for</h2><div class="scroll"><table>{head}{shown}</table></div>{told}\n' if rows or episode else ""


def _paid(what: str, rows: list[dict[str, Any]]) -> str:
    told = ", ".join(f"{r['endpoint']} {r['cost']:.4f} {r['currency']} ({r['requests']} requests)" for r in rows)
    return f'<p class="soft">{what}: {escape.escape(told)}.</p>' if rows else ""


def _used(row: dict[str, Any]) -> str:
    units = [f"{row['tokens_in']} tokens in, {row['tokens_out']} out"] if row["tokens_in"] or row["tokens_out"] else []
    units += [f"{row['characters']} characters"] if row["characters"] else []
    units += [f"{row['seconds']:.1f} s of sound"] if row["seconds"] else []
    return ", ".join(units)


def _stills(stills: tuple[str, ...]) -> str:
    shown = "".join(
        f'<img src="{escape.escape(s)}" alt="" style="max-width:45%;margin-right:8px">' for s in stills if s
    )
    return f"<h2>Subtitles in the picture, before and after</h2><div>{shown}</div>" if shown else ""


def _row(row: dict[str, Any]) -> str:
    e = escape.escape
    target = e(row["target"]) or "—"
    for term in row["terms"]:
        target = target.replace(e(term["locked"]), f"<mark>{e(term['locked'])}</mark>")
    start, end = row["start_ms"], max(row["end_ms"], row["dub_end_ms"] or 0) + 200
    return (
        f'<tr{" class=flag" if row["flags"] else ""}><td><button data-a="{start}" data-b="{end}">▶</button></td>'
        f'<td class="n">{e(row["id"])}<br><span class="soft">{start / 1000:.1f}s</span></td><td>{e(row["speaker"])}{_manner(row)}</td>'
        f'<td>{e(row["source"])}</td><td>{target}{_meaning(row)}</td><td class="soft">{e(row["origin"])}{_timed(row)}</td>'
        f'<td class="n">{row["rate"]:.2f}</td><td class="soft">{e(", ".join(row["flags"]))}</td></tr>'
    )


def _manner(row: dict[str, Any]) -> str:
    """How a line is said: as its transcript has it, else as it is measured, with how sure that is."""
    measured = row.get("manner_measured") or {}
    told = row.get("manner") or ""
    if not told and measured.get("manner") and measured["confidence"] >= SHOWN:
        told = f"{measured['manner']}? ({measured['confidence']:.0%} sure)"
    return f'<br><span class="soft">{escape.escape(told)}</span>' if told else ""


def _timed(row: dict[str, Any]) -> str:
    """Who told when a line is said, where its recogniser did not, and what the line cost."""
    by = f"<br>timed by {escape.escape(row['timed_by'])}" if row.get("timed_by") else ""
    cost = "".join(f"<br>{r['cost']:.5f} {escape.escape(r['currency'])}" for r in row.get("spent", ()) if r["cost"])
    return by + cost


def doubt(row: dict[str, Any]) -> tuple[bool, bool, bool]:
    """What lines are sorted by: those whose meaning is doubtful first, surely wrong ones before the rest, then flagged."""
    severe = any(f["severity"] == "error" for f in row.get("findings", ()))
    return not severe, not row.get("findings"), not row["flags"]


def _meaning(row: dict[str, Any]) -> str:
    """What was found in a line, and the line brought back, for those who do not read its language."""
    e = escape.escape
    found = "".join(f'<br><b class="soft">⚠ {e(f["kind"])}: {e(f["evidence"])}</b>' for f in row.get("findings", ()))
    back = f'<br><span class="soft">comes back as: {e(row["back"])}</span>' if row.get("back") else ""
    return found + back


def _timeline(v: variant.Variant, duration_ms: int) -> str:
    width, per = 1040, 1040 / max(1, duration_ms)
    speakers = list(dict.fromkeys(line.speaker for line in v.lines))
    height = 24 + 34 * len(speakers)
    shapes = [f'<line x1="{c * per:.1f}" x2="{c * per:.1f}" y1="0" y2="{height}" stroke="#e2e8f0"/>'
              for c in next(iter(v.looks.values())).cuts]  # fmt: skip
    flagged = {t.line_id for t in v.translations if t.flags} | {t.line_id for t in v.takes if t.flags}
    rows = {line.id: speakers.index(line.speaker) for line in v.lines}
    for line in v.lines:
        y = 6 + 34 * rows[line.id]
        shapes.append(
            _bar(line.start_ms * per, y, (line.end_ms - line.start_ms) * per, "var(--src)", f"{line.id} {line.text}")
        )
    for take in v.takes:
        y = 18 + 34 * rows[take.line_id]
        colour = "var(--bad)" if take.line_id in flagged else "var(--dub)"
        text = f"{take.line_id} rate {take.rate:.2f}"
        shapes.append(_bar(take.start_ms * per, y, (take.end_ms - take.start_ms) * per, colour, text))
    shapes += [f'<text x="2" y="{34 * n + 36}">{escape.escape(s)}</text>' for n, s in enumerate(speakers)]
    shapes.append(f'<line class="head" data-w="{width}" x1="0" x2="0" y1="0" y2="{height}" stroke="#111"/>')
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="timeline">{"".join(shapes)}</svg>'


def _bar(x: float, y: float, width: float, colour: str, text: str) -> str:
    title = escape.escape(text)
    return f'<rect x="{x:.1f}" y="{y}" width="{max(1, width):.1f}" height="10" rx="2" fill="{colour}"><title>{title}</title></rect>'


def _loudness(momentary: list[list[float]], v: variant.Variant, duration_ms: int) -> str:
    width, height, low, high = 1040, 130, -45.0, 0.0

    def y(level: float) -> float:
        return (high - max(low, min(high, level))) / (high - low) * height

    points = " ".join(f"{ms / max(1, duration_ms) * width:.1f},{y(level):.1f}" for ms, level in momentary)
    grid = "".join(
        f'<line x1="0" x2="{width}" y1="{y(g):.1f}" y2="{y(g):.1f}" stroke="#eef1f5"/><text x="2" y="{y(g) - 2:.1f}">{g}</text>'
        for g in (-40, -30, -20, -10)
    )
    target = f'<line x1="0" x2="{width}" y1="{y(v.preset.lufs):.1f}" y2="{y(v.preset.lufs):.1f}" stroke="var(--ok)" stroke-dasharray="5 4"/>'
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="momentary loudness in LUFS">{grid}{target}'
        f'<polyline points="{points}" fill="none" stroke="var(--dub)" stroke-width="1.2"/>'
        f'<line class="head" data-w="{width}" x1="0" x2="0" y1="0" y2="{height}" stroke="#111"/></svg>'
    )


def _url(name: str) -> str:
    return quote(name)


def index(rows: list[tuple[str, str, str, str, str]]) -> str:
    """A page that lists variants: (episode, market, verdict, why, link to the report)."""
    e = escape.escape
    body = "".join(
        f'<tr><td><span class="badge {verdict}">{verdict}</span></td><td><a href="{e(_url(link))}">{e(episode)} · {e(market)}</a></td>'
        f'<td class="soft">{e(why)}</td></tr>'
        for episode, market, verdict, why, link in rows
    )
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>variants</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en">{head}<main><h1>Variants</h1><table>{body}</table></main></html>\n'
