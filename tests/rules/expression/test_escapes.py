"""Published ways out of evaluators like this one: each is refused before anything runs.

They came through live objects, attributes, or functions; none of these enters here. What they would have
run is kept harmless. A fact that is an object of somebody else's is refused in ``test_evaluation.py``.
"""

from __future__ import annotations

import builtins
from types import CodeType, FunctionType
from typing import Any

import pytest

from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Type
from gridpoints.rules.expression.problems import ExpressionInvalid
from tests.rules.expression.facts import CONDITION, SCHEMA, problems, program

#: Where each was published, and what it was written like.
ESCAPES = [
    # simpleeval #138, "Escaping the sandbox through generators": frames of a generator or coroutine.
    ("simpleeval #138", "foo.bar().gi_frame.f_globals['__builtins__'].exec('raise RuntimeError(0)')"),
    ("simpleeval #138", "foo.bar().cr_frame.f_globals['__builtins__']"),
    # CVE-2026-32640, simpleeval before 1.0.5: modules and functions behind attributes, items and results.
    ("CVE-2026-32640", "path.os.popen('id').read()"),
    ("CVE-2026-32640", "thing.p.os.popen('id').read()"),
    ("CVE-2026-32640", "thing.p('exit')"),
    ("CVE-2026-32640", "funcs[0]('exit')"),
    ("CVE-2026-32640", "funcs['bad']('exit')"),
    ("CVE-2026-32640", "get_evil()('exit')"),
    ("CVE-2026-32640", "os.__dict__"),
    # simpleeval #15, and its own tests: what hangs on a function or a class.
    ("simpleeval #15", "x.__globals__"),
    ("simpleeval #15", "True.__class__.__class__.__base__.__subclasses__()[-1].__init__.func_globals['sys']"),
    ("simpleeval", "9**9**9"),
    ("simpleeval", "1 << 10000000000"),
    ("simpleeval", "'text' * 1000000000"),
    ("simpleeval", "(1).from_bytes(('123123').encode()*999999, 'big')"),
    # asteval #86, "Sandbox escape": __reduce__ of a function gives getattr.
    ("asteval #86", "print.__reduce__()"),
    ("asteval #86", "print.__reduce__()[0](print.__reduce__()[1][0], '__class__')"),
    # zopefoundation/RestrictedPython #258 and CVE-2023-41039: format strings walk along attributes.
    ("RestrictedPython #258", "'{0.__class__}'.format(kind)"),
    ("RestrictedPython #258", "'{a.__class__}'.format_map(kind)"),
    ("RestrictedPython #258", "format(kind, '{0.__class__}')"),
    ("f-strings", "f'{kind.__class__}'"),
    ("f-strings", "t'{kind.__class__}'"),
    ("f-strings", "'%s' % kind"),
    # zopefoundation/RestrictedPython #255 (CVE-2023-37271): frames of a generator expression.
    ("RestrictedPython #255", "(g.gi_frame.f_back.f_back for g in (0,))"),
    ("RestrictedPython #255", "[x:=[], x.append(b.gi_frame.f_back.f_builtins for b in x), *x[0]][-1]"),
    # Ned Batchelder, "Eval really is dangerous", 2012, and every jail since.
    ("eval is dangerous", "__import__('os').system('true')"),
    ("eval is dangerous", "().__class__.__bases__[0].__subclasses__()"),
    (
        "eval is dangerous",
        "[].__class__.__base__.__subclasses__()[-4].__init__.__globals__['system']('true')",
    ),
    ("eval is dangerous", "''.__class__.__mro__[1].__subclasses__()"),
    ("eval is dangerous", "(lambda: 0).__code__"),
    ("eval is dangerous", "(lambda fc=(lambda n: [c for c in ().__class__.__bases__[0]][0]): fc())()"),
    ("eval is dangerous", "().__class__.__base__"),
    ("eval is dangerous", "(1).__class__"),
    ("eval is dangerous", "getattr(kind, '__cl' + 'ass__')"),
    ("eval is dangerous", "min.__self__.__import__('os')"),
    ("eval is dangerous", "min.__self__"),
    ("eval is dangerous", "kind.__class__"),
    ("eval is dangerous", "member.stars.__class__"),
    ("eval is dangerous", "member.__class__"),
    ("eval is dangerous", "__builtins__"),
    ("eval is dangerous", "globals()['__builtins__']"),
    ("eval is dangerous", "eval('1')"),
    ("eval is dangerous", "exec('1')"),
    ("eval is dangerous", "open('/etc/passwd').read()"),
    ("eval is dangerous", "type(kind)"),
    ("eval is dangerous", "breakpoint()"),
    # https://peps.python.org/pep-0672/: letters that become ASCII in their normal form.
    ("PEP 672", "ﬀ.__class__"),
    ("PEP 672", "__ｉｍｐｏｒｔ__('os')"),
    ("PEP 672", "𝓰𝓮𝓽𝓪𝓽𝓽𝓻(kind, 'upper')"),
    ("PEP 672", "𝒌𝒊𝒏𝒅.__class__"),
    # what the code around the expression is made of
    ("our own", "facts"),
    ("our own", "evaluate(facts)"),
    ("our own", "fact0"),
    ("our own", "constant0"),
    ("our own", "given"),
    ("our own", "missing(kind)"),
    ("our own", "tidied(hours)"),
    ("our own", "KeyError"),
    ("our own", "hours) or (__builtins__"),
    ("our own", "kind == '' or (facts) or ''"),
    ("our own", "{value}"),
    # everything else that Python can say
    ("Python", "(hours := 3)"),
    ("Python", "min(hours, key=kind)"),
    ("Python", "min(*hours)"),
    ("Python", "min(**hours)"),
    ("Python", "[x for x in (1, 2)]"),
    ("Python", "{x: 1 for x in (1, 2)}"),
    ("Python", "lambda: 1"),
    ("Python", "await kind"),
    ("Python", "yield kind"),
    ("Python", "hours; hours"),
    ("Python", "hours\nimport os"),
    ("Python", "hours # > 3"),
    ("Python", "hours \\\n > 3"),
    ("Python", "kind[0]"),
    ("Python", "kind[::-1]"),
    ("Python", "b'bytes'"),
    ("Python", "r'raw'"),
    ("Python", "u'text'"),
    ("Python", "'a' 'b'"),
    ("Python", "'''a'''"),
    ("Python", "..."),
    ("Python", "None"),
    ("Python", "1j"),
    ("Python", "1e400"),
    ("Python", "~hours"),
    ("Python", "hours @ 2"),
    ("Python", "hours % 2"),
    ("Python", "hours // 2"),
    ("Python", "hours is 3"),
    ("Python", "@hours"),
    ("Python", "hours and (3,)"),
    ("Python", "(1, 2) in ((1, 2),)"),
    ("Python", "kind in category"),
]


