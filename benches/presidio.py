#!/usr/bin/env python3
"""CPU seconds and peak memory of Presidio's pattern recognizers over the text files of a directory, and how much they find.

usage: presidio.py DIRECTORY [MEGABYTES]

DIRECTORY  a checkout; files with a zero byte among the first 8,000 bytes are left out, as binary files are
MEGABYTES  so much of it is read at most (all), in the order of the paths

Needs `pip install presidio-analyzer`. Recognizers by patterns need no model of a language: a blank one of spaCy splits
words, so that names and places, which only a model finds, are not looked for. Printed are the bytes read, the CPU
seconds of the analysis alone, the peak memory of the process, and the findings by kind.
"""

import collections
import pathlib
import resource
import sys
import time

# Beside this page stands one that is called as a module of Python is.
sys.path = [place for place in sys.path if pathlib.Path(place or ".").resolve() != pathlib.Path(__file__).resolve().parent]

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngine, NlpArtifacts


class Blank(NlpEngine):
    """Words, and nothing else about them."""

    def __init__(self):
        self.language = spacy.blank("en")
        self.language.max_length = 1 << 30

    def load(self):
        pass

    def is_loaded(self):
        return True

    def process_text(self, text, language):
        doc = self.language(text)
        words = [token.text.lower() for token in doc]
        places = [token.idx for token in doc]
        return NlpArtifacts([], doc, places, words, self, language)

    def process_batch(self, texts, language, **_):
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word, language):
        return self.language.vocab[word].is_stop

    def is_punct(self, word, language):
        return self.language.vocab[word].is_punct

    def get_supported_entities(self):
        return []

    def get_supported_languages(self):
        return ["en"]


def texts(directory, most):
    for path in sorted(pathlib.Path(directory).rglob("*")):
        if ".git" in path.parts or not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        if b"\0" not in content[:8000] and content and most > 0:
            most -= len(content)
            yield content.decode("utf-8", "replace")


def main():
    directory = sys.argv[1]
    most = float(sys.argv[2]) * 1e6 if len(sys.argv) > 2 else float("inf")
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])
    kinds, read, begin = collections.Counter(), 0, time.process_time()
    for text in texts(directory, most):
        read += len(text.encode())
        for found in analyzer.analyze(text=text, language="en", score_threshold=0.4):
            kinds[found.entity_type] += 1
    cpu = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{read / 1e6:.1f} MB  CPU {cpu:.1f} s  peak {peak:.0f} MB  {sum(kinds.values())} findings")
    for kind, count in kinds.most_common():
        print(f"    {kind:20} {count}")


if __name__ == "__main__":
    main()
