"""One variant's files in a work folder: subtitles, speech track, video; probed, checked, and reported on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from ..audio import levels
from ..audio.files import from_flac, write_wav
from ..audio.samples import RATE
from ..engines.served.spending import Spending
from ..errors import LocalizeError
from ..files import file_sha256
from ..markets import Loudness, Market
from ..media import ffmpeg, probe, tone
from ..media.probe_process import ask
from ..mixing import master
from ..qc import checks as qc_checks
from ..qc.variant import Output, Variant
from ..records import Check, Cue, Episode, Transcript, Translation, Verdict, worst
from ..session import Session
from ..subtitles import formats, sdh
from ..subtitles.cues import Look, for_language
from ..subtitles.cues import cues as cut_cues
from ..subtitles.cues import look as look_of
from ..threads import together
from . import report, report_page, spent
from .ingredients import Ingredients
from .replace_text import Replaced, replaced

TRIES = 3
MUX_S = 300  # for putting a video together, and two seconds more for each second of it
COARSE = 8000  # Hz, enough to find a shift of a frame


class Render:
    """One variant's files in a work folder. `files()` makes them and sets `verdict`."""

    def __init__(self, session: Session, episode: Episode, market: Market, made: Ingredients, work: Path) -> None:
        self.session, self.episode, self.market, self.made, self.work = session, episode, market, made, work
        self.preset: Loudness = session.settings.loudness[market.loudness]
        self.tags = (market.language, *market.extra_subtitles)
        self.verdict = Verdict.FAIL
        self.replaced: Replaced | None = None

    def files(self) -> list[str]:
        """Names of the rendered files, the report among them."""
        base = f"{self.episode.name}.{self.market.language}"
        cues, looks = self._cues()
        names = []
        for tag in self.tags:
            names += self._texts(tag, cues[tag], looks[tag])
        names += self._forced(looks[self.market.language])
        names += self._proposed()
        if self.made.spoken:
            names.append(f"{base}.dub.wav")
        if self.made.burnt_in:
            self.replaced = self._replace_text(cues[self.market.language], looks[self.market.language])
        video = f"{self.episode.name}.{self.market.name}.mp4"
        jobs: list[Callable[[], Any]] = [partial(self._mux, self.work / video, names), partial(self._dub, base)]
        measured, _dub = together(jobs, self.session.settings.threads)
        names.append(video)
        if "burned" in self.market.also:
            names.append(self._burn(video, cues[self.market.language], looks[self.market.language]))
        variant = self._variant(cues, looks, self._probe(self.work / video, measured))
        checks = qc_checks.run(variant)
        self.verdict = worst(c.verdict for c in checks)
        data = self._report(variant, checks, names, measured)
        (self.work / "report.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        stills = (self.replaced.before, self.replaced.after) if self.replaced else ()
        page = report_page.html(data, variant, checks, measured["momentary"], self.made.listened, stills)
        (self.work / "report.html").write_text(page, encoding="utf-8")
        return [*names, "report.json", "report.html"]

    def _dub(self, base: str) -> None:
        """The speech track, where there is one."""
        if self.made.spoken:
            samples, rate = from_flac(self.session.steps.store.need(self.made.spoken.track))
            write_wav(self.work / f"{base}.dub.wav", samples, rate)

    def _texts(self, tag: str, cues: list[Cue], look: Look) -> list[str]:
        """One language's subtitle files."""
        canvas, also, base = self._canvas(tag, look), self.market.also, f"{self.episode.name}.{tag}"
        made = {f"{base}.srt": formats.to_srt(cues), f"{base}.vtt": formats.to_vtt(cues, tag)}
        if "ass" in also:
            made[f"{base}.ass"] = formats.to_ass(cues, canvas)
        if "ttml" in also:
            made[f"{base}.ttml"] = formats.to_ttml(cues, tag, canvas)
        if "sdh" in also:
            hard = self._for_the_deaf(tag, look)
            made |= {f"{base}.sdh.srt": formats.to_srt(hard), f"{base}.sdh.vtt": formats.to_vtt(hard, tag)}
        for name, text in made.items():
            (self.work / name).write_text(text, encoding="utf-8")
        return list(made)

    def _for_the_deaf(self, tag: str, look: Look) -> list[Cue]:
        listened, language = self.made.listened, self.session.settings.language(tag)
        names = self.made.speaker_names.get(tag, {})
        labels = {t.line_id: t.text for t in self.made.notes.get(tag, []) if t.text}
        sounds = [(x, labels[x.id]) for x in listened.sounds if x.id in labels]
        texts = {t.line_id: t.text for t in self._translations(tag)}
        slower = replace(look, cps=language.cps_sdh)
        return sdh.for_the_deaf(self._transcript(tag).lines, texts, names, sounds, self._until(), slower)

    def _forced(self, look: Look) -> list[str]:
        """The file of what the picture shows in writing, for viewers who turn subtitles off; none where there is none."""
        listened, tag = self.made.listened, self.market.language
        texts = {t.line_id: t.text for t in self.made.notes.get(tag, [])}
        if self.made.spoken is None or not listened.screen:
            return []
        shown = {i: t.upper() if x.text.isupper() else t for x in listened.screen if (t := texts.get(i := x.id))}
        cues = cut_cues(listened.screen, shown, {}, look)
        name = f"{self.episode.name}.{tag}.forced.srt"
        (self.work / name).write_text(formats.to_srt(cues), encoding="utf-8")
        return [name]

    def _replace_text(self, cues: list[Cue], look: Look) -> Replaced:
        """The picture with its subtitles covered and the market's own in their place."""
        canvas, way = self._canvas(self.market.language, look), self.market.cover
        lines, source = self.made.burnt_in, self.made.listened.transcript.language
        return replaced(self.session, self.episode, way, lines, source, cues, canvas, self.work)

    def _proposed(self) -> list[str]:
        """Other writing that was read in the picture, for a person to put beside the episode as EP.screen.srt."""
        proposed = self.made.listened.proposed
        if not proposed or self.made.listened.screen:
            return []
        name = f"{self.episode.name}.screen.proposed.srt"
        cues = [Cue(x.start_ms, x.end_ms, x.text, x.id) for x in proposed]
        (self.work / name).write_text(formats.to_srt(cues), encoding="utf-8")
        return [name]

    def _canvas(self, tag: str, look: Look) -> formats.Canvas:
        font = self.session.settings.language(tag).font
        return formats.Canvas(*probe.displayed_size(self.episode.media), look.chars, font)

    def _burn(self, video: str, cues: list[Cue], look: Look) -> str:
        """A second video with the market's own cues drawn into the picture."""
        tag = self.market.language
        name, styled = f"{self.episode.name}.{self.market.name}.burned.mp4", self.work / "burn.tmp"
        canvas = self._canvas(tag, look)
        ffmpeg.need_font(canvas.font, tag)
        styled.write_text(formats.to_ass(cues, canvas), encoding="utf-8")
        # where text was covered the picture is SDR already
        ffmpeg.burn(self.work / video, styled, self.work / name, "" if self.replaced else self.episode.media.transfer)
        styled.unlink()
        return name

    def _translations(self, tag: str) -> list[Translation]:
        return self.made.translations if tag == self.market.language else self.made.extra[tag]

    def _transcript(self, tag: str) -> Transcript:
        own = self.made.listened.transcript
        return replace(own, lines=self.made.extra_lines.get(tag, own.lines))

    def _until(self) -> dict[str, int]:
        return {t.line_id: t.end_ms for t in self.made.spoken.takes} if self.made.spoken else {}

    def _cues(self) -> tuple[dict[str, list[Cue]], dict[str, Look]]:
        info = self.episode.media
        until = self._until()
        cues, looks = {}, {}
        for tag in self.tags:
            language = self.session.settings.language(tag)
            vertical = probe.is_vertical(info)
            looks[tag] = look_of(language, vertical, info.frame_ms, info.duration_ms, self.made.cuts)
            texts = self._translations(tag)
            cues[tag] = for_language(self._transcript(tag), texts, until, looks[tag])
        return cues, looks

    def _mux(self, target: Path, names: list[str]) -> dict[str, Any]:
        """Mux, measure the encoded programme, and master anew where the codec moved it past the preset."""
        language, settings = self.session.settings.language(self.market.language), self.session.settings
        source = self._source_language()
        samples, _rate = from_flac(self.session.steps.store.need(self.made.programme))
        info = self.episode.media
        own = self.market.language
        # what is drawn into the picture need not be shown a second time
        shown = "0" if self.replaced else "default"
        files = [(f"{self.episode.name}.{t}.srt", t, shown if t == own else "0") for t in self.tags]
        files += [(n, own, "forced") for n in names if n.endswith(".forced.srt")]
        sub = [
            (self.work / n, settings.language(t).iso, settings.language(t).name + " (forced)" * (use == "forced"), use)
            for n, t, use in files
            if (self.work / n).stat().st_size
        ]
        dubbed = self.made.spoken is not None
        titles = {
            "dub": f"{language.name} (synthetic dub)" if dubbed else f"{language.name} (original)",
            "original": "Original",
            "comment": "Dubbed and subtitled by machine; voices are synthetic." if dubbed else "Subtitled by machine.",
        }
        ceiling, preset = self.preset.true_peak - master.CODEC_ROOM_DB, self.preset
        measured: dict[str, Any] = {}
        for attempt in range(TRIES):
            wav = self.work / "programme.tmp"
            write_wav(wav, samples, RATE)
            argv = ffmpeg.mux_argv(
                self.replaced.picture if self.replaced else Path(self.episode.path), wav, target,
                original_sound=True, original_codec=info.audio_codec,
                language_iso=language.iso, source_iso=source, subtitles=sub, titles=titles,
                duration_ms=info.duration_ms, picture=info.picture, sound=info.sound,
                video_codec="" if self.replaced else info.video_codec, channels=info.channels, steady=info.steady,
                original=Path(self.episode.path) if self.replaced else None, beside=info.beside, pair=info.pair,
            )  # fmt: skip
            timeout = MUX_S + 2 * info.duration_ms / 1000
            ffmpeg.run(["-v", "error", *argv], timeout=timeout, where=self.episode.name)
            wav.unlink()
            measured = ffmpeg.loudness(target)
            off, over = measured["lufs"] - preset.lufs, measured["true_peak_dbtp"] - preset.true_peak
            if (abs(off) <= min(0.25, preset.tolerance / 2) and over <= 0) or measured["lufs"] < -69:
                break
            if attempt + 1 < TRIES:
                ceiling -= max(0.0, over) + (0.1 if over > 0 else 0.0)
                wanted = Loudness(preset.lufs - (off if abs(off) > 0.25 else 0.0), preset.tolerance, preset.true_peak)
                samples = master.master(samples, wanted, ceiling)
        return measured

    def _source_language(self) -> str:
        try:
            return self.session.settings.language(self.made.listened.transcript.language).iso
        except LocalizeError:
            return "und"

    def _probe(self, path: Path, measured: dict[str, Any]) -> Output:
        source = self.episode.media
        dropped = Path(self.episode.path)
        looks: list[Callable[[], Any]] = [partial(ask, [path, dropped], hashes=True), partial(self._matched, path)]
        (made, theirs), (offset, alike) = together(looks, self.session.settings.threads)
        found = probe.media_of(made, path.name)
        sounds, texts = ([s for s in made["streams"] if s["type"] == kind] for kind in ("audio", "subtitle"))
        facts = {
            "sound_languages": tuple(s["language"] for s in sounds),
            "sound_defaults": tuple(s["default"] for s in sounds),
            "text_languages": tuple(s["language"] for s in texts),
        }
        same = self.replaced is not None or probe.same_packets(made, theirs, path, dropped)
        return Output(
            drift_ms=found.duration_ms - source.duration_ms,
            sound_drift_ms=found.sound_end_ms - source.duration_ms,
            picture_same=same,
            lufs=measured["lufs"],
            true_peak=measured["true_peak_dbtp"],
            offset_ms=round(offset, 1),
            match_db=round(alike, 1),
            **facts,
        )

    def _matched(self, path: Path) -> tuple[float, float]:
        """The video's first sound against the programme: its shift in ms, and the dB explained."""
        wanted, rate = from_flac(self.session.steps.store.need(self.made.programme))
        coarse = np.asarray(soxr.resample(wanted.mean(1), rate, COARSE), np.float32)
        return levels.match(coarse, ffmpeg.decode(path, COARSE, 1)[:, 0], COARSE)

    def _variant(self, cues: dict[str, list[Cue]], looks: dict[str, Look], output: Output) -> Variant:
        settings, spoken = self.session.settings, self.made.spoken
        transcript = self.made.listened.transcript
        return Variant(
            language=self.market.language,
            dubbed=spoken is not None,
            lines=transcript.lines,
            words=transcript.words,
            translations=tuple(self.made.translations),
            takes=spoken.takes if spoken else (),
            cues=cues,
            looks=looks,
            preset=self.preset,
            output=output,
            frame_ms=self.episode.media.frame_ms,
            clip_levels=spoken.clip_levels if spoken else {},
            wanted_levels=spoken.wanted_levels if spoken else {},
            balance=self.made.balance,
            source_ms=(self.episode.media.duration_ms, self.episode.media.sound_end_ms, self.made.listened.sound_ms),
            lost_ms=self.episode.media.sound_lost_ms,
            readings=self.made.listened.readings,
            stem=self.made.listened.stem is not None,
            heard=self.made.heard,
            unused=self.made.unused,
            left=self.made.left,
            wanted_sound=(settings.language(self.market.language).iso, self._source_language()),
            wanted_text=(*(settings.language(t).iso for t in self.tags if cues[t]), *self._forced_iso()),
            extra_translations={t: tuple(v) for t, v in self.made.extra.items()}
            | {f"{t} notes": tuple(v) for t, v in self.made.notes.items()},
            covered=self.replaced.facts if self.replaced else None,
            judged=self.made.meaning,
            machine=self.market.machine,
        )

    def _forced_iso(self) -> tuple[str, ...]:
        file = self.work / f"{self.episode.name}.{self.market.language}.forced.srt"
        there = file.is_file() and file.stat().st_size
        return (self.session.settings.language(self.market.language).iso,) if there else ()

    def _notes(self) -> list[str]:
        """What a reader of the report should know of the picture."""
        notes = list(self.replaced.notes) if self.replaced else []
        if transfer := self.episode.media.transfer:
            drawn = self.replaced is not None or "burned" in self.market.also
            what = "brought to SDR where text is drawn or covered" if drawn else "copied untouched"
            notes.append(f"the picture is HDR ({tone.SHOWN[transfer]}): {what}")
        if self.market.cover and self.made.spoken is not None and not self.replaced:
            notes.append("no subtitles were found in the picture: nothing was covered")
        return notes

    def _report(self, v: Variant, checks: list[Check], names: list[str], measured: dict[str, Any]) -> dict[str, Any]:
        outputs = {n: {"sha256": file_sha256(self.work / n), "bytes": (self.work / n).stat().st_size} for n in names}
        wall = self.session.clock.total(self.episode.name, "", self.market.language, self.market.name)
        spending = Spending(self.session.settings.home, self.session.engines.context.series)
        data = report.data(
            self.session.bible.name,
            self.episode,
            self.market,
            v,
            checks,
            outputs,
            self.made.listened,
            self.made.engines,
            wall,
            measured,
            spending.of_episode(self.episode.name, (self.market.language, *self.market.extra_subtitles)),
            {m.id: m.held for m in self.session.engines.context.registry.models.values()},
        )
        data["notes"] += self._notes()
        book = spending.by_subject()
        data["spent_season"], lines = spent.added_up(book), spent.by_line(book, self.episode.name, self.market.language)
        # the episode is heard once for all its markets
        data["spent_episode"] = spent.added_up(row for row in book if row.about == self.episode.name)
        for row in data["lines"]:
            row["spent"] = lines.get(row["id"], [])
        return data
