"""Files of other people's tools: dialogue lists, memories, and XLIFF that comes back."""

from __future__ import annotations

from dataclasses import dataclass

from .case import Case

# --- tables beside an episode ----------------------------------------------------------------------------------

HEAD = "start,end,speaker,text\n"


def table(name: str, why: str, data: str | bytes, lines: tuple[tuple[str, str], ...], *rows: str, seen: str = "", **more: object) -> Case:
    """A dialogue list."""
    return Case(name=name, kind="tools", why=why, seen=seen, beside={".dialogue.csv": data}, lines=lines, set_right=rows, **more)  # type: ignore[arg-type]


PLAIN = (("Ana", "Quiet, please."), ("Luis", "Why?"))
SPANISH = (("Ana", "¿Dónde está mi niño?"), ("Luis", "Mañana vendrá, según él."))
MAC = f"{HEAD}1,3,Ana,{SPANISH[0][1]}\n4,6,Luis,\"{SPANISH[1][1]}\"\n"

# --- a memory's units: each is a cue of one scene, and what the memory of the series must say of it ------------


def unit(name: str, why: str, source: str, variants: str, wanted: str, seen: str = "") -> Case:
    """A unit of the series' memory: `variants` are its <tuv> elements after the English one."""
    return Case(name=name, kind="tools", why=why, seen=seen, scene="memory", cue=source, lines=(("", source),), market="pt",
                holds=(wanted,), because=None, told=(variants,))  # fmt: skip


def tuv(tag: str, segment: str) -> str:
    """A variant of a unit."""
    return f'<tuv xml:lang="{tag}"><seg>{segment}</seg></tuv>'


# --- XLIFF that comes back -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Back:
    """An XLIFF of another tool, and the words that the memory must learn for "Go home."; empty where it learns nothing."""

    name: str
    why: str
    text: str
    learnt: str
    seen: str = ""


OLD = '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"'
NEW = '<xliff version="2.0" srcLang="en" trgLang="pt-BR" xmlns="urn:oasis:names:tc:xliff:document:2.0"><file id="f"><unit id="L001">'


DELETED, ADDED = (f'<mrk mtype="x-sdl-{how}">{{}}</mrk>' for how in ("deleted", "added"))


def draft(target: str, more: str = "") -> str:
    """XLIFF 1.2 with one unit that nobody approved."""
    return old(target, more).replace(' approved="yes"', "")


def old(target: str, more: str = "") -> str:
    """XLIFF 1.2 with one unit."""
    return (f'{OLD}><file original="E01" source-language="en" target-language="pt-BR" datatype="plaintext"><body>'
            f'<trans-unit id="L001" approved="yes"><source>Go home.</source>{more}<target>{target}</target></trans-unit></body></file></xliff>')  # fmt: skip


