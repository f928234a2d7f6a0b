"""Toy schemas by chance: few types, every wrapper, every way to get a value."""

from tests.support.engine.chance import Chance, pick, rarely, some
from tests.support.engine.model import (
    Abstract,
    Argument,
    Check,
    Field,
    How,
    ObjectType,
    Resolves,
    Shown,
    Toy,
)

LEAVES = ("Int", "String", "ID", "Boolean", "Float", "Color", "Odd", "DateTime")
_NAMES = ("f0", "f1", "fTwo", "fThree")
_WRAPPED = ("{}", "{}!", "[{}]", "[{}!]!", "[{}]!", "[{}!]", "[[{}!]]", "[[{}]!]!")
_AT_ONCE = (How.ATTRIBUTE, How.SYNC)
_TAKES = (("root", "info"), ("root",), ("info",), (), ("self", "info"), ("parent", "info"))
_EXTENSIONS = ("permission", "async permission", "extension", "async extension")

#: All that fields may be asked: the same names in every schema, so that documents can merge them.
ARGUMENTS = (
    Argument("count", "count: Int", "count: int | None = strawberry.UNSET"),
    Argument("size", "size: Int! = 3", "size: int = 3"),
    Argument("word", 'word: String = "x"', 'word: str | None = "x"'),
    Argument("must", "must: Boolean!", "must: bool"),
    Argument("nothing", "nothing: Float = null", "nothing: float | None = None"),
    Argument("ids", "ids: [ID!]", "ids: list[strawberry.ID] | None = None"),
    Argument("matrix", "matrix: [[Int]]", "matrix: list[list[int | None] | None] | None = None"),
    Argument("color", "color: Color = GREEN", "color: Color | None = Color.GREEN"),
    Argument("colors", "colors: [Color!]! = [RED]", "colors: list[Color] = [Color.RED]"),
    Argument("box", "box: Box", "box: Box | None = None"),
    Argument("filled", 'filled: Box! = {name: "d"}', "filled: Box = Box(name='d')"),
    Argument("pick", "pick: Pick", "pick: Pick | None = None"),
    Argument("odd", "odd: Odd", "odd: Odd | None = None"),
)


class Shapes:
    """Makes one toy; ``strawberry``: for Strawberry to show; ``at_once``: nothing is awaited."""

    def __init__(self, rng: Chance, *, strawberry: bool = False, at_once: bool = False) -> None:
        self._rng = rng
        self._strawberry = strawberry
        self._hows = _AT_ONCE if at_once else tuple(How)
        self._checks = tuple(c for c in Check if c is not Check.ASYNC)
        if not strawberry:
            # Only Strawberry has a class for each type.
            self._checks = self._checks[:-1]
        self._resolvers = tuple(r for r in Resolves if r is not Resolves.ASYNC)
        if not at_once and not strawberry:
            self._checks, self._resolvers = tuple(Check)[:-1], tuple(Resolves)
        self._objects = [f"T{n}" for n in range(1 + rng.randrange(3))]
        self._interfaces = [f"I{n}" for n in range(rng.randrange(3))]
        self._unions = ["U0"] if rarely(rng, 3) else []

    def toy(self) -> Toy:
        """The schema."""
        abstracts = [self._interface(name) for name in self._interfaces]
        abstracts += [self._union(name) for name in self._unions]
        objects = [self._object(name) for name in self._objects]
        roots = [self._root("Query", "q", 4)]
        if rarely(self._rng, 3):
            roots.append(self._root("Mutation", "m", 3))
        if rarely(self._rng, 4):
            roots.append(self._root("Subscription", "s", 2))
        return Toy((*roots, *objects), tuple(abstracts))

    def _root(self, name: str, letter: str, most: int) -> ObjectType:
        number = 1 + self._rng.randrange(most)
        fields = tuple(self._field(f"{letter}{n}", leafy=5, root=True) for n in range(number))
        shown = pick(self._rng, (Shown.OBJECT, Shown.DICT))
        return ObjectType(name, fields, shown=Shown.OBJECT if self._strawberry else shown)

    def _object(self, name: str) -> ObjectType:
        rng = self._rng
        fields = tuple(self._field(n) for n in _NAMES[: 1 + rng.randrange(len(_NAMES))])
        interfaces = tuple(some(rng, self._interfaces, 2))
        check = pick(rng, self._checks)
        shown = pick(rng, (Shown.OBJECT, Shown.LAZY) if self._strawberry else tuple(Shown))
        if check is Check.CLASS:
            shown = Shown.OBJECT
        guarded = check is not Check.NONE and rarely(rng, 4)
        return ObjectType(name, fields, interfaces, check, shown, guarded)

    def _interface(self, name: str) -> Abstract:
        letter = "ab"[int(name[1])]
        fields = tuple(self._field(f"{letter}{n}") for n in range(1 + self._rng.randrange(2)))
        return Abstract(name, fields, (), self._resolves())

    def _union(self, name: str) -> Abstract:
        members = some(self._rng, self._objects, 3) or self._objects[:1]
        return Abstract(name, (), tuple(members), self._resolves())

    def _resolves(self) -> Resolves:
        return Resolves.DEFAULT if self._strawberry else pick(self._rng, self._resolvers)

    def _field(self, name: str, *, leafy: int = 10, root: bool = False) -> Field:
        rng = self._rng
        composites = [*self._objects, *self._interfaces, *self._unions]
        base = pick(rng, LEAVES) if rng.randrange(16) < leafy else pick(rng, composites)
        wrapped = pick(rng, _WRAPPED).format(base)
        hows = self._hows[1:] if root and self._strawberry else self._hows
        how = pick(rng, hows)
        arguments: list[Argument] = []
        if rarely(rng, 3) and not (self._strawberry and how is How.ATTRIBUTE):
            arguments = some(rng, ARGUMENTS, 3)
        guarded = rarely(rng, 8)
        if not self._strawberry or how is How.ATTRIBUTE:
            return Field(name, wrapped, how, tuple(arguments), (), guarded)
        extension = pick(rng, _EXTENSIONS) if rarely(rng, 10) and How.ASYNC in hows else None
        return Field(name, wrapped, how, tuple(arguments), pick(rng, _TAKES), guarded, extension)
