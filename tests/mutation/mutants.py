"""The mutants of a module: small wrong changes to its source, each of which some test should notice."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import partial

SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
           ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}  # fmt: skip
NEGATED = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
           ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}  # fmt: skip
BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OTHER_FUNCTION = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor",
                  "minimum": "maximum", "maximum": "minimum", "argmax": "argmin", "cos": "sin",
                  "zeros_like": "ones_like", "zeros": "ones", "startswith": "endswith", "endswith": "startswith",
                  "removeprefix": "removesuffix", "removesuffix": "removeprefix", "rstrip": "lstrip"}  # fmt: skip
SYMMETRIC = {"isinstance", "hasattr", "getattr", "maximum", "minimum", "max", "min", "multiply", "errstate", "warn"}
DROPPED_CALLS = {"copy", "reversed", "sorted", "ravel", "strip", "lower", "abs"}  # x.copy() -> x, sorted(x) -> x
IDENTIFIER = re.compile(r"[\w.\-]+")


@dataclass(frozen=True)
class Mutant:
    """One change. where: the function it is in; change: old and new text; source: the module with it."""

    where: str
    operator: str
    change: str
    line: int
    whole_module: bool  # outside of every function, so the module must be imported anew
    source: str

    function: str  # the outermost function, or Class.method, which is what can be changed in place

    @property
    def key(self):
        return f"{self.where}: {self.change}"


def find_mutants(source, wording=()):
    """Return every Mutant of a module. wording: functions that only make texts, which are left as they are."""
    finder = Finder(ast.parse(source), set(wording))
    finder.visit_body(finder.tree, "", is_function=False)
    return finder.mutants


class Finder:
    """Walks over the tree of a module, changes one place after the other, and keeps a copy of each changed tree."""

    def __init__(self, tree, wording):
        self.tree, self.wording, self.mutants, self.seen = tree, wording, [], Counter()
        self.where, self.function, self.in_function, self.texts = "", "", False, set()

    def visit_body(self, owner, where, *, is_function):
        """Mutate the statements of a module, a class or a function."""
        saved = self.where, self.function, self.in_function, self.texts
        self.where, self.in_function = where or "module", self.in_function or is_function
        if is_function:
            self.texts = texts_only(owner)
            self.function = self.function or where
        for block in blocks(owner):
            for number, statement in enumerate(block):
                self.visit_statement(block, number, statement)
        self.where, self.function, self.in_function, self.texts = saved

    def visit_statement(self, block, number, node):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            where = node.name if self.where == "module" else f"{self.where}.{node.name}"
            if where in self.wording:
                return
            if isinstance(node, ast.FunctionDef):
                outer, self.where = self.where, where
                self.visit_defaults(node.args)
                self.where = outer
            self.visit_body(node, where, is_function=isinstance(node, ast.FunctionDef))
            return
        if is_deletable(node, block, number):
            self.add("deleted statement", partial(block.__setitem__, number), node, ast.Pass(), show(node), "pass")
        if isinstance(node, (ast.Raise, ast.Import, ast.ImportFrom, ast.Assert)) or is_docstring(node):
            return
        if isinstance(node, ast.Return) and not (node.value is None or is_constant(node.value, None)):
            changed = ast.Return(ast.Constant(None))
            self.add("return value", partial(block.__setitem__, number), node, changed, show(node), "return None")
        names = assigned_names(node) if isinstance(node, (ast.Assign, ast.AugAssign)) else set()
        if names and names <= self.texts:
            for part in ast.walk(node.value):  # a text for a message: only the decision between two texts counts
                if isinstance(part, ast.IfExp):
                    self.visit_expression(part.test, partial(setattr, part, "test"), part.test)
            return
        if isinstance(node, ast.AugAssign) and type(node.op) in SWAPPED:
            changed = ast.AugAssign(node.target, SWAPPED[type(node.op)](), node.value)
            self.add("arithmetic", partial(block.__setitem__, number), node, changed)
        if isinstance(node, (ast.Break, ast.Continue)):
            return
        self.visit_children(node)
        for inner in blocks(node):
            for place, statement in enumerate(inner):
                self.visit_statement(inner, place, statement)

    def visit_defaults(self, args):
        """Mutate the default values of a function's parameters."""
        positional = [*args.posonlyargs, *args.args][-len(args.defaults) or None :] if args.defaults else []
        for names, values in ((positional, args.defaults), (args.kwonlyargs, args.kw_defaults)):
            for place, (name, value) in enumerate(zip(names, values, strict=True)):
                if isinstance(value, ast.Constant):
                    for operator, changed in changed_constants(value, "default"):
                        before, after = (f"{name.arg}={show(node)}" for node in (value, changed))
                        self.add(operator, partial(values.__setitem__, place), value, changed, before, after)

    def visit_children(self, node, parent=None):
        """Mutate the expressions directly under a node."""
        parent = parent or node
        skipped = {"annotation", "returns", "ctx", "type_params", "decorator_list"}
        for field, value in ast.iter_fields(node):
            if field in skipped:
                continue
            if isinstance(value, ast.expr):
                self.visit_expression(value, partial(setattr, node, field), parent, field)
            elif isinstance(value, list) and not (value and isinstance(value[0], ast.stmt)):
                for place, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        self.visit_expression(item, partial(value.__setitem__, place), node, field)
                    elif isinstance(item, ast.keyword) and item.arg != "strict":  # zip's strict is an assertion
                        self.visit_expression(item.value, partial(setattr, item, "value"), node, item.arg or "")
                    elif isinstance(item, (ast.withitem, ast.comprehension)):
                        self.visit_children(item)

    def visit_expression(self, node, put, parent, role=""):
        if isinstance(node, ast.JoinedStr) and not any(isinstance(part, ast.FormattedValue) for part in node.values):
            return
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "warn":
            return
        for operator, changed in self.changes(node, role):
            surroundings = parent if is_small(node) else node
            self.add(operator, put, node, changed, surroundings=surroundings)
        if isinstance(parent, ast.If | ast.While | ast.IfExp) and role == "test":
            self.negate(node, put)
        if not isinstance(node, ast.Constant):
            self.visit_children(node, parent if is_small(node) else None)

    def negate(self, node, put):
        if not isinstance(node, (ast.Compare, ast.UnaryOp)):
            self.add("not", put, node, ast.UnaryOp(ast.Not(), node))

    def changes(self, node, role):
        """Yield (operator, changed node) for one expression."""
        if isinstance(node, ast.Constant):
            yield from changed_constants(node, role)
        elif isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.MatMult):
                yield "swapped arguments", ast.BinOp(node.right, node.op, node.left)
            elif type(node.op) in SWAPPED and not isinstance(node.left, (ast.JoinedStr, ast.List)):
                yield "arithmetic", ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)
        elif isinstance(node, ast.UnaryOp):
            if isinstance(node.op, (ast.Not, ast.USub, ast.Invert)):
                yield ("not" if isinstance(node.op, ast.Not) else "arithmetic"), node.operand
        elif isinstance(node, ast.Compare):
            for place, operator in enumerate(node.ops):
                for name, table in (("comparison", NEGATED), ("boundary", BOUNDARY)):
                    if type(operator) in table:
                        ops = [*node.ops[:place], table[type(operator)](), *node.ops[place + 1 :]]
                        yield name, ast.Compare(node.left, ops, node.comparators)
        elif isinstance(node, ast.BoolOp):
            yield "boolean", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            for place in range(len(node.values)):
                rest = [*node.values[:place], *node.values[place + 1 :]]
                yield "boolean", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        elif isinstance(node, ast.Attribute):
            if node.attr == "T":
                yield "transpose", node.value
        elif isinstance(node, ast.Call):
            yield from changed_calls(node)

    def add(self, operator, put, node, changed, before=None, after=None, surroundings=None):
        """Keep the mutant that `put(changed)` makes, and put the old node back."""
        before = before or show(surroundings or node)
        ast.copy_location(changed, node)
        for part in ast.walk(changed):
            if "lineno" in part._attributes and not hasattr(part, "lineno"):
                ast.copy_location(part, node)
        put(changed)
        try:
            after = after or show(surroundings if surroundings not in (None, node) else changed)
            text = ast.unparse(self.tree)
        finally:
            put(node)
        self.seen[self.where, before, after] += 1
        again = self.seen[self.where, before, after]
        change = f"{before} -> {after}" + (f" #{again}" if again > 1 else "")
        whole = not self.in_function and operator != "default"
        self.mutants.append(Mutant(self.where, operator, change, node.lineno, whole, text, self.function or self.where))


