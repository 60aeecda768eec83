"""Rulebooks: what a platform does when an assessment says so, in YAML and CEL, and the proportion of measures."""

from rempart.rulebook.article import Article, Judgement, Legal, Risk
from rempart.rulebook.book import Rulebook, load, parse, shipped
from rempart.rulebook.differing import Difference, difference
from rempart.rulebook.explaining import Explanation, Term, explain
from rempart.rulebook.matching import EvaluationFailed
from rempart.rulebook.source import Problem, RulebookErrors
from rempart.rulebook.varying import Parameter, UnknownParameter, parameter, parameters, variants, written

__all__ = [
    "Article",
    "Difference",
    "EvaluationFailed",
    "Explanation",
    "Judgement",
    "Legal",
    "Parameter",
    "Problem",
    "Risk",
    "Rulebook",
    "RulebookErrors",
    "Term",
    "UnknownParameter",
    "difference",
    "explain",
    "load",
    "parameter",
    "parameters",
    "parse",
    "shipped",
    "variants",
    "written",
]
