"""Words that carry a line's meaning, against the back-translation: lost, added, or turned into their opposites."""

from __future__ import annotations

import functools

from .english import stem, tokens
from .record import Finding, Pair

# words that a translation must not trade; a row is one scale, its two ends on either side of the bar
OPPOSITES = """
love adore like | hate despise loathe detest dislike ; good great fine nice kind well | bad evil awful terrible serious grave worse cruel
alive live living survive life | dead die kill death ; open unlock | close shut lock ; always forever every | never
everything all everybody everyone | nothing none nobody ; somebody someone something | nobody nothing none ; before earlier ago | after later
early soon | late ; first begin | last end final ; next tomorrow future | last yesterday past previous ago ; above upstairs up top over | below under beneath downstairs underneath down bottom
inside indoors | outside outdoors out ; left | right ; big large huge tall great giant | small little tiny short ; long | short brief
hot warm heat boil | cold cool freeze chill ; easy simple | hard difficult complicate ; rich wealthy | poor ; young child | old elder ; new | old used ; fast quick | slow
strong powerful force | weak ; happy glad joy cheerful | sad unhappy miserable sorry terrify scare afraid angry ; safe | danger dangerous ; true truth real honest genuine original | false lie fake forge forgery counterfeit copy
innocent | guilty ; friend ally | enemy foe ; love darling friend | enemy ; win victory gain | lose defeat ; find | lose ; keep hold | lose drop release ; buy | sell ; give | take steal ; come arrive enter | leave depart exit
stay remain wait | leave quit resign renounce depart ; join | leave ; remember recall | forget ; start begin beginning | end finish stop over ; save rescue protect keep defend | destroy kill ruin harm burn lose
build create make | destroy ruin burn break ; fix repair mend | break destroy ; trust believe | doubt suspect distrust mistrust ; accept agree take | refuse reject deny decline ; allow permit let | forbid stop prevent bar arrest detain
help | harm hurt hinder ; push | pull ; rise climb raise | fall sink lower ; light bright | dark ; day morning noon | night evening midnight tonight ; today | tomorrow yesterday ; tonight | tomorrow morning yesterday
full | empty ; clean | dirty ; beautiful pretty handsome lovely | ugly hideous horrible ; smart clever intelligent wise bright | stupid dumb foolish idiot silly
brave courage | coward afraid ; calm quiet relax | upset angry nervous worry disturb alter excite ; sick ill | healthy well ; heaven | hell ; peace | war ; laugh smile | cry weep
loud noise shout scream | quiet silent silence whisper ; talk speak | silent quiet listen ; wet rain | dry ; near close | far away ; same equal | different other ; more | less fewer ; many much lot | few little ; best | worst ; better | worse
possible | impossible ; success succeed | fail failure ; reward praise | punish insult ; hire employ | fire dismiss sack ; marry wedding | divorce leave separate abandon ; born birth | die dead death ; wake awake | sleep asleep
stand | sit lie sleep ; hide secret | show reveal public ; attack | defend protect ; obey | disobey ; free release | prison jail arrest capture trap ; luck lucky fortune | unlucky misfortune ; positive | negative
borrow | lend ; ask question | answer reply respond ; teach | learn ; send | receive ; appear | disappear vanish ; increase more | decrease less ; forgive pardon | blame revenge condemn punish kill
promise | betray ; betray | save protect help ; faithful loyal | unfaithful traitor cheat ; sweet | bitter sour ; hero | villain coward ; master boss owner | servant slave employee ; private secret | public ; red | blue green ; summer | winter ; front before | behind back
return | steal keep ; noon | midnight ; move walk run | stop stand ; arrive | leave depart ; hello | goodbye ; bless | curse ; proud pride | ashamed shame ; generous | selfish greedy ; patient | impatient ; polite | rude
cheap | expensive ; thick fat | thin ; deep | shallow ; heavy | light ; wide | narrow ; soft | hard rough ; alone single | together married ; accident | crime murder purpose ; dream | nightmare ; problem | solution ; victim | killer murderer
heal cure | wound hurt injure poison ; bride | groom ; angel | devil demon ; rich | poor ; single | married ; guest | host ; teacher | student ; doctor nurse | patient ; buyer | seller ; north | south ; east | west ; spring | autumn
king | queen ; prince | princess ; son | daughter ; boy | girl ; man gentleman male | woman lady female ; husband | wife ; accuse | defend ; hope | despair fear ; admit confess | deny ; attract | repel ; tie | untie ; wear | undress ; lead | follow ; chase follow | flee escape run
""".replace("\n", ";")
_KIN = "father mother brother sister son daughter husband wife uncle aunt cousin grandfather grandmother nephew niece".split()
_UNITS = "second minute hour week month year century".split()
_BODY = "hand eye face heart head leg foot arm ear mouth nose neck back hair finger knee shoulder".split()
_CALLED = {"dad": "father", "daddy": "father", "papa": "father", "mom": "mother", "mum": "mother", "mama": "mother", "mommy": "mother",
           "mummy": "mother", "grandpa": "grandfather", "grandma": "grandmother", "granny": "grandmother"}  # fmt: skip
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = "january february march april june july august september october november december".split()
_COLOURS = "red blue green yellow black white brown pink purple grey".split()


@functools.cache
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in OPPOSITES.split(";"):
        if "|" not in row:
            continue
        one, two = ([stem(w) for w in side.split()] for side in row.split("|"))
        for here, there in ((one, two), (two, one)):
            for word in here:
                found.setdefault(word, set()).update(there)
    for group in (_DAYS, _MONTHS, _COLOURS, _KIN, _UNITS, _BODY):
        for word in group:
            found.setdefault(stem(word), set()).update(stem(w) for w in group if w != word)
    return {k: frozenset(v - {k}) for k, v in found.items()}


def opposites(pair: Pair) -> list[Finding]:
    """A word of the line that came back as its opposite, where neither text holds both."""
    if not pair.back or pair.source_language != "en":
        return []
    told, made = _stems(pair.source), _stems(pair.back)
    for word in sorted(told - made):
        other = _turns(word)
        turned = sorted((made - told) & other)
        if turned and not (_same_side(word, made - told) or _same_side(turned[0], told - made)):
            return [Finding("opposite", f"{_whole(word, pair.source)} came back as {_whole(turned[0], pair.back)}")]
    return []


def _stems(text: str) -> set[str]:
    return {stem(_CALLED.get(w, w)) for w in tokens(text)}


def _turns(word: str) -> frozenset[str]:
    """Opposites of a stem, those made with a prefix among them: unhappy, impossible, dishonest."""
    bare = {
        word.removeprefix(p) for p in ("un", "in", "im", "ir", "dis") if word.startswith(p) and len(word) > len(p) + 3
    }
    return _opposites().get(word, frozenset()) | bare | {p + word for p in ("un", "in", "im", "ir", "dis")}


def _same_side(word: str, others: set[str]) -> bool:
    """Whether a word that means much the same as `word` stands among the others."""
    against = _opposites().get(word, frozenset())
    return any(against & _opposites().get(o, frozenset()) and o not in against for o in others)


def _whole(root: str, text: str) -> str:
    return next((w for w in tokens(text) if stem(_CALLED.get(w, w)) == root), root)