def changed_constants(node, role):
    value, name = node.value, {"axis": "axis", "default": "default"}.get(role, "constant")
    if isinstance(value, bool):
        yield name, ast.Constant(not value)
    elif isinstance(value, int):
        yield name, ast.Constant(1 - value if role == "axis" else value + 1)
    elif isinstance(value, float):
        yield name, ast.Constant(value * 2 or 1.0)
    elif isinstance(value, str) and IDENTIFIER.fullmatch(value):
        yield name, ast.Constant(value + "_")
    elif isinstance(value, bytes) and value:
        yield name, ast.Constant(value + b"_")


def changed_calls(node):
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if len(node.args) >= 2 and name not in SYMMETRIC and not any(isinstance(a, ast.Starred) for a in node.args):
        for place in range(len(node.args) - 1):
            args = list(node.args)
            args[place], args[place + 1] = args[place + 1], args[place]
            if ast.dump(args[place]) != ast.dump(args[place + 1]):
                yield "swapped arguments", ast.Call(node.func, args, node.keywords)
    if name in OTHER_FUNCTION:
        other = OTHER_FUNCTION[name]
        func = ast.Name(other) if isinstance(node.func, ast.Name) else ast.Attribute(node.func.value, other)
        yield "function", ast.Call(func, node.args, node.keywords)
    if name in DROPPED_CALLS and not node.keywords:
        if isinstance(node.func, ast.Attribute) and not node.args:
            yield "dropped call", node.func.value
        elif len(node.args) == 1:
            yield "dropped call", node.args[0]


