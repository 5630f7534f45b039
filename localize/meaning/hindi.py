"""Hindi without a way back: opposites by a list of words of both languages, who acts and owns by its pronouns.

Nothing embedded brings a Hindi line back into English. What is told here is told from the line's own words: an English
word whose Hindi stands nowhere in the translation while the Hindi of its opposite does, and persons of whom the other
text has none. What the list lacks goes unseen.
"""

from __future__ import annotations

import functools
import re

from .english import stem, tokens
from .people import parts
from .record import Finding, Pair

# a scale a row: English words = beginnings of their Hindi words, the two ends on either side of the bar
OPPOSITES = """
love adore = प्यार मोहब्बत इश्क़ प्रेम चाह | hate despise = नफ़रत नफरत घृणा
good great nice = अच्छ बढ़िया भला बेहतर | bad terrible awful evil = बुर ख़राब खराब बद
better = बेहतर अच्छ | worse = बदतर बुर
alive live living life survive = ज़िंद जिंद जीवि जीन बच | die dead death dying kill = मर मौत मृत मार
open unlock = खोल खुल | close shut lock = बंद
always = हमेशा सदा | never = कभी
everything = सब | nothing = कुछ
everyone everybody = सब | nobody = कोई
before earlier ago = पहले | after later = बाद
early = जल्दी | late = देर
first = पहल | last = आखिर आख़िर अंतिम
begin start beginning = शुरू शुरुआत आरंभ | end finish over = ख़त्म खत्म समाप्त अंत
above up upstairs over = ऊपर | below under down downstairs beneath = नीचे
inside in = अंदर भीतर | outside out = बाहर
left = बाएँ बाईं बायाँ | right = दाएँ दाईं दायाँ
big large huge = बड़ विशाल | small little tiny = छोट
long = लंब | short brief = छोट
hot warm heat = गरम गर्म | cold cool freezing = ठंड सर्द
easy simple = आसान सरल | hard difficult = मुश्किल कठिन
rich wealthy = अमीर धनी दौलतमंद | poor = ग़रीब गरीब बेचार
young = जवान युवा कम_उम्र छोट | old = बूढ़ बुज़ुर्ग पुरान बुढ़
new = नय नई नए | old = पुरान
fast quick hurry = तेज़ जल्दी | slow = धीर
strong stronger = ताक़तवर ताकतवर मज़बूत मजबूत | weak weaker = कमज़ोर कमजोर
happy glad joy = ख़ुश खुश | sad unhappy sorry = दुखी उदास दुख
safe = सुरक्षित महफ़ूज़ | dangerous danger = ख़तर खतर
true truth real = सच असली हक़ीक़त | lie false fake lying liar = झूठ नक़ली नकली
innocent = निर्दोष बेगुनाह मासूम | guilty = दोषी गुनहगार
friend = दोस्त मित्र सहेली | enemy foe = दुश्मन शत्रु
win victory won = जीत | lose defeat lost = हार
find found = ढूँढ ढूंढ मिल खोज पा | lose lost = खो गँवा गुम
buy bought = खरीद ख़रीद | sell sold = बेच बिक
give gave = दे दि दी | steal take took = छीन चुरा ले
come came arrive enter = आ पहुँच | leave left go exit = जा छोड़ निकल चल गय गई
stay remain wait = रुक ठहर रह इंतज़ार | leave quit go = जा छोड़ निकल
remember = याद | forget forgot = भूल
save rescue protect = बचा रक्षा | destroy kill ruin burn harm = तबाह बर्बाद बरबाद मार जला नष्ट
build create make = बना | destroy ruin = तबाह बर्बाद तोड़ नष्ट
trust believe = भरोस यक़ीन यकीन विश्वास | doubt suspect = शक संदेह
accept agree = मंज़ूर मंजूर मान स्वीकार क़बूल | refuse reject deny = इनकार इन्कार ठुकरा अस्वीकार
full = भर | empty = खाली ख़ाली
clean = साफ़ साफ | dirty = गंद मैल
beautiful pretty = सुंदर ख़ूबसूरत खूबसूरत | ugly = बदसूरत भद्द
smart clever intelligent = होशियार चालाक समझदार | stupid fool foolish idiot = बेवकूफ़ बेवकूफ मूर्ख
brave courage = बहादुर हिम्मत साहस | coward = कायर डरपोक
calm quiet = शांत चुप | upset angry nervous worry = परेशान नाराज़ ग़ुस्स गुस्स बेचैन
sick ill = बीमार | healthy well = स्वस्थ ठीक तंदुरुस्त
peace = शांति अमन | war = युद्ध जंग लड़ाई
laugh smile = हँस हंस मुस्कुर | cry weep = रो रोना
talk speak = बोल बात कह | silent silence quiet = चुप ख़ामोश खामोश
near close = पास नज़दीक क़रीब करीब | far away = दूर
same = वही एक_जैस समान | different other = अलग दूसर
more = ज़्यादा ज्यादा और अधिक | less = कम
possible = मुमकिन संभव | impossible = नामुमकिन असंभव
reward = इनाम | punish = सज़ा सजा
hire hired employ = रखा नौकरी_पर काम_पर | fire fired = निकाल
marry married wedding = शादी ब्याह विवाह | divorce = तलाक़ तलाक
sit = बैठ | stand stood = खड़
sleep asleep = सो नींद | wake awake = जाग उठ
hide hid secret = छिप छुप छिपा छुपा | show = दिखा
help = मदद सहायता | hurt harm = चोट नुक़सान नुकसान
stop = रोक बंद रुक | keep continue let = जारी आने_द रहने_द
betray betrayed = धोख विश्वासघात दग़ा | save saved help = बचा मदद
proud pride = गर्व फ़ख़्र | ashamed shame = शर्म
day morning noon = दिन सुबह सवेर दोपहर | night midnight evening tonight = रात शाम
morning = सुबह सवेर | night evening midnight = रात शाम
today = आज | yesterday tomorrow = कल
next = अगल | last = पिछल
black dark = काल अँधेर अंधेर | white = सफ़ेद सफेद गोर
hello = नमस्त | goodbye = अलविदा
cheap = सस्त | expensive = महंग महँग
heavy = भारी | light = हल्क
soft = नरम नर्म मुलायम | hard = सख़्त सख्त
man men = आदमी मर्द पुरुष | woman women = औरत महिला स्त्री
boy = लड़क | girl = लड़की
son = बेटा बेटे | daughter = बेटी
husband = पति शौहर | wife = पत्नी बीवी बीबी
brother = भाई | sister = बहन दीदी
father dad = पिता पापा बाप अब्बा | mother mom = माँ मां मम्मी अम्मी
king = राजा | queen = रानी
prince = राजकुमार शहज़ाद | princess = राजकुमारी शहज़ादी
uncle = चाचा मामा अंकल | aunt = चाची मामी मौसी बुआ
grandfather = दादा नाना | grandmother = दादी नानी
month = महीन | year = साल वर्ष
week = हफ़्त हफ्त सप्ताह | month year = महीन साल
heaven = स्वर्ग जन्नत | hell = नर्क नरक जहन्नुम
hero = नायक हीरो | villain = खलनायक
lucky luck = ख़ुशक़िस्मत खुशकिस्मत | unlucky = बदक़िस्मत बदकिस्मत
honest = ईमानदार | dishonest = बेईमान
weekday = कामकाजी | sunday = रविवार इतवार
free release = आज़ाद रिहा आजाद | prison jail arrest = जेल क़ैद कैद गिरफ़्तार
deep = गहर | shallow = उथल
birth born = जन्म पैदा | death die = मौत मर मृत्यु
attack = हमल | defend protect = बचा रक्षा
question ask = सवाल पूछ | answer = जवाब उत्तर
"""
_MARK = r"\w\u0900-\u0963"


