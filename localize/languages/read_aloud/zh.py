"""Mandarin read aloud: characters for figures, two ways of saying two, telephone numbers with 幺."""

from __future__ import annotations

import re
from collections.abc import Callable

from .figures import sub as _spaced
from .numbers import MANDARIN, MOST, mandarin

SIGNS = {"+": "加", "=": "等于", "×": "乘", "&": "和", "@": "艾特", "#": "", "%": "", "°": "度"}
_PHONE = str.maketrans("0123456789", "零幺二三四五六七八九")
_DIGITS = str.maketrans("0123456789", MANDARIN)
_MONEY = {"US$": "美元", "$": "美元", "¥": "元", "￥": "元", "€": "欧元", "£": "英镑", "₹": "卢比", "R$": "雷亚尔"}
_UNITS = {"km/h": "公里每小时", "km²": "平方公里", "m²": "平方米", "m2": "平方米", "㎡": "平方米", "m³": "立方米", "km": "公里",
          "kg": "公斤", "mg": "毫克", "cm": "厘米", "mm": "毫米", "ml": "毫升", "m": "米", "g": "克", "L": "升", "°C": "度", "℃": "度", "°": "度", "min": "分钟", "h": "小时"}  # fmt: skip


def sub(pattern: str, say: Callable[[re.Match[str]], str], text: str) -> str:
    """As for other languages, but without blanks between what is read and the characters beside it."""
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", _spaced(pattern, say, text))


# a comma parts thousands, or what is counted down: "3,2,1"
FIGURE = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_MONEY_WORDS = "|".join([*_MONEY.values(), "块"])
_CODES = "验证码|密码|尾号|编号|号码|账号|帐号|卡号|工号|车牌号?|房间号|房号|座位号|口令|暗号|代号|学号|分机"
_CALLS = "救护车|火警|急救|报警|电话"
_MEASURES = "个位次天年件条张本只把块元岁名家位辆层层间杯瓶口周万亿千小时分钟点人"
_NOT_BEFORE = r"(?<![\dA-Za-z.,])"


def _figure(text: str, counted: bool = False) -> str:
    text = text.replace(",", "").replace("\u00a0", "")
    whole, _, rest = text.partition(".")
    said = whole.translate(_DIGITS) if int(whole) >= MOST else mandarin(int(whole), counted and not rest)
    return f"{said}点{rest.translate(_DIGITS)}" if rest else said


def _amount(text: str) -> str:
    """An amount of money: no zero at its end."""
    return _figure(re.sub(r"(\.\d*?)0+$", r"\1", text).rstrip("."))


def _clock(m: re.Match[str]) -> str:
    hour, minute = int(m[1]), int(m[2])
    said = ("两" if hour == 2 else mandarin(hour)) + "点"
    if minute == 30:
        return said + "半"
    return said + (f"零{mandarin(minute)}分" if 0 < minute < 10 else f"{mandarin(minute)}分" if minute else "")


def _date(m: re.Match[str]) -> str:
    return f"{m[1].translate(_DIGITS)}年{mandarin(int(m[2]))}月{mandarin(int(m[3]))}日"


def _telephone(m: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", m[0])
    return digits.translate(_PHONE) if 7 <= len(digits) <= 13 and (len(digits) >= 7) else ""


def read_figures(text: str) -> str:
    """The text with its figures in characters."""
    for sign, plain in {"½": "1/2", "¼": "1/4", "¾": "3/4"}.items():
        text = text.replace(sign, plain)
    signs = "|".join(re.escape(k) for k in sorted(_MONEY, key=len, reverse=True))
    units = "|".join(re.escape(k) for k in sorted(_UNITS, key=len, reverse=True))
    end = r"(?![\dA-Za-z])(?!\.\d|,\d{3}(?!\d))"
    text = sub(rf"{_NOT_BEFORE}(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?!\d)", _date, text)
    text = sub(rf"{_NOT_BEFORE}(\d{{4}})(?=年)", lambda m: m[1].translate(_DIGITS), text)
    text = re.sub(rf"({_CLOCK})[-–—~～](?={_CLOCK}(?!\d))", r"\1到", text)
    text = sub(rf"{_NOT_BEFORE}([01]?\d|2[0-4]):([0-5]\d)(?!\d)", _clock, text)
    text = sub(rf"{_NOT_BEFORE}(\d{{1,3}})[:：](\d{{1,3}})(?!\d)", lambda m: f"{_figure(m[1])}比{_figure(m[2])}", text)
    text = sub(
        r"(?<![\d.,])\d{3,4}-\d{3,4}-\d{4}(?!\d)|(?<![\d.,])\d{3,4}-\d{4,8}(?!\d)|(?<![\d.,])1\d{10}(?!\d)",
        _telephone,
        text,
    )
    text = sub(
        rf"((?:打|拨|拨打|{_CALLS}))(\d{{3}})(?![\d元块个人万亿度年天岁.,])",
        lambda m: m[1] + m[2].translate(_PHONE),
        text,
    )
    text = sub(rf"((?:{_CODES})(?:是|为|[:：])?)(\d{{3,}})(?![\d.,])", lambda m: m[1] + m[2].translate(_DIGITS), text)
    text = sub(rf"{_NOT_BEFORE}(\d+)/(\d+)(?!\d)", lambda m: f"{_figure(m[2])}分之{_figure(m[1])}", text)
    text = sub(
        rf"{_NOT_BEFORE}({FIGURE})[-–—~～]({FIGURE})(?!\d)", lambda m: f"{_figure(m[1])}到{_figure(m[2], True)}", text
    )
    text = re.sub(r"(?<![A-Za-z\d])[-−](?=\d+(?:\.\d+)?\s?[°℃])", "零下", text)
    text = re.sub(r"(?<![A-Za-z\d])[-−](?=[$¥€£]?\d)", "负", text)
    text = sub(rf"{_NOT_BEFORE}({FIGURE})%", lambda m: "百分之" + ("百" if m[1] == "100" else _figure(m[1])), text)
    text = sub(
        rf"({signs})\s?({FIGURE})((?:[百千]?万亿?|亿|千)?)(?:{_MONEY_WORDS})?(?!\d)",
        lambda m: _amount(m[2]) + m[3] + _MONEY[m[1]],
        text,
    )
    text = sub(rf"{_NOT_BEFORE}({FIGURE})\s?({units})(?![A-Za-z])", lambda m: _figure(m[1]) + _UNITS[m[2]], text)
    text = sub(r"第(\d+)", lambda m: "第" + _figure(m[1]), text)
    text = sub(r"(?<![\d.,])(0\d+|\d{9,})(?![\d.,])", lambda m: m[1].translate(_DIGITS), text)
    text = sub(r"(?<![\d.,])(\d{3,4})(?=房|室|号房)", lambda m: m[1].translate(_DIGITS), text)
    text = sub(rf"{_NOT_BEFORE}({FIGURE})(?=[{_MEASURES}]){end}", lambda m: _figure(m[1], True), text)
    text = sub(r"([A-Za-z])(\d{1,6})", lambda m: m[1] + m[2].translate(_DIGITS), text)
    text = sub(rf"(?<!\d)({FIGURE})", lambda m: _figure(m[1]), text)
    return sub(r"(\d+)", lambda m: m[1].translate(_DIGITS), text)
