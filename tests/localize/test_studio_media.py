"""What lies in a studio's media: sound on several tracks, subtitles inside the file, pictures in HDR."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from localize.audio.files import write_wav
from localize.audio.samples import RATE
from localize.errors import MediaError
from localize.media import cover, ffmpeg, probe, soundtrack, tone
from localize.media.frames import View, frames
from localize.pipeline.admit import admit
from localize.qc import checks
from localize.records import Flag, Verdict
from localize.session import Session
from localize.transcript.steps import listen

ENGLISH = "I never wanted any of this. The company is yours, and the house too. Please, just let me go home tonight."
SPANISH = "Nunca quise nada de esto. La empresa es tuya, y la casa también. Por favor, déjame ir a casa esta noche."
Mono = NDArray[np.float32]
LENGTH_S = 12
FIRST_MS = 1500


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Mono]:
    """One text in two languages, each starting at FIRST_MS, and music without speech."""
    from localize.session import open_session
    from localize.settings import load_settings

    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALIZE_HOME", str(tmp_path_factory.mktemp("home")))
        engine = open_session("untitled", load_settings()).engines.synthesizer()
        for name, text, language, voice in (("en", ENGLISH, "en-us", "af_heart"), ("es", SPANISH, "es", "ef_dora")):
            clip = engine.speak(engine.phonemes(text, language), voice, 1.0)
            said = np.asarray(soxr.resample(clip.samples, clip.rate, RATE), np.float32)
            made[name] = ffmpeg.fit_length(np.pad(said, (FIRST_MS * RATE // 1000, 0)), LENGTH_S * RATE)
    t = np.arange(LENGTH_S * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * f * t) * (0.5 + 0.5 * np.sin(t * f / 60)) for f in (110.0, 130.8, 164.8, 220.0))
    made["music"] = (0.03 * chord).astype(np.float32)
    made["silence"] = np.zeros(LENGTH_S * RATE, np.float32)
    return made


def with_tracks(path: Path, *tracks: Mono, options: tuple[str, ...] = ()) -> Path:
    """A video with a mono PCM track each."""
    argv = ["-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=180x320:r=25:d={LENGTH_S}"]
    for number, samples in enumerate(tracks):
        wav = path.with_name(f"track{number}.wav")
        write_wav(wav, samples[:, None], RATE)
        argv += ["-i", str(wav)]
    argv += [x for n in range(len(tracks) + 1) for x in ("-map", str(n))]
    ffmpeg.run([*argv, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le", *options, ffmpeg.url(path)])
    return path


def alike(one: Mono, two: Mono) -> float:
    """Correlation of two sounds."""
    count = min(len(one), len(two))
    return float(np.corrcoef(one[:count], two[:count])[0, 1])


@pytest.mark.models
def test_untagged_tracks_are_listened_to(session: Session, tmp_path: Path, voices: dict[str, Mono]) -> None:
    path = with_tracks(tmp_path / "E01.mov", voices["es"], voices["en"])
    by_hand = admit(session, path, "en")
    assert by_hand.media.sound == "a:1"
    (told,) = map(str, by_hand.media.set_right)
    assert "number 2 is the programme (by listening; heard: 1 es" in told
    assert alike(soundtrack.decode(by_hand)[:, 0], voices["en"]) > 0.99
    unasked = admit(session, path)
    assert unasked.media.sound == "a:0"
    assert "2 en" in str(unasked.media.set_right[0])


@pytest.mark.models
def test_a_track_where_nobody_speaks_is_not_the_programme(
    session: Session, tmp_path: Path, voices: dict[str, Mono]
) -> None:
    path = with_tracks(tmp_path / "E01.mov", voices["silence"], voices["en"])
    media = admit(session, path).media
    assert (media.sound, media.pair) == ("a:1", "")
    assert "1 silent, 2 en" in str(media.set_right[0])


@pytest.mark.models
def test_left_and_right_are_one_programme(session: Session, tmp_path: Path, voices: dict[str, Mono]) -> None:
    left, right = 0.7 * voices["en"] + voices["music"], 0.7 * voices["en"] - 0.8 * voices["music"]
    episode = admit(session, with_tracks(tmp_path / "E01.mov", left, right), "en")
    assert (episode.media.sound, episode.media.beside, episode.media.pair) == ("a:0", "a:1", "stereo")
    samples = soundtrack.decode(episode)
    assert alike(samples[:, 0], left) > 0.99
    assert alike(samples[:, 1], right) > 0.99
    assert soundtrack.stem_name(episode) == ""


@pytest.mark.models
def test_an_audio_description_is_not_the_other_channel(session: Session, tmp_path: Path, voices: dict[str, Mono]) -> None:
    """The same sound, and somebody who tells what is seen where nobody else speaks."""
    described = voices["en"] + np.roll(voices["en"], 8 * RATE)
    media = admit(session, with_tracks(tmp_path / "E01.mov", voices["en"] + voices["music"], described), "en").media
    assert (media.sound, media.pair) == ("a:0", "")


@pytest.mark.models
@pytest.mark.parametrize("turned", [False, True])
def test_dialogue_and_music_on_two_tracks(
    session: Session, tmp_path: Path, voices: dict[str, Mono], turned: bool
) -> None:
    tracks = (voices["music"], voices["en"]) if turned else (voices["en"], voices["music"])
    episode = admit(session, with_tracks(tmp_path / "E01.mov", *tracks))
    media = episode.media
    assert (media.sound, media.beside) == (("a:1", "a:0") if turned else ("a:0", "a:1"))
    assert media.pair == "stem"
    assert alike(soundtrack.decode(episode)[:, 1], voices["en"] + voices["music"]) > 0.99
    heard = listen(session, episode)
    assert heard.stem is not None
    assert heard.stem["explained_db"] > 20


@pytest.mark.models
def test_a_full_mix_with_its_music_behind_it(session: Session, tmp_path: Path, voices: dict[str, Mono]) -> None:
    whole = voices["en"] + voices["music"]
    episode = admit(session, with_tracks(tmp_path / "E01.mov", whole, voices["music"]), "en")
    assert (episode.media.sound, episode.media.pair) == ("a:0", "mix")
    assert alike(soundtrack.decode(episode)[:, 0], whole) > 0.99
    stem = soundtrack.stem_of(episode)[:, 0]
    assert alike(stem, voices["music"]) > 0.99


@pytest.mark.models
def test_one_sound_twice_is_one_sound(session: Session, tmp_path: Path, voices: dict[str, Mono]) -> None:
    media = admit(session, with_tracks(tmp_path / "E01.mov", voices["en"], voices["en"]), "en").media
    assert (media.sound, media.pair) == ("a:0", "")


def test_the_original_of_two_tracks_is_delivered_as_one(tmp_path: Path) -> None:
    t = np.arange(LENGTH_S * RATE) / RATE
    one, two = ((0.2 * np.sin(2 * np.pi * f * t)).astype(np.float32) for f in (300.0, 700.0))
    path = with_tracks(tmp_path / "E01.mov", one, two)
    wav = tmp_path / "programme.wav"
    write_wav(wav, np.stack([one, two], 1), RATE)
    for pair in ("stereo", "stem"):
        made = tmp_path / f"{pair}.mp4"
        argv = ffmpeg.mux_argv(
            path, wav, made, original_sound=True, original_codec="pcm_s16le", language_iso="spa", source_iso="eng",
            subtitles=[], titles={"dub": "a", "original": "b", "comment": "c"}, duration_ms=LENGTH_S * 1000,
            channels=1, beside="a:1", pair=pair,
        )  # fmt: skip
        ffmpeg.run(["-v", "error", *argv])
        back = ffmpeg.decode(made, stream="a:1")
        assert probe.same_picture(path, made)
        both = (one, two) if pair == "stereo" else (one + two, one + two)
        assert [alike(back[:, n], both[n]) for n in (0, 1)] == pytest.approx([1, 1], abs=0.02)
        assert [x.language for x in probe.probe(made).sounds] == ["spa", "eng"]


# --- subtitles inside ------------------------------------------------------------------------------------------

SAID = "1\n00:00:01,500 --> 00:00:03,600\nANA: I never wanted any of this.\n\n2\n00:00:03,700 --> 00:00:08,500\nThe company is yours.\n"
MEANT = "1\n00:00:01,500 --> 00:00:03,600\nNunca quise nada de esto.\n"


def with_texts(path: Path, sound: Mono, *texts: tuple[str, str, str]) -> Path:
    """A video with text tracks: (SRT, language, codec)."""
    wav = path.with_name("sound.wav")
    write_wav(wav, sound[:, None], RATE)
    argv = ["-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=180x320:r=25:d={LENGTH_S}", "-i", str(wav)]
    tail: list[str] = []
    for number, (text, language, codec) in enumerate(texts):
        srt = path.with_name(f"text{number}.srt")
        srt.write_text(text, encoding="utf-8")
        argv += ["-i", str(srt)]
        tail += ["-map", str(number + 2), f"-c:s:{number}", codec, f"-metadata:s:s:{number}", f"language={language}"]
    tail += ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-t", str(LENGTH_S)]
    ffmpeg.run([*argv, "-map", "0", "-map", "1", *tail, ffmpeg.url(path)])
    return path


@pytest.mark.models
@pytest.mark.parametrize(("name", "codec"), [("E01.mkv", "subrip"), ("E01.mp4", "mov_text"), ("E01.mkv", "ass"), ("E01.webm.mkv", "webvtt")])
def test_a_text_track_in_the_source_language_is_the_transcript(
    session: Session, tmp_path: Path, voices: dict[str, Mono], name: str, codec: str
) -> None:
    path = with_texts(tmp_path / name, voices["en"], (MEANT, "spa", codec), (SAID, "eng", codec))
    episode = admit(session, path, "en")
    heard = listen(session, episode, "en")
    assert (heard.transcript.lines[0].speaker, heard.transcript.lines[0].text) == ("Ana", "I never wanted any of this.")
    assert len(heard.transcript.lines) == 2
    assert heard.transcript.lines[0].start_ms == pytest.approx(1500, abs=40)
    assert any("taken as the transcript" in s.what for s in heard.set_right)
    assert any("is no finished translation by itself" in n and "E01" in n and ".es.srt" in n for n in heard.notes)


@pytest.mark.models
def test_a_text_track_that_is_not_what_is_said_is_only_named(
    session: Session, tmp_path: Path, voices: dict[str, Mono]
) -> None:
    signs = "1\n00:00:00,200 --> 00:00:00,900\nNORTHWIND TOWER\n"
    path = with_texts(tmp_path / "E01.mkv", voices["en"], (signs, "eng", "subrip"), (SAID, "und", "subrip"))
    heard = listen(session, admit(session, path, "en"), "en")
    assert heard.transcript.origin == "asr"
    assert any("covers 0% of the speech" in n for n in heard.notes)
    assert any("says no language" in n and "E01.srt" in n for n in heard.notes)


@pytest.mark.models
def test_a_sidecar_comes_before_a_track(session: Session, tmp_path: Path, voices: dict[str, Mono]) -> None:
    path = with_texts(tmp_path / "E01.mkv", voices["en"], (SAID, "eng", "subrip"))
    (tmp_path / "E01.srt").write_text(SAID.replace("ANA", "LENA"), encoding="utf-8")
    heard = listen(session, admit(session, path, "en"), "en")
    assert heard.transcript.lines[0].speaker == "Lena"
    assert any("E01.srt is the transcript" in n for n in heard.notes)


@pytest.mark.models
@pytest.mark.parametrize("kind", ["srt", "dialogue.csv"])
def test_a_line_while_nobody_speaks_goes_to_a_person(
    session: Session, tmp_path: Path, voices: dict[str, Mono], kind: str
) -> None:
    """The third line stands over music alone, the fourth is sung, which no detector hears."""
    said = [(1500, 3600, "I never wanted any of this."), (3700, 8000, "(whispers) The company is yours.")]
    said += [(10_000, 11_000, "Then it is settled."), (10_900, 11_900, "(singing) Home again.")]
    path = with_tracks(tmp_path / "E01.mov", voices["en"] + voices["music"])
    if kind == "srt":
        text = "".join(f"{n}\n00:00:{a / 1000:06.3f} --> 00:00:{b / 1000:06.3f}\n{t}\n\n" for n, (a, b, t) in enumerate(said, 1))
    else:
        text = "start,end,text\n" + "".join(f"{a / 1000},{b / 1000},{t}\n" for a, b, t in said)
    (tmp_path / f"E01.{kind}").write_text(text, encoding="utf-8")
    lines = listen(session, admit(session, path, "en"), "en").transcript.lines
    assert [Flag.NO_VOICE in x.flags for x in lines] == [False, False, True, False]

    class V:
        pass

    V.lines = lines  # type: ignore[attr-defined]
    found = checks.lines_heard(V())  # type: ignore[arg-type]
    assert (found.verdict, found.detail) == (Verdict.REVIEW, "L003 at 10.0 s")


# --- HDR -------------------------------------------------------------------------------------------------------

BT709 = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv,format=yuv420p"


def in_hdr(folder: Path, transfer: str) -> tuple[Path, Path]:
    """One picture in SDR and in HDR, its white as bright as diffuse white is to be."""
    sdr, hdr = folder / "sdr.mp4", folder / "hdr.mp4"
    source = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=180x320:r=25:d=1", "-f", "lavfi", "-i", "anullsrc", "-t", "1"]
    ffmpeg.run([*source, "-vf", BT709, "-c:v", "libx264", "-qp", "0", ffmpeg.url(sdr)])
    up = f"{BT709},zscale=t=linear:npl={tone.WHITE_NITS},format=gbrpf32le,"
    up += f"zscale=p=bt2020:t={transfer}:m=bt2020nc:r=tv:npl={tone.WHITE_NITS},format=yuv420p10le"
    colour = ["-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc"]
    hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:pools=1:qp=8", *colour]
    ffmpeg.run([*source, "-vf", up, *hevc, ffmpeg.url(hdr)])
    return sdr, hdr


def first(path: Path, pixels: str = "bgr24") -> NDArray[np.float64]:
    view = View((0, 0, 180, 320), (180, 320), 25.0)
    return next(frames(path, view, pixels)).astype(np.float64)


@pytest.mark.parametrize("transfer", [tone.PQ, tone.HLG])
def test_hdr_is_brought_to_sdr_where_it_is_drawn_into(tmp_path: Path, transfer: str) -> None:
    sdr, hdr = in_hdr(tmp_path, transfer)
    assert probe.probe(hdr).transfer == transfer
    assert probe.probe(sdr).transfer == ""
    styled = tmp_path / "burn.ass"
    styled.write_text("[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Text\n", encoding="utf-8")
    burned, covered, dull = tmp_path / "burned.mp4", tmp_path / "covered.mp4", tmp_path / "dull.mp4"
    ffmpeg.burn(hdr, styled, burned, transfer)
    cover.cover(hdr, [], "box", covered, (180, 320))
    ffmpeg.burn(hdr, styled, dull)
    wanted = first(sdr)
    far = {p.stem: float(np.abs(first(p) - wanted).mean()) for p in (burned, covered, dull)}
    assert far["burned"] < 30, far  # of 255: highlights are rolled off
    assert far["covered"] < 30, far
    assert far["dull"] > 2 * far["burned"], far
    for path in (burned, covered):
        listing = ffmpeg.run(["-i", ffmpeg.url(path), "-t", "0", "-f", "null", "-"])[1]
        assert "bt2020" not in listing
        assert "bt709" in listing
    assert cover.likeness(hdr, covered, (180, 320), 1000, []) > 0.98


def test_what_is_no_video_is_refused_as_before(tmp_path: Path) -> None:
    path = tmp_path / "E01.mov"
    path.write_bytes(b"no video" * 100)
    with pytest.raises(MediaError):
        probe.probe(path)