@functools.cache
def _scales() -> tuple[tuple[frozenset[str], str, frozenset[str], str], ...]:
    """(English stems, pattern of their Hindi) of both ends of every scale, each scale in both directions."""
    out = []
    for row in OPPOSITES.strip().splitlines():
        sides = []
        for side in row.split("|"):
            english, hindi = side.split("=")
            forms = "|".join(re.escape(w).replace("_", r"\s+") for w in hindi.split())
            sides.append((frozenset(stem(w) for w in english.split()), rf"(?<![{_MARK}])(?:{forms})[{_MARK}]*"))
        (one, a), (two, b) = sides
        out += [(one, a, two, b), (two, b, one, a)]
    return tuple(out)


# Hindi that stands in the list for one end and in ordinary lines for nothing of the kind: never evidence by itself
_COMMON = frozenset("कुछ कोई कभी सब ले आ जा चल रह दे दि दी गय गई पा मिल और बात कह बना मान निकल निकाल छोड़ पास हार कम".split())


def opposites(pair: Pair) -> list[Finding]:
    """A word of the line whose opposite stands in the translation, and it itself does not."""
    if pair.source_language != "en" or pair.target_language != "hi":
        return []
    told = {stem(w) for w in tokens(pair.source)}
    for own, mine, other, theirs in _scales():
        word = next(iter(sorted(told & own)), "")
        if not word or told & other:
            continue
        found = re.search(theirs, pair.target)
        if found is None or re.search(mine, pair.target) or found[0] in _COMMON or (len(found[0]) < 3 and found[0] not in _SHORT):
            continue
        if any(found[0].startswith(c) and len(found[0]) - len(c) <= 2 for c in _COMMON):
            continue
        if any(told & o and re.search(m, found[0]) for o, m, _t, _p in _scales() if o != own and o != other):
            continue  # it is the Hindi of another word of the line
        return [Finding("opposite", f"{word} stands as {found[0]}")]
    return []