BACKS = (
    Back(name="placeholder", why="inline codes are no words", text=old('Vá <ph id="1">&lt;br/&gt;</ph>para casa.'), learnt="Vá para casa."),
    Back(name="pairs", why="paired codes are no words", text=old('<bpt id="1">{b}</bpt>Vá<ept id="1">{/b}</ept> para casa.'), learnt="Vá para casa."),
    Back(name="marks", why="segments of a unit keep the space between them", seen="modernmt/modernmt#355",
         text=old('<mrk mtype="seg" mid="1">Vá.</mrk><mrk mtype="seg" mid="2">Para casa.</mrk>'), learnt="Vá. Para casa."),
    Back(name="spaces", why="the space beside a code stays", seen="pimcore/pimcore#4460", text=old('Vá <g id="1">para</g> casa.'), learnt="Vá para casa."),
    Back(name="indented", why="a code that a writer put on a row of its own", seen="locize/xliff#35",
         text=old('Vá\n      <x id="0"/> para casa.\n    '), learnt="Vá para casa."),
    Back(name="newline", why="rows of a target are one line of speech", seen="WeblateOrg/weblate#10811", text=old("Vá\npara casa."), learnt="Vá para casa."),
    Back(name="padded", why="blanks around a target", seen="tolgee/tolgee-platform#3084", text=old(" Vá para casa. "), learnt="Vá para casa."),
    Back(name="more", why="codes in the target that the source lacks", seen="maxprograms-com/Swordfish#8",
         text=old('<ph id="4">&lt;span&gt;</ph>Vá<ph id="5">&lt;/span&gt;</ph> para casa.'), learnt="Vá para casa."),
    Back(name="alternative", why="another unit's translation offered beside it is not the target",
         text=old("Vá para casa.", "<alt-trans><target>Some daqui.</target></alt-trans>"), learnt="Vá para casa."),
    Back(name="two", why="XLIFF 2 with two segments, a gap and spanning codes",
         text=f'{NEW}<segment state="final"><source>Go</source><target><sc id="1"/>Vá</target></segment><ignorable><source> </source></ignorable>'
              '<segment state="final"><source>home.</source><target>para<ec startRef="1"/> casa.</target></segment></unit></file></xliff>',
         learnt="Vá para casa."),
    Back(name="control", why="a control character as <cp>", text=f'{NEW}<segment state="final"><source>Go home.</source>'
         '<target>Vá <cp hex="001A"/>para <mrk id="m" type="term">casa</mrk>.</target></segment></unit></file></xliff>', learnt="Vá para casa."),
    Back(name="tracked", why="words that a person took out with changes tracked",
         text=old(f"Vá {DELETED.format('já ')}{ADDED.format('agora ')}para casa."), learnt="Vá agora para casa."),
    Back(name="prefilled", why="a tool that puts the source where no translation is", text=draft("Go home."), learnt=""),
    Back(name="refused", why="a segment that a reviewer rejected", learnt="",
         text=draft("Sai daqui.").replace("</target>", '</target><s:seg-defs xmlns:s="x"><s:seg id="1" conf="RejectedTranslation"/></s:seg-defs>')),
    Back(name="styled", why="tags of subtitles typed into a target", text=old("&lt;i&gt;Vá&lt;/i&gt;&lt;br/&gt;para casa."), learnt="Vá para casa."),
    Back(name="ordered", why="XLIFF 2 says in which order the targets of a unit's segments stand", learnt="Para casa, já.",
         text=f'{NEW}<segment state="final"><source>Go</source><target order="2">já.</target></segment>'
              '<segment state="final"><source>home.</source><target order="1">Para casa,</target></segment></unit></file></xliff>'),
    Back(name="halfdone", why="of two segments one is not translated yet: half a sentence teaches nothing", learnt="",
         text=f'{NEW}<segment state="final"><source>Go</source><target>Vá</target></segment><segment state="initial"><source>home.</source>'
              f'</segment></unit><unit id="L002"><segment state="final"><source>Now.</source><target>Já.</target></segment></unit></file></xliff>'),
    Back(name="untouched", why="what comes back as it went out teaches nothing", text=old("Vai para casa.").replace(' approved="yes"', ""), learnt=""),
)  # fmt: skip

