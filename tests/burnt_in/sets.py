"""The scenes that the reader is measured on: eight and more dialogues over as many styles, and pictures without subtitles."""

from __future__ import annotations

from .scenes import SERIF, Scene, Sign, Style, lines
from .texts import ENGLISH, SCENES

LONG = 10**6
MARK = Sign("星河剧场", 0.16, 0.05, 0, LONG, 0.035, (220, 220, 220))
EPISODE = Sign("第12集", 0.86, 0.05, 0, LONG, 0.04)
SHOP = Sign("老王面馆", 0.2, 0.45, 60, 130, 0.06, (250, 220, 80), (150, 20, 20), (1.5, 0.4))
CARD = Sign("三年后", 0.5, 0.42, 180, 250, 0.09)
NOTE = Sign("江城第一\n人民医院", 0.7, 0.3, 90, 160, 0.05, (20, 20, 20), (240, 240, 230))


def _two_rows(texts: list[str]) -> list[str | tuple[str, ...]]:
    return [(t[: len(t) // 2], t[len(t) // 2 :]) if len(t) >= 9 else t for t in texts]


def with_subtitles() -> list[Scene]:
    """Every scene has other text in the picture too."""
    t = SCENES
    plain, shade = Style(), Style(outline=None, shadow=True, size=0.055)
    return [
        Scene("outline", 1080, 1920, 20, plain, lines(t["contract"]), (MARK, EPISODE, SHOP, CARD), seed=1),
        Scene(
            "fades",
            720,
            1280,
            20,
            Style(fill=(255, 225, 40), fade_frames=5, y=0.68),
            lines(t["hospital"]),
            (MARK, NOTE),
            seed=2,
        ),
        Scene("shadow", 540, 960, 20, shade, lines(t["banquet"]), (EPISODE, CARD), seed=3, light=(20, 170)),
        Scene("box", 1920, 1080, 20, Style(outline=None, box=150, y=0.88), lines(t["school"]), (MARK, SHOP), seed=4),
        Scene("bilingual", 720, 1280, 22, plain, lines(t["contract"], ENGLISH), (MARK, EPISODE), seed=5),
        Scene(
            "white-on-white",
            1080,
            1920,
            18,
            Style(outline=(120, 120, 120), stroke=0.05),
            lines(t["rain"]),
            (MARK,),
            seed=6,
            light=(200, 252),
        ),
        Scene(
            "reveal", 720, 1280, 20, Style(font=SERIF, reveal_frames=2, y=0.78), lines(t["village"]), (CARD,), seed=7
        ),
        Scene(
            "two-rows",
            540,
            960,
            20,
            Style(fill=(255, 90, 150), outline=(255, 255, 255), stroke=0.12, size=0.06),
            lines(_two_rows(t["wedding"])),
            (MARK, EPISODE),
            seed=8,
        ),
        Scene(
            "sweep",
            720,
            1280,
            20,
            Style(sweep=(255, 210, 0), y=0.8),
            lines(t["office"], fps=24),
            (MARK, SHOP),
            24,
            seed=9,
        ),
        Scene(
            "wide-60", 1280, 720, 12, Style(y=0.9, size=0.065), lines(t["hospital"][:4], fps=60), (MARK,), 60, seed=10
        ),
    ]


def without_subtitles() -> list[Scene]:
    """Letters, telephones, cards, credits, signs and a ticker: text, but nobody's dialogue."""
    letter = "\n".join(
        [
            "念念：",
            "见字如面。妈妈要出一趟远门，",
            "不知道什么时候能回来。",
            "抽屉里有存折，密码是你生日。",
            "好好读书，听外婆的话。",
        ]
    )
    chat = [
        Sign(text, x, y, 40 + 45 * n, 300, 0.042, (20, 20, 20), (150, 230, 120) if x > 0.5 else (245, 245, 245))
        for n, (text, x, y) in enumerate(
            [
                ("你到了吗", 0.3, 0.3),
                ("堵车了，再等十分钟", 0.64, 0.37),
                ("快点，他们要走了", 0.36, 0.44),
                ("知道了", 0.78, 0.51),
                ("你在哪个门", 0.31, 0.58),
                ("东门", 0.8, 0.65),
            ]
        )
    ]
    names = ["导演　王小川", "编剧　李明月", "摄影　赵一平", "美术　孙若彤", "录音　周大伟", "剪辑　吴佳"]
    credits = [Sign(text, 0.24, 0.86, 20 + 70 * n, 80 + 70 * n, 0.045) for n, text in enumerate(names)]
    shops = [
        Sign(
            text,
            0.1 + 0.2 * n % 0.8,
            0.35 + 0.1 * n,
            50 * n,
            50 * n + 90,
            0.06,
            (250, 230, 90),
            (20, 60, 140),
            (2.0 - n, 0.3),
        )
        for n, text in enumerate(["惠民超市", "手机维修", "福来药店", "鲜花速递", "旺角茶餐厅"])
    ]
    ticker = Sign(
        "本台消息：今日上午本市多条道路积水，请市民绕行。气象台发布暴雨黄色预警。",
        1.6,
        0.9,
        0,
        LONG,
        0.05,
        (255, 255, 255),
        (30, 30, 90),
        (-6.0, 0.0),
    )
    return [
        Scene(
            "letter-and-telephone",
            720,
            1280,
            16,
            signs=(MARK, Sign(letter, 0.5, 0.66, 310, 395, 0.045, (30, 20, 10), (235, 225, 200)), *chat),
            seed=11,
        ),
        Scene(
            "cards-and-credits",
            720,
            1280,
            18,
            signs=(EPISODE, CARD, Sign("星河剧场 出品", 0.5, 0.6, 10, 80, 0.07), *credits),
            seed=12,
        ),
        Scene("street-and-ticker", 720, 1280, 16, signs=(MARK, *shops, ticker), seed=13),
        Scene("nothing", 540, 960, 10, signs=(), seed=14),
    ]