@pytest.mark.parametrize("expects", Type)
@pytest.mark.parametrize(("published", "source"), ESCAPES)
def test_an_escape_is_refused(published: str, source: str, expects: Type) -> None:
    assert problems(source, expects), published


LIVE: dict[str, Any] = {"foo": 1, "thing": 1, "funcs": 1, "x": 1, "print": 1, "path": 1, "os": 1, "member": 1}


@pytest.mark.parametrize("expects", Type)
@pytest.mark.parametrize(("published", "source"), ESCAPES)
def test_also_where_its_names_are_known(published: str, source: str, expects: Type) -> None:
    """Unless it then only says "2 if the fact of this name is true"."""
    for type_ in Type:
        schema = SCHEMA | dict.fromkeys([*LIVE, "facts", "fact0", "__builtins__", "None", "KeyError"], type_)
        try:
            compiled = Expressions().compile(source, schema, expects)
        except ExpressionInvalid:
            continue
        assert published in {"our own", "eval is dangerous", "Python"}
        assert compiled.names == {source}


@pytest.mark.parametrize(
    "name", ["__class__", "facts", "fact0", "a.__class__", "min", "__builtins__", "lambda"]
)
def test_a_name_of_the_schema_is_a_key_and_nothing_else(name: str) -> None:
    compiled = Expressions().compile(f"{name} > 1", {name: Type.NUMBER}, Type.TRUTH)
    assert compiled.evaluate({name: 2}) is True


@pytest.mark.parametrize(
    "text",
    [
        "\\",
        "x\\' or True or '",
        "'] or facts['",
        '"""',
        "a\nb\tc",
        "{value}",
        "{facts}",
        "%s",
        "\\N{DIGIT ONE}",
        "\\x41",
    ],
)
def test_a_text_is_nothing_but_a_text(text: str) -> None:
    compiled = program(f"kind == “{text}” or category in (“{text}”, 'a')")
    assert compiled.evaluate({"kind": text}) is True
    assert compiled.evaluate({"kind": "", "category": text}) is True
    assert compiled.evaluate({"kind": "", "category": ""}) is False


def test_a_key_cannot_break_out_of_the_code() -> None:
    hostile = "a'] or __import__('os') or facts['a"
    schema = {hostile: Type.NUMBER, "a": Type.NUMBER}
    assert Expressions().compile("a > 1", schema, Type.TRUTH).evaluate({"a": 2, hostile: 0}) is True
    with pytest.raises(ExpressionInvalid):
        Expressions().compile(f"{hostile} > 1", schema, Type.TRUTH)


def test_the_code_reaches_nothing_but_its_own() -> None:
    function = program(f"{CONDITION} and round_half(hours / 3, 0.5) > 0 and day > 2026-01-01").evaluate
    assert isinstance(function, FunctionType)
    reached = function.__globals__
    assert reached["__builtins__"] == {}
    names = set(function.__code__.co_names)
    assert names <= {*reached, "is_finite"}
    assert names & (set(vars(builtins)) - {"int", "str", "bool", "type", "min", "max", "KeyError"}) == set()
    assert not any(isinstance(constant, CodeType) for constant in function.__code__.co_consts)
    assert function.__closure__ is None
    assert function.__defaults__ is None