CASES = (
    table("unquoted", "a comma in a cell that nobody quoted", f"{HEAD}1,3,Ana,Quiet, please.\n4,6,Luis,Why?\n", PLAIN, "comma parted"),
    table("semicolon", "semicolons and Excel's mark", "\ufeffstart;end;speaker;text\n1;3;Ana;Quiet, please.\n4;6;Luis;Why?\n".encode(), PLAIN),
    table("tabs", "tabs, in UTF-16", "start\tend\tspeaker\ttext\n1\t3\tAna\tQuiet, please.\n4\t6\tLuis\tWhy?\n".encode("utf-16"), PLAIN),
    table("mac", "Mac Roman", MAC.encode("mac_roman"), SPANISH, "Mac Roman"),
    table("windows", "Windows-1252", MAC.encode("cp1252"), SPANISH, "not UTF-8"),
    table("tags", "tags in a cell", f'{HEAD}1,3,Ana,"<i>Quiet</i>, please."\n4,6,Luis,Why?\n', PLAIN),
    table("timecode", "timecodes with frames", f'{HEAD}00:00:01:12,00:00:03:00,Ana,"Quiet, please."\n00:00:04:00,00:00:06:00,Luis,Why?\n',
          PLAIN, times=((1480, 3000), (4000, 6000))),
    table("tenths", "a comma for the decimals", 'start;end;speaker;text\n00:00:01,5;00:00:03,0;Ana;Quiet, please.\n00:00:04,0;00:00:06,0;Luis;Why?\n',
          PLAIN, times=((1500, 3000), (4000, 6000))),
    table("effects", "sounds and music have rows of their own, and nobody says them",
          f'{HEAD}1,3,Ana,"Quiet, please."\n3,4,SFX,door slams\n4,6,Luis,Why?\n7,8,MUSIC,tense music\n', PLAIN, "taken as heard", sounds=("door slams",)),
    table("insert", "what the picture shows has rows of its own, and nobody says it",
          f'{HEAD}1,3,Ana,"Quiet, please."\n4,6,Luis,Why?\n7,9,ON-SCREEN TEXT,Three years later\n', PLAIN, "text of the picture"),
    table("offscreen", "off screen is how, not who", f'{HEAD}1,3,ANA (V.O.),"Quiet, please."\n4,6,Luis:,Why?\n', PLAIN),
    table("spaced", "a blank before a quoted cell", 'start, end, speaker, text\n1, 3, Ana, "Quiet, please."\n4, 6, Luis, "Why?"\n', PLAIN),
    table("millis", "milliseconds, by the heading", 'Start (ms),End (ms),Character,Line\n1000,3000,Ana,"Quiet, please."\n4000,6000,Luis,Why?\n', PLAIN,
          times=((1000, 3000), (4000, 6000))),
    table("mandarin", "headings in Mandarin", '开始时间,结束时间,角色,台词\n1,3,Ana,"Quiet, please."\n4,6,Luis,Why?\n', PLAIN),
    Case(name="formula", kind="tools", why="an error of a spreadsheet is not spoken", beside={".dialogue.csv": f"{HEAD}1,3,Ana,#REF!\n4,6,Luis,Why?\n"},
         error="holds no words but"),
    Case(name="wordless", kind="tools", why="a row that says who speaks and not what", beside={".dialogue.csv": f"{HEAD}1,3,Ana,\n4,6,Luis,Why?\n"},
         lines=(("Luis", "Why?"),), because=None, told=("and no words",)),
    Case(name="noheader", kind="tools", why="a table without a header says so", beside={".dialogue.csv": "1,3,Ana,Quiet.\n"},
         error="needs the columns"),
    unit("portugal2", "Portugal's words are not Brazil's, wherever they stand", "Hand me the mobile phone.",
         tuv("pt-BR", "Me passa o celular.") + tuv("pt-PT", "Passa-me o telemóvel."), "Me passa o celular."),
    unit("codes", "codes of a memory are no words", "Take the next train.",
         tuv("pt-BR", 'Pegue o <bpt i="1">{b}</bpt>próximo<ept i="1">{/b}</ept> trem.'), "Pegue o próximo trem."),
    unit("styles", "tags and a dash that a subtitle tool left in a memory", "Bring the second lamp.",
         tuv("pt-BR", "- &lt;i&gt;Traga a segunda&lt;br/&gt;lâmpada.&lt;/i&gt;"), "Traga a segunda lâmpada."),
    unit("hidden", "placeholders and marked words", "Open the third window.",
         tuv("pt-BR", "Abra a <ph>{1}</ph><hi>terceira</hi> janela."), "Abra a terceira janela."),
)  # fmt: skip
