"""Rulebooks: what a platform does when an assessment says so, in YAML and CEL, and the proportion of measures."""

from rempart.rulebook.article import Article, Judgement, Legal, Risk
from rempart.rulebook.book import Rulebook, load, parse, shipped
from rempart.rulebook.matching import EvaluationFailed
from rempart.rulebook.source import Problem, RulebookErrors

__all__ = [
    "Article",
    "EvaluationFailed",
    "Judgement",
    "Legal",
    "Problem",
    "Risk",
    "Rulebook",
    "RulebookErrors",
    "load",
    "parse",
    "shipped",
]
