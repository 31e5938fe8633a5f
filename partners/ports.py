"""Where this app tells the apps above it. They plug in at start-up, in order (DESIGN 3)."""

from collections.abc import Callable

from partners.models import Membership, User


class SignedOutPort:
    """`signed_out`: a person ended their session by hand; nothing goes on in their name.

    All plugged functions run in the same transaction; any failure rolls the sign-out back.
    """

    def __init__(self) -> None:
        self._functions: list[Callable[[User], object]] = []

    def plug(self, function: Callable[[User], object]) -> None:
        """Add a function; the same one twice is once."""
        if function not in self._functions:
            self._functions.append(function)

    def tell(self, user: User) -> None:
        """Call all of them."""
        for function in self._functions:
            function(user)


signed_out = SignedOutPort()


class RoleEndedPort:
    """`role_ended`: a membership ends; whoever gave something because of it takes it back.

    All plugged functions run in the same transaction; any failure rolls the end back.
    """

    def __init__(self) -> None:
        self._functions: list[Callable[[Membership, User], object]] = []

    def plug(self, function: Callable[[Membership, User], object]) -> None:
        """Add a function; the same one twice is once."""
        if function not in self._functions:
            self._functions.append(function)

    def tell(self, membership: Membership, by: User) -> None:
        """Call all of them."""
        for function in self._functions:
            function(membership, by)


role_ended = RoleEndedPort()
