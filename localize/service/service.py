"""The service's parts put together: bucket, books, studio settings; and what one episode's making does to them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..delivery.result import Delivered
from ..errors import OptionError, SidecarError
from ..pipeline.results import Failed
from ..records import Verdict
from ..review import edited_lines
from ..series.bible import Bible
from ..session import open_series
from ..settings import Settings, load_settings
from ..storage.bucket import Bucket, s3_options
from ..storage.ledger import open_ledger
from . import decisions, inbox, outbox
from .episodes import DELIVERED, ENDED, FAILED, REVIEW, RUNNING, EpisodeRecords, Known, key_of
from .plan import Plan, Work, plan
from .rules import BY_HAND, FILE, Rules, SeriesRules, refresh, rules_of

FRESH_S = 4.0  # rules that were read so lately are not read again for the next plan
REPORTS = ("report.json", "report.html")


@dataclass
class Service:
    """One machine's view of the service."""

    settings: Settings
    bucket: Bucket
    books: EpisodeRecords
    _rules: SeriesRules = field(default_factory=SeriesRules)
    _read_at: float = -FRESH_S - 1

    def look(self, now: Callable[[], float] = time.time) -> inbox.Look:
        """One look at the inbox."""
        found = inbox.look(self.bucket, self.books, now, markets=self.settings.markets)
        self._rules, self._read_at = found.rules, time.monotonic()
        return found

    def rules_now(self) -> SeriesRules:
        """All series' rules: as the last look read them, or read anew where that was a while ago."""
        if time.monotonic() - self._read_at > FRESH_S:
            listed = self.bucket.list("inbox")
            self._rules = refresh(self.bucket, self.books, listed, self.settings.markets)
            self._read_at = time.monotonic()
        return self._rules

    def rules(self, series: str) -> Rules:
        """A series' own rules. Raises SidecarError where they cannot be read: the series is held."""
        text = self.bucket.read(f"inbox/{series}/{FILE}")
        return rules_of(text, f"{series}/{FILE}", self.settings.markets)

    def markets_of(self, series: str) -> tuple[str, ...]:
        """The markets that a series is made for: those of its series.toml, else all. Raises SidecarError."""
        return self._markets(self.rules(series))

    def _markets(self, rules: Rules) -> tuple[str, ...]:
        return rules.markets or self.settings.usual_markets

    def plan(self, most: int | None = None, series: str | None = None) -> Plan:
        """What is wanted and not done, of one series or of all; of all, without those that a person starts by hand.
        New episodes come before a back catalogue, the oldest admission first.

        Nothing of a series is planned whose rules cannot be read: it is held. Episodes that turn out to be done are
        not looked at again until something of theirs is wanted anew.
        """
        rules = self.rules_now()
        without = () if series else tuple(s for s, r in rules.of.items() if r.by_hand)
        episodes = self.books.unfinished(series, (*without, *rules.held))
        episodes.sort(key=lambda k: rules.get(k.series).back_catalogue)  # stable: else oldest first
        variants, leased = self.books.variants_of(episodes), self.books.ledger.leased()
        made = plan(episodes, variants, lambda name: self._markets(rules.get(name)), leased, most)
        if made.done:
            self.books.finish(made.done)
        held = {s: why for s, why in rules.held.items() if series in (None, s)}
        return replace(made, held=held)

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
        return self.rules_now().of.get(series, Rules()).back_catalogue

    def missing(self, known: Known, markets: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the markets that did not end yet."""
        found = {m: self.books.variant(known, m) for m in markets}
        return tuple(m for m, v in found.items() if v is None or v.state not in ENDED)

    def waiting(self) -> list[tuple[Known, str]]:
        """Variants of the newest revisions that wait for a person: (episode, market)."""
        return self.books.variants_in(REVIEW)

    def find(self, series: str, episode: str) -> Known:
        """An admitted episode. Raises OptionError naming what there is."""
        known = self.books.episode(series, episode)
        if known is None:
            names = [k.name for k in self.books.episodes(series)][:8]
            do = f"choose from {', '.join(names)}" if names else f"drop it into inbox/{series}/ and wait for a look"
            raise OptionError(f"no episode {episode!r} of {series!r} was admitted", do=do)
        return known

    def out(self, known: Known) -> Path:
        """Where a revision's variants are made on this machine before they go out. Each revision has a place of its
        own: an older one that is still being made must not write into the folder of a newer one."""
        return self.settings.home / "work" / f"r{known.revision}"

    def folder(self, known: Known, market: str) -> Path:
        """A variant's folder on this machine."""
        return self.out(known) / known.series / known.name / market

    def started(self, known: Known, markets: tuple[str, ...], leased: bool = False) -> None:
        """Write that a run has these markets in hand."""
        for market in markets:
            self.books.set_state(known, market, RUNNING, leased=leased)
        self.tell(known)

    def finished(self, known: Known, result: Delivered | Failed, leased: bool = False) -> str:
        """Write how a market ended, and send out what may go out; its state, "wanted anew" where a person edited it
        while it was made.

        `leased`: nothing is sent or written where this process lost the episode's lease: raises LeaseLost.
        """
        market = result.market
        if leased and (now := self._stands(known, market)) != RUNNING:
            return now
        state, verdict, why, digest = FAILED, "", "", ""
        if isinstance(result, Failed):
            why = result.error
        else:
            verdict, why, digest = str(result.verdict), "; ".join(result.reasons), result.key
            check = partial(self.books.ledger.check_held, key_of(known)) if leased else lambda: None
            if result.verdict == Verdict.PASS:
                why = outbox.send(self.bucket, self.books, known, market, result.folder, check=check)
                state = DELIVERED
            elif result.verdict == Verdict.REVIEW:
                state = REVIEW
                self._show(known, result, check)
        written = self.books.set_state(known, market, state, verdict, why, digest, leased)
        self.tell(known)
        return state if written else self._stands(known, market)

    def _stands(self, known: Known, market: str) -> str:
        """The state of a variant; of one whose lines were edited while it was made, that it is wanted anew."""
        variant = self.books.variant(known, market)
        return variant.state if variant else "wanted anew"

    def _show(self, known: Known, result: Delivered, check: Callable[[], None]) -> None:
        """Put a variant's report and lines where people review, never an older revision's over a newer one's.

        Raises OptionError where a newer revision was admitted, LeaseLost where `check` says so.
        """
        market, to = result.market, f"review/{known.series}/{known.name}/{result.market}"
        with outbox.newest_alone(self.books, known, market, to):
            check()
            report = edited_lines.read_report(result.folder)
            for name in REPORTS:  # whoever decides may sit at another machine
                self.bucket.upload(result.folder / name, f"{to}/{name}")
            cps = self.settings.language(report["language"]).cps
            decisions.send_out(self.bucket, known, market, report, cps, result.key)

    def tell(self, known: Known) -> None:
        """Write the status file that a studio reads; a series that is held keeps the one it has."""
        with suppress(SidecarError):
            rules = self.rules(known.series)
            outbox.tell(self.bucket, self.books, known, self._markets(rules), BY_HAND if rules.by_hand else "")

    def bible(self, series: str) -> Bible:
        """A series' bible, with what people added. Raises SidecarError, StoreError."""
        return open_series(self.settings, self.books.ledger, series)

    def take_returns(self) -> list[tuple[Known, str]]:
        """Edited files that linguists dropped back: their variants are wanted anew."""

        changed = decisions.take_returns(
            self.bucket,
            self.books,
            self.bible,
            self.report_of,
            self.settings.home / "back",
        )
        for known, market in changed:
            self.books.decide(known, market, "again", "service", "lines came back edited")
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
        anew. The ledger says which one that is; of one from before it did, the report that lies for reviewers."""
        folder, variant = self.folder(known, market), self.books.variant(known, market)
        if not (folder / outbox.MANIFEST).is_file():
            return False
        if variant is not None and variant.digest:
            return outbox.variant_of(folder) == variant.digest
        sent = self._sent(known, market)
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
