"""What the code of an answer uses, without running it: a blank, an ignored argument, a name."""

import ast
import dis
import functools
import linecache
import types

import numpy as np


def steps(code):
    """The instructions of a code object, as bytes, without those that do nothing."""
    pairs = zip(code.co_code[::2], code.co_code[1::2], strict=True)
    return [pair for pair in pairs if pair[0] != dis.opmap["NOP"]]


def described():
    """An answer of which only this line is written."""


BLANKS = [steps(function.__code__) for function in (lambda: None, described)]


def is_blank(answer):
    """Whether the answer is as it was: `...`, or a function whose body is `...` or `pass`."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return answer is Ellipsis
    return steps(code) in BLANKS and set(code.co_consts) <= {None, answer.__doc__}


def holds_blank(value):
    """Whether a result is `...`, or a list or tuple that holds one, however deep."""
    if isinstance(value, (list, tuple)):
        return any(map(holds_blank, value))
    return value is Ellipsis


def has_blank(answer):
    """Whether a `...` is left somewhere in a function."""
    return Ellipsis in getattr(getattr(answer, "__code__", None), "co_consts", ())


def keeps_blank(answer):
    """Whether a function gives the value `...` to a name, as in `A = ...`."""
    tree = tree_of(answer)
    if tree is None:  # without the source, any `...` may be one
        return has_blank(answer)
    stored = (ast.Assign, ast.AnnAssign, ast.NamedExpr)
    values = [node.value for node in ast.walk(tree) if isinstance(node, stored)]
    parts = [part for value in values for part in getattr(value, "elts", [value])]
    return any(isinstance(part, ast.Constant) and part.value is Ellipsis for part in parts)


def ignored_argument(answer):
    """The first argument that a function never looks at, also one that it overwrites first."""
    tree, first = tree_of(answer), {}
    for name, is_read in uses(tree):
        first.setdefault(name, is_read)
    names = [] if tree is None else [one.arg for one in (*tree.args.posonlyargs, *tree.args.args)]
    return next((name for name in names if not first.get(name, False)), None)


def notebook_data(answer):
    """The name of an array or data set of the notebook that a function reads, or None."""
    used, values = all_names(getattr(answer, "__code__", None)), getattr(answer, "__globals__", {})
    for name, _ in uses(tree_of(answer)):
        value = values.get(name) if name in used else None
        if isinstance(value, np.ndarray) or hasattr(value, "image_shape"):
            return name
    return None


def uses(tree):
    """(name, whether it is read) as they come in the text of a function; `=` writes at its end."""
    ends, found = {}, []
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            for target in getattr(node, "targets", [getattr(node, "target", None)]):
                ends |= {id(name): node for name in ast.walk(target)}
        if isinstance(node, ast.Name):
            end, added = ends.get(id(node)), isinstance(ends.get(id(node)), ast.AugAssign)
            is_read = isinstance(node.ctx, ast.Load) or added  # `h += 1` reads h
            place = (node.lineno, node.col_offset)
            found.append(((end.end_lineno, end.end_col_offset) if end else place, node.id, is_read))
    return [use[1:] for use in sorted(found, key=lambda use: use[0])]


def ignored(answer, only_for_data=False):
    """(name, sentence) where a function ignores an argument (for data of the notebook), or None."""
    if (name := ignored_argument(answer)) is None:
        return None
    instead = notebook_data(answer)
    if only_for_data and instead in (None, name):
        return None
    other = f"; it takes `{instead}` of the notebook instead" if instead and instead != name else ""
    return "ignored", f"it never looks at the `{name}` that it is given{other}"


def forbidden_name(answer, names):
    """The first of `names` that a function is or uses, by another name or in a partial too, or None."""
    used, values = all_names(getattr(answer, "__code__", None)), getattr(answer, "__globals__", {})
    for value in [answer, *(values[name] for name in used & values.keys())]:
        while isinstance(value, functools.partial):
            value = value.func
        used.add(getattr(value, "__name__", None))
    return next((name for name in names if name in used), None)


def all_names(code):
    """The names that a code object and the functions inside it use and that are not their own."""
    inner = [part for part in getattr(code, "co_consts", ()) if isinstance(part, types.CodeType)]
    return {*getattr(code, "co_names", ()), *(name for part in inner for name in all_names(part))}


def tree_of(function):
    """The syntax tree of a function, or None where its source is missing or leaves a doubt."""
    code = getattr(function, "__code__", None)
    try:
        cell = ast.parse("".join(linecache.getlines(code.co_filename)))
    except (AttributeError, SyntaxError, ValueError, RecursionError):
        return None
    found = [
        node
        for node in ast.walk(cell)
        if isinstance(node, (ast.FunctionDef, ast.Lambda))
        and first_line(node) == code.co_firstlineno
        and argument_names(node) == code.co_varnames[: len(argument_names(node))]
    ]
    return found[0] if len(found) == 1 else None


def same_code(one, other):
    """Whether two functions have the same text but for their names, or one of them has none."""
    trees = [tree_of(function) for function in (one, other)]
    if None in trees:
        return True
    return len({ast.unparse(tree.args) + str(body_of(tree)) for tree in trees}) == 1


def body_of(tree):
    """The lines of a function or a lambda, without their own form."""
    body = tree.body if isinstance(tree.body, list) else [tree.body]
    return [ast.unparse(line) for line in body]


def first_line(node):
    """The line where a function begins: with its first decorator, if there is one."""
    return min(one.lineno for one in (node, *getattr(node, "decorator_list", ())))


def argument_names(node):
    """The names of all arguments of a function, in the order in which its code object has them."""
    given = node.args
    rest = [one for one in (given.vararg, given.kwarg) if one is not None]
    return tuple(one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, *rest))