_SHORT = frozenset({"रो", "सो"})
_DOES = {1: "मैं मैंने हम हमने हूँ हूं", 2: "तुम तुमने तू तूने आप आपने", 3: "वह वो वे उसने उन्होंने यह ये इसने इन्होंने"}
_ANY = {
    1: "मैं मैंने मुझे मुझको मुझसे मुझ मुझपर मुझमें मेरा मेरी मेरे हम हमने हमें हमको हमसे हमारा हमारी हमारे हूँ हूं",
    2: "तुम तुमने तुम्हें तुमको तुमसे तुम्हारा तुम्हारी तुम्हारे तुझे तुझको तुझसे तुझ तू तूने तेरा तेरी तेरे आप आपने आपको आपसे "
    "आपका आपकी आपके",
    3: "वह वो वे उसने उन्होंने उसे उसको उससे उस उसका उसकी उसके उन्हें उनको उनसे उन उनका उनकी उनके यह ये इसने इसे इसका इसकी इसके",
}
_OWNS = {1: "मेरा मेरी मेरे हमारा हमारी हमारे", 2: "तुम्हारा तुम्हारी तुम्हारे तेरा तेरी तेरे आपका आपकी आपके",
         3: "उसका उसकी उसके उनका उनकी उनके"}  # fmt: skip
_OWN = frozenset("अपना अपनी अपने".split())  # anyone's own
_NO_ENDING = frozenset("चाहिए लिए इसलिए जिए".split())
_ENDINGS = {1: r"(?:ूँगा|ूँगी|ऊँगा|ऊँगी|ूंगा|ूंगी|ऊंगा|ऊंगी|ेंगे|एँगे|एंगे)$", 2: r"(?:ोगे|ोगी|ओगे|ओगी|इए|िए|इएगा|िएगा)$"}


def persons(pair: Pair) -> list[Finding]:
    """Persons who act, are acted on or own in the line and are not in the translation, while others are in their place."""
    if pair.source_language != "en" or pair.target_language != "hi":
        return []
    told = parts(pair.source)
    said = re.findall(rf"[{_MARK}]+", pair.target)
    acts = {p: any(w in forms.split() for w in said) for p, forms in _DOES.items()}
    there = {p: any(w in forms.split() for w in said) for p, forms in _ANY.items()}
    for person, pattern in _ENDINGS.items():
        if any(re.search(pattern, w) for w in said if w not in _NO_ENDING):
            acts[person] = there[person] = True
    first, second = told["1s"] + told["1o"] + told["1p"], told["2s"] + told["2o"] + told["2p"]
    others = sum(told[k + c] for k in "mfp" for c in "sop")
    if told["1s"] and not second and acts[2] and not acts[1] and not there[1]:
        return [Finding("who", "the speaker acts in the line, the person addressed in the translation")]
    if told["2s"] and not first and acts[1] and not there[2]:
        return [Finding("who", "the person addressed acts in the line, the speaker in the translation")]
    if told["1s"] and not told["2s"] and not told["ms"] + told["fs"] + told["ps"] and acts[2] and not acts[1]:
        return [Finding("who", "the speaker acts in the line, the person addressed in the translation", "doubt")]
    third = told["ms"] + told["fs"] + told["ps"]
    things = re.search(r"(?i)\b(?:it|its|this|that|these|those|there)\b|\bthat's\b", pair.source) is not None
    if third and not told["1s"] + told["2s"] and acts[1] and not acts[3]:
        return [Finding("who", "somebody else acts in the line, the speaker in the translation", "doubt")]
    if third and not told["1s"] + told["2s"] and acts[2] and not acts[3]:
        return [Finding("who", "somebody else acts in the line, the person addressed in the translation", "doubt")]
    if told["1s"] and not third + told["2s"] and acts[3] and not acts[1] | there[1] and not things:
        return [Finding("who", "the speaker acts in the line, somebody else in the translation", "doubt")]
    if told["2s"] and not third + told["1s"] and acts[3] and not acts[2] | there[2] and not things:
        return [Finding("who", "the person addressed acts in the line, somebody else in the translation", "doubt")]
    if told["2s"] and not told["1s"] and acts[1] and not acts[2]:
        return [Finding("who", "the person addressed acts in the line, the speaker in the translation", "doubt")]
    if others and not first and not second and (there[1] or there[2]) and not there[3]:
        return [Finding("who", "somebody else acts in the line, the speaker or the person addressed in the translation")]
    if first + second and not others and told["1s"] + told["2s"] and there[3] and not there[1] and not there[2] and not _may_go(pair):
        return [Finding("who", "the translation speaks of somebody else", "doubt")]
    return _owners(told["1p"], told["2p"], said)


def _may_go(pair: Pair) -> bool:
    """Whether a line's persons are polite filler that a translation may drop ("you know", "I think", "thank you")."""
    return re.search(r"(?i)\b(?:i think|i guess|i mean|you know|thank you|i swear|you see|i hope|i'm sorry|it|that|this)\b", pair.source) is not None


def _owners(mine: int, yours: int, said: list[str]) -> list[Finding]:
    owns = {p: any(w in forms.split() for w in said) for p, forms in _OWNS.items()}
    own = any(w in _OWN for w in said)
    if mine and not yours and owns[2] and not owns[1] and not own:
        return [Finding("who", "what is the speaker's in the line is another's in the translation")]
    if yours and not mine and owns[1] and not owns[2] and not own:
        return [Finding("who", "what is another's in the line is the speaker's in the translation")]
    return []
