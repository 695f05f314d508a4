"""The engine for expressions that comes with the library."""

from __future__ import annotations

from unicodedata import normalize

from attrs import evolve, frozen

from gridpoints.rules.expression import checking
from gridpoints.rules.expression.compiling import compiled
from gridpoints.rules.expression.impossible import impossible
from gridpoints.rules.expression.model import Program, Schema, Type, Value
from gridpoints.rules.expression.parsing import parse
from gridpoints.rules.expression.problems import ExpressionFailed, ExpressionInvalid, ExpressionProblem
from gridpoints.rules.expression.tokens import shown, tokens
from gridpoints.rules.expression.tree import Node, operands_of_and


@frozen
class Expressions:
    """Compiles an expression to a function of Python. It keeps nothing: one serves every rule set."""

    def compile(self, source: str, schema: Schema, expects: Type) -> Program:
        """The program for `source`, whose value is of the type `expects`; raises `ExpressionInvalid`.

        Names are compared in their normal form (NFKC); the facts are asked for as the schema spells them.
        """
        keys = {normalize("NFKC", name): name for name in schema}
        types = {name: schema[key] for name, key in keys.items()}
        try:
            tree = parse(tokens(source))
        except ExpressionProblem as problem:
            raise ExpressionInvalid(source=shown(source), problems=(problem,)) from None
        if problems := checking.problems(tree, types, expects):
            raise ExpressionInvalid(source=shown(source), problems=problems)

        def program(node: Node, gives: Type, terms: tuple[Program, ...] = ()) -> Program:
            text = source[node.start : node.end]
            evaluate, names = compiled(node, gives, types, keys, text)
            return Program(text, names, evaluate, terms)

        operands = tuple(operands_of_and(tree))
        terms = tuple(program(node, Type.TRUTH) for node in operands) if len(operands) > 1 else ()
        whole = program(tree, expects, terms)
        if expects is not Type.TRUTH:
            return whole

        def worked(node: Node) -> Value | None:
            gives = checking.type_of(node, types)
            try:
                return None if gives is None else program(node, gives).evaluate({})
            except ExpressionFailed:
                return None

        return evolve(whole, impossible=tuple(impossible(tree, source, types, worked)))
