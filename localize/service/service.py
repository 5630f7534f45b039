"""The service's parts put together: bucket, books, studio settings; and what one episode's making does to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..delivery.result import Delivered
from ..errors import LocalizeError, OptionError
from ..pipeline.results import Failed
from ..records import Verdict
from ..review import edited_lines
from ..series.bible import open_bible
from ..settings import Settings, load_settings
from ..storage.bucket import Bucket, s3_options
from ..storage.ledger import open_ledger
from . import decisions, inbox, outbox
from .episodes import DELIVERED, ENDED, FAILED, REVIEW, RUNNING, EpisodeRecords, Known, key_of
from .plan import Plan, Work, plan

REPORTS = ("report.json", "report.html")


@dataclass
class Service:
    """One machine's view of the service."""

    settings: Settings
    bucket: Bucket
    books: EpisodeRecords

    def rules(self, series: str) -> inbox.Rules:
        """A series' own rules. Raises SidecarError."""
        return inbox.rules_of(self.bucket.read(f"inbox/{series}/series.toml"), f"{series}/series.toml")

    def markets_of(self, series: str) -> tuple[str, ...]:
        """The markets that a series is made for: those of its series.toml, else all."""
        return self._markets(self.rules(series))

    def _markets(self, rules: inbox.Rules) -> tuple[str, ...]:
        return tuple(self.settings.market(m).name for m in rules.markets) or tuple(self.settings.markets)

    def plan(self, most: int | None = None, series: str | None = None) -> Plan:
        """What is wanted and not done, of one series or of all; of all, without those that a person starts by hand.
        New episodes come before a back catalogue, the oldest admission first.

        A series whose rules cannot be read is made for all markets.
        """
        known: dict[str, tuple[tuple[str, ...], bool]] = {}

        def wanted(name: str) -> tuple[tuple[str, ...], bool]:
            if name not in known:
                try:
                    rules = self.rules(name)
                    markets = () if series is None and rules.by_hand else self._markets(rules)
                    known[name] = (markets, rules.back_catalogue)
                except LocalizeError:
                    known[name] = (tuple(self.settings.markets), False)
            return known[name]

        episodes = sorted(self.books.episodes(series), key=lambda k: wanted(k.series)[1])  # stable: else oldest first
        variants, leased = self.books.variants(series), self.books.ledger.leased()
        return plan(episodes, variants, lambda name: wanted(name)[0], leased, most)

    def next(self, series: str | None, since: float, tried: set[str]) -> Work | None:
        """What to make now: of a series or of all; before a series' own, whatever was dropped `since` and is not of a
        back catalogue. `tried` (lease keys) is left out."""
        dropped = [w for w in self.plan().todo if w.episode.admitted_at >= since] if series else []
        urgent = [w for w in dropped if not self.is_back(w.episode.series)]
        for work in (*urgent, *self.plan(series=series).todo):
            if key_of(work.episode) not in tried:
                return work
        return None

    def is_back(self, series: str) -> bool:
        """Whether a series is of the back catalogue: its episodes come after new ones."""
        try:
            return self.rules(series).back_catalogue
        except LocalizeError:
            return False

    def missing(self, known: Known, markets: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the markets that did not end yet."""
        found = {m: self.books.variant(known, m) for m in markets}
        return tuple(m for m, v in found.items() if v is None or v.state not in ENDED)

    def waiting(self) -> list[tuple[Known, str]]:
        """Variants of the newest revisions that wait for a person: (episode, market)."""
        found: dict[tuple[str, str, int], list[str]] = {}
        for v in self.books.variants():
            if v.state == REVIEW:
                found.setdefault((v.series, v.name, v.revision), []).append(v.market)
        known = self.books.episodes() if found else []
        return [(k, market) for k in known for market in found.get((k.series, k.name, k.revision), ())]

    def find(self, series: str, episode: str) -> Known:
        """An admitted episode. Raises OptionError naming what there is."""
        known = self.books.episode(series, episode)
        if known is None:
            names = [k.name for k in self.books.episodes(series)][:8]
            do = f"choose from {', '.join(names)}" if names else f"drop it into inbox/{series}/ and wait for a look"
            raise OptionError(f"no episode {episode!r} of {series!r} was admitted", do=do)
        return known

    @property
    def out(self) -> Path:
        """Where variants are made on this machine before they go out."""
        return self.settings.home / "work"

    def folder(self, known: Known, market: str) -> Path:
        """A variant's folder on this machine."""
        return self.out / known.series / known.name / market

    def started(self, known: Known, markets: tuple[str, ...]) -> None:
        """Write that a run has these markets in hand."""
        for market in markets:
            self.books.set_state(known, market, RUNNING)
        outbox.tell(self.bucket, self.books, known, self.markets_of(known.series))

    def finished(self, known: Known, result: Delivered | Failed) -> str:
        """Write how a market ended, and send out what may go out; its state."""
        market = result.market
        state, verdict, why = FAILED, "", ""
        if isinstance(result, Failed):
            why = result.error
        else:
            verdict, why = str(result.verdict), "; ".join(result.reasons)
            if result.verdict == Verdict.PASS:
                why = outbox.publish(self.bucket, known, market, result.folder)
                state = DELIVERED
            elif result.verdict == Verdict.REVIEW:
                state = REVIEW
                report = edited_lines.read_report(result.folder)
                for name in REPORTS:  # whoever decides may sit at another machine
                    self.bucket.upload(result.folder / name, f"review/{known.series}/{known.name}/{market}/{name}")
                cps = self.settings.language(report["language"]).cps
                decisions.send_out(self.bucket, known, market, report, cps)
        self.books.set_state(known, market, state, verdict, why)
        outbox.tell(self.bucket, self.books, known, self.markets_of(known.series))
        return state

    def take_returns(self) -> list[tuple[Known, str]]:
        """Edited files that linguists dropped back: their variants are wanted anew."""

        changed = decisions.take_returns(
            self.bucket,
            self.books,
            lambda series: open_bible(self.settings, series),
            self.report_of,
            self.settings.home / "back",
        )
        for known, market in changed:
            self.again(known, market, "lines came back edited")
        return changed

    def report_of(self, known: Known, market: str) -> dict[str, Any] | None:
        """A variant's report: the one that lies for reviewers in the bucket, or this machine's; None where neither."""
        sent = self._sent(known, market)
        if sent is not None:
            report: dict[str, Any] = json.loads(sent)
            return report
        folder = self.folder(known, market)
        return edited_lines.read_report(folder) if (folder / "report.json").is_file() else None

    def at_hand(self, known: Known, market: str) -> bool:
        """Whether this machine holds the very variant that waits for a person; another may have made it, or made it
        anew."""
        folder, sent = self.folder(known, market), self._sent(known, market)
        if not (folder / outbox.MANIFEST).is_file():
            return False
        return sent is None or (folder / "report.json").read_bytes() == sent

    def _sent(self, known: Known, market: str) -> bytes | None:
        return self.bucket.read(f"review/{known.series}/{known.name}/{market}/report.json")

    def again(self, known: Known, market: str, why: str) -> None:
        """Want a market anew: the next catch-up makes it."""
        self.books.forget(known, market)
        self.books.decide(known, market, "again", "service", why)


def open_service(settings: Settings | None = None) -> Service:
    """The service over LOCALIZE_BUCKET. Raises OptionError, StoreError."""
    settings = settings or load_settings()
    if not settings.bucket:
        raise OptionError("LOCALIZE_BUCKET is not set", do="set it to file:///FOLDER or s3://BUCKET/PREFIX")
    bucket = Bucket(settings.bucket, s3_options(settings))
    bucket.there()
    return Service(settings, bucket, EpisodeRecords(open_ledger(settings)))
