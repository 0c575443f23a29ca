"""Types of the openamp module, for editors and type checkers."""

from typing import Callable, Optional, Union

_Buffer = Union[str, bytes, bytearray, memoryview]

__version__: str
ENDPOINT_ADDR_ANY: int

def new_service_callback(callback: Optional[Callable[[int, str], object]]) -> None: ...

class Endpoint:
    def __init__(
        self,
        name: str,
        callback: Optional[Callable[[int, bytearray], object]] = None,
        *,
        remote: Union[None, int, "RemoteProc"] = None,
        src: int = ENDPOINT_ADDR_ANY,
        dest: int = ENDPOINT_ADDR_ANY,
        announce: bool = True,
    ) -> None: ...
    def send(
        self, data: _Buffer, *, src: int = -1, dest: int = -1, timeout: int = -1
    ) -> int: ...
    def is_ready(self) -> bool: ...
    def deinit(self) -> None: ...

class RemoteProc:
    def __init__(self, entry: Union[str, int], *, core: int = 0) -> None: ...
    def new_service_callback(self, callback: Optional[Callable[[int, str], object]]) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def shutdown(self) -> None: ...