def is_small(node):
    """Tell whether a node says little by itself, as a number does."""
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant))


def blocks(node):
    """Return the lists of statements in a node."""
    found = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    found += [handler.body for handler in getattr(node, "handlers", [])]
    return [block for block in found if isinstance(block, list)]


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_constant(node, value):
    return isinstance(node, ast.Constant) and node.value is value


def is_deletable(node, block, number):
    """Tell whether a statement can go without leaving a name undefined."""
    if isinstance(node, (ast.AugAssign, ast.Raise, ast.Break, ast.Continue)):
        return True
    if isinstance(node, ast.Expr):
        return not is_docstring(node) and not isinstance(node.value, (ast.Yield, ast.YieldFrom))
    if isinstance(node, ast.Return):
        return node.value is None
    if not isinstance(node, ast.Assign):
        return False
    if all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets):
        return True
    used = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
    return bool(assigned_names(node)) and assigned_names(node) <= used  # labels = check_labels(labels)


def assigned_names(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)
            if isinstance(part.ctx, ast.Store)}  # fmt: skip


def texts_only(function):
    """Return the variables of a function that are used for nothing but the texts of its errors and warnings."""
    names, uses = set(), {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
            names |= assigned_names(node)
    message_nodes = set()
    for node in ast.walk(function):
        is_message = isinstance(node, ast.Raise) or (
            isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "warn"
        )
        if is_message:
            message_nodes |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Assign):
            for part in ast.walk(node.value):
                uses.setdefault(id(part), assigned_names(node))
    while True:
        spoiled = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
                into = uses.get(id(node), set())
                if id(node) not in message_nodes and not (into and into <= names):
                    spoiled.add(node.id)
        if not spoiled:
            used = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            return names & used
        names -= spoiled


def show(node, longest=100):
    """Return the text of a node, or its first line where it has several."""
    if isinstance(node, str):
        return f"def {node}"
    if isinstance(node, (ast.If, ast.While)):
        text = ast.unparse(node.test)
    elif isinstance(node, ast.For):
        text = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
    else:
        text = ast.unparse(node)
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 4]} ..."
