"""What an operator asks for: where things stand, what may go from the store."""

from __future__ import annotations

import json
import os
import socketserver
import threading
import time
from pathlib import Path

import pytest

from localize.cli import main
from localize.errors import OptionError, ServerError
from localize.service import mail
from localize.service.episodes import FAILED, RUNNING, EpisodeRecords
from localize.settings import load_settings
from localize.storage.blobs import Store, canonical
from localize.storage.ledger import Ledger
from localize.storage.retention import sweep
from localize.storage.step_cache import Steps


def test_a_sweep_takes_what_no_step_needs_and_nothing_else(tmp_path: Path) -> None:
    ledger, store = Ledger(tmp_path / "l.sqlite"), Store(tmp_path / "store")
    steps = Steps(ledger, store)
    track = store.put(b"a track that only a dub names")
    young = steps.data("dub", 1, {"n": 1}, "x", lambda: canonical({"track": track}))[0]
    old = steps.data("speak", 1, {"n": 2}, "x", lambda: b"an old clip")[0]
    orphan = store.put(b"nobody's")
    ledger.db.write("UPDATE steps SET done_at=?, used_at=0 WHERE name='speak'", (time.time() - 40 * 24 * 3600,))
    fresh = store.put(b"just written, its row comes next")
    for digest in (track, young, old, orphan):
        os.utime(store.path(digest), (1, 1))
    would = sweep(ledger, store, 30, dry_run=True)
    assert (would.steps, would.blobs) == (1, 2)
    assert store.get(old) == b"an old clip"
    swept = sweep(ledger, store, 30)
    assert (swept.steps, swept.blobs, swept.kept) == (1, 2, 3)
    assert [store.get(d) is not None for d in (track, young, old, orphan, fresh)] == [True, True, False, False, True]
    assert steps.data("speak", 1, {"n": 2}, "x", lambda: b"an old clip")[1] == b"an old clip"


def test_status_says_what_is_stuck_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("LOCALIZE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALIZE_BUCKET", f"file://{tmp_path / 'bucket'}")
    books = EpisodeRecords(Ledger(tmp_path / "home/ledger.sqlite"))
    one, _fresh = books.admit("night", "E01", "a", "E01.mp4")
    for _try in range(3):
        books.set_state(one, "india", RUNNING)
        books.set_state(one, "india", FAILED, "fail", "no route en -> hi")
    books.set_state(one, "us", RUNNING)
    assert main.main(["status", "--json"]) == 0
    rows = {r["market"]: r for r in json.loads(capsys.readouterr().out)}
    assert (rows["india"]["state"], rows["india"]["why"]) == ("stuck", "3 tries: no route en -> hi")
    assert rows["us"]["state"] == "died"
    assert rows["latam"]["state"] == "waiting"
    assert main.main(["status"]) == 0
    assert "night/E01 india: stuck: 3 tries: no route en -> hi" in capsys.readouterr().out
    monkeypatch.delenv("LOCALIZE_BUCKET")
    assert main.main(["status"]) == 2
    assert "LOCALIZE_BUCKET" in capsys.readouterr().err


def test_mail_reaches_everyone_or_says_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    class Post(socketserver.StreamRequestHandler):
        """As much of a mail server as takes one letter."""

        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            letter = False
            for line in self.rfile:
                heard.append(line.decode().rstrip("\r\n"))
                if letter:
                    letter = heard[-1] != "."
                    if letter:
                        continue
                word = heard[-1][:4].upper()
                letter = word == "DATA"
                self.wfile.write({"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(word, b"250 fine\r\n"))
                if word == "QUIT":
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Post) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        port = server.server_address[1]
        env = {"LOCALIZE_NOTIFY_MAIL": "ana@example.org, ben@example.org", "LOCALIZE_SMTP": f"smtp://127.0.0.1:{port}"}
        settings = load_settings({**os.environ, **env})
        assert mail.mail(settings, "E01: Failed\nBcc: x@example.org", "the disk is full\nhttp://ui") == 2
    assert {h for h in heard if h.startswith("rcpt")} == {"rcpt TO:<ana@example.org>", "rcpt TO:<ben@example.org>"}
    assert "Subject: E01: Failed Bcc: x@example.org" in heard  # no header by way of a run's name
    assert "the disk is full" in heard
    with pytest.raises(ServerError, match="mail could not be sent"):
        mail.mail(settings, "a", "b")
    with pytest.raises(OptionError, match="LOCALIZE_SMTP"):
        mail.mail(load_settings({**os.environ, **env, "LOCALIZE_SMTP": "http://x"}), "a", "b")
    assert mail.mail(load_settings({}), "a", "b") == 0
