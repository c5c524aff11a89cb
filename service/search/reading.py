"""A run of Han characters, read as words with and without corrections.

The run is read as the cheapest sequence of known words, loose characters and corrected words. A correction that
stands in articles beside the same characters as in the run is cheaper; one that only that can vouch for needs it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import inf, log10

from indexer.article import Range
from service.search.alternatives import Kind, alternatives, cost_of, is_sure
from service.search.pinyin import near_key
from service.search.vocabulary import Vocabulary

LONGEST_WORD = 12
LONGEST_RUN = 40
_SMALL_WORDS = frozenset("的了和与在是有为对从到把被让给及或个一不也都就等中上下")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章"
    "鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游辛靳管柴蒙鲍华祁滕屈饶解牟艾尤时穆农司古吉"
)

# What a piece of the query costs. A known word is cheap, loose characters are dear: that is where slips show.
WORD_COST, _LOOSE_COST, _SMALL_COST = 1.0, 2.5, 1.0
_UNSEEN_COST, _PAIR_COST = 1.5, 4.0
_CROSSED_COST = 3.0
_LEAST_GAIN = 0.5
_VOUCHED = (0.0, 0.8, 1.2)
"""What a correction gains by standing in articles beside neither, one or both of its neighbours."""
_ALONE = 0.8
"""What a term gains in the place of a whole query."""
_RARE = 2
_MORE_FREQUENT = 50
_SENTENCE = 8
"""A longer run is a sentence: of a slip in it there are loose characters, and it is looked for at these only."""
_TRIES = 8
_CONTEXT, _WIDE = 2, 4
_FAR: frozenset[Kind] = frozenset(("extra", "missing", "other", "resembling"))
_MOST_OF_A_PART, _MOST_IN_ALL = 8, 64
"""So many words are looked at for one part of a run, and for the run."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Another word for the characters from ``start`` to ``end`` of a run."""

    start: int
    end: int
    word: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is asked of an archive: how many articles have a text to the letter, and whether it is a good word.

    ``before`` and ``behind`` are the characters beyond a space next to the run, none where something else stands.
    With ``strict`` no correction is taken that its neighbours do not vouch for.
    """

    count: Callable[[str], int]
    is_word: Callable[[str], bool]
    before: str = ""
    behind: str = ""
    strict: bool = False


class Reading:
    """One run of Han characters, as it was typed and as it may have been meant."""

    def __init__(self, run: str, vocabulary: Vocabulary, around: Surroundings) -> None:
        self.run = run
        self.vocabulary = vocabulary
        self.around = around
        self._known: dict[Range, float] = {}
        self._kinds: dict[Correction, Kind] = {}
        size = len(run)
        for start in range(size):
            for end in range(start + 2, min(size, start + LONGEST_WORD) + 1):
                at = vocabulary.find(run[start:end])
                if at >= 0:
                    frequency = int(vocabulary.frequencies[at])
                    # A word that hardly any article has may be a slip that an article made too.
                    self._known[start, end] = WORD_COST if frequency > _RARE or frequency == 0 else _UNSEEN_COST
                elif around.is_word(run[start:end]):
                    self._known[start, end] = _UNSEEN_COST

    def corrections(self) -> list[Correction]:
        """The corrections that make the run markedly cheaper to read, none when it is well as it is."""
        if self.around.is_word(self.run):
            return []
        if self.around.count(self.run) > _RARE and (len(self.run) > 2 or (0, 2) in self._known):
            return []
        _, pieces = self._cheapest(())
        for start, end in self._loose(pieces):
            # A name that the dictionary does not know, but articles do.
            if end - start > 1 and self.around.count(self.run[start:end]) > 0:
                # Two characters may stand side by side by chance: 全安 in 安全安排.
                self._known[start, end] = WORD_COST if end - start > 2 else _PAIR_COST
        plain, pieces = self._cheapest(())
        loose = self._loose(pieces)
        if len(self.run) > _SENTENCE and not loose:
            return []
        candidates = [*self._candidates(loose), *self._crossed(loose)]
        for _ in range(_TRIES):
            cost, pieces = self._cheapest(candidates)
            chosen = [piece for piece in pieces if piece.word != self.run[piece.start : piece.end]]
            if not chosen or cost > plain - _LEAST_GAIN:
                return []
            refused = {piece for piece in chosen if not (self._better(piece) and self._believed(piece, pieces))}
            if not refused:
                return chosen
            candidates = [candidate for candidate in candidates if candidate[0] not in refused]
        return []

    def _better(self, correction: Correction) -> bool:
        start, end = correction.start, correction.end
        typed = self.run[start:end]
        meant_count, typed_count = self.vocabulary.frequency(correction.word), self.around.count(typed)
        if correction.word not in self.vocabulary:
            return typed_count == 0
        if typed_count == 0:
            return meant_count > 0
        if self._known.get((start, end), _PAIR_COST) == _PAIR_COST:
            # No word: it may stand elsewhere by chance.
            before, behind = self._beside(start, end)
            here = before + typed + behind
            nowhere = here != typed and not self.around.count(self.run) and not self.around.count(here)
            if nowhere and self._vouched(correction):
                return True
            more_frequent = meant_count >= _MORE_FREQUENT * typed_count
            if more_frequent and self._kinds.get(correction) == "swap":
                return True
        # An article may have made the slip too; what hardly any has and sounds like what many have is one.
        return (
            len(typed) > 3
            and typed_count <= _RARE
            and meant_count >= _MORE_FREQUENT * typed_count
            and near_key(typed) == near_key(correction.word)
        )

    def _believed(self, correction: Correction, pieces: list[Correction]) -> bool:
        """Whether a correction of a short word that neither sounds nor looks alike stands in articles as it does here.

        A character too many, too few or another is quickly found in what is well written.
        """
        if len(correction.word) > 3 or self._kinds.get(correction) not in _FAR:
            return True
        at = pieces.index(correction)
        before, behind = ("".join(piece.word for piece in part) for part in (pieces[:at], pieces[at + 1 :]))
        if not before and not behind:
            return True
        return self.around.count(before[-_WIDE:] + correction.word + behind[:_WIDE]) > 0

    def _loose(self, pieces: Iterable[Correction]) -> list[Range]:
        """The stretches of loose characters; a small word beside one belongs to it only between two."""
        stretches: list[list[int]] = []
        for piece in pieces:
            by_itself = self._known.get((piece.start, piece.end), _PAIR_COST)
            if (piece.end - piece.start > 1 and by_itself < _PAIR_COST) or piece.word in _SMALL_WORDS:
                continue
            if stretches and stretches[-1][1] == piece.start:
                stretches[-1][1] = piece.end
            else:
                stretches.append([piece.start, piece.end])
        return [(start, end) for start, end in stretches]

    def _candidates(self, loose: list[Range]) -> Iterator[tuple[Correction, float]]:
        offered = sorted(self._offers(loose), key=lambda offer: (offer[2], offer[0].start, offer[0].word))
        looked_at: Counter[Range] = Counter()
        for correction, kind, cost in offered:
            part = (correction.start, correction.end)
            if looked_at[part] == _MOST_OF_A_PART:
                continue
            if looked_at.total() == _MOST_IN_ALL:
                return
            looked_at[part] += 1
            gain = self._vouched(correction)
            weak = kind == "other" and len(correction.word) < 3
            if (gain or not (weak or self.around.strict)) and self._fits_name(correction, kind, gain > 0):
                self._kinds[correction] = kind
                yield correction, cost - gain

    def _crossed(self, loose: list[Range]) -> Iterator[tuple[Correction, float]]:
        """Two neighbours of two words in the wrong order: what stands in articles the other way round."""
        run = self.run
        for at in range(1, len(run) - 2):
            if run[at] != run[at + 1] and any(low < at + 2 and at < high for low, high in loose):
                word = run[at - 1] + run[at + 1] + run[at] + run[at + 2]
                if self.around.count(word):
                    yield Correction(at - 1, at + 3, word), _CROSSED_COST

    def _offers(self, loose: list[Range]) -> Iterator[tuple[Correction, Kind, float]]:
        size = len(self.run)
        for start in range(size):
            for end in range(start + 2, min(size, start + LONGEST_WORD) + 1):
                known = self._known.get((start, end))
                touches = any(low < end and start < high for low, high in loose)
                if known == WORD_COST or not (touches or (end - start >= 4 and size <= _SENTENCE)):
                    continue
                typed = self.run[start:end]
                for word, kind in alternatives(typed, self.vocabulary).items():
                    frequency = self.vocabulary.frequency(word)
                    # Where all pieces are words, only a longer word is a better reading (异地扶贫搬迁).
                    if (
                        kind == "other"
                        and len(word) == 2
                        and not any(start <= low + 1 and high - 1 <= end for low, high in loose)
                    ):
                        continue
                    if frequency and (touches or (is_sure(kind) and len(word) >= (3 if kind == "double" else 4))):
                        cost = WORD_COST + cost_of(kind, len(word)) - 0.1 * min(log10(frequency), 4.0)
                        yield Correction(start, end, word), kind, cost

    def _fits_name(self, correction: Correction, kind: Kind, vouched: bool) -> bool:
        """Whether a correction may be made where the run may be a person's name, which no archive has all of.

        A name is not taken to pieces, and is only another one where its neighbours say so, it sounds the same, has the
        same characters, or is nearly a word of the lexicon.
        """
        typed = self.run[correction.start : correction.end]
        if kind == "extra" and not (typed[0] == correction.word[0] and typed[-1] == correction.word[-1]):
            # 书记黄大发 is no slip for 书记大发, nor 黄大发 for 大发.
            dropped = correction.start if typed.endswith(correction.word) else correction.end - 1
            if self.run[dropped] in _SURNAMES and dropped + 1 < len(self.run):
                return False
        if len(self.run) > 3 or self.run[0] not in _SURNAMES:
            return True
        if correction.start or correction.end < len(self.run):
            return False
        if vouched or kind in ("sound", "swap", "double"):
            return True
        return self._is_chosen(correction.word) and (len(self.run) == 3 or kind in ("look", "near"))

    def _is_chosen(self, word: str) -> bool:
        return bool(self.vocabulary.chosen[self.vocabulary.find(word)])

    def _vouched(self, correction: Correction) -> float:
        """What a correction gains by standing in articles beside its neighbours in the run."""
        before, behind = self._beside(correction.start, correction.end)
        sides = (before + correction.word if before else "", correction.word + behind if behind else "")
        counts = [count for side in sides if side and (count := self.around.count(side))]
        if not before and not behind and len(correction.word) > 2 and self._is_chosen(correction.word):
            # Nothing stands beside it that could say so; but it is a term, and the query is nothing.
            return _ALONE
        return _VOUCHED[len(counts)] + sum(0.1 * min(log10(count), 4.0) for count in counts)

    def _beside(self, start: int, end: int) -> tuple[str, str]:
        """The nearest characters before and behind a part of the run, beyond spaces where the run ends there."""
        before = self.run[max(0, start - _CONTEXT) : start] or self.around.before[-_CONTEXT:]
        return before, self.run[end : end + _CONTEXT] or self.around.behind[:_CONTEXT]

    def _cheapest(self, candidates: Iterable[tuple[Correction, float]]) -> tuple[float, list[Correction]]:
        size = len(self.run)
        ending: dict[int, list[tuple[Correction, float]]] = defaultdict(list)
        for (start, end), cost in self._known.items():
            ending[end].append((Correction(start, end, self.run[start:end]), cost))
        for correction, cost in candidates:
            ending[correction.end].append((correction, cost))
        best = [0.0] + [inf] * size
        back: list[Correction | None] = [None] * (size + 1)
        for end in range(1, size + 1):
            character = self.run[end - 1]
            single = _SMALL_COST if character in _SMALL_WORDS else _LOOSE_COST
            for piece, cost in ((Correction(end - 1, end, character), single), *ending[end]):
                total = best[piece.start] + cost
                # Of equal readings the one that leaves the text alone, then the first word by its characters.
                if total < best[end]:
                    best[end], back[end] = total, piece
        pieces: list[Correction] = []
        at = size
        while at and (step := back[at]) is not None:
            pieces.append(step)
            at = step.start
        return best[size], pieces[::-1]
