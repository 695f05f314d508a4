"""The engine for expressions that comes with the library."""

from __future__ import annotations

from unicodedata import normalize

from attrs import frozen

from gridpoints.rules.expression import checking
from gridpoints.rules.expression.compiling import compiled
from gridpoints.rules.expression.model import Program, Schema, Type
from gridpoints.rules.expression.parsing import parse
from gridpoints.rules.expression.problems import ExpressionInvalid, ExpressionProblem
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
        return program(tree, expects, terms)
