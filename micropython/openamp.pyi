"""Types of the openamp module, for editors and type checkers."""

from typing import Any, Callable, NamedTuple, Optional, Union, overload

_Buffer = Union[str, bytes, bytearray, memoryview]

__version__: str
ENDPOINT_ADDR_ANY: int
ENXIO: int
ESTALE: int
EBUSY: int
EDEADLK: int
EMSGSIZE: int
ENOEXEC: int
EPIPE: int
EPROTO: int

def new_service_callback(callback: Optional[Callable[[int, str], object]]) -> None: ...

class Stats(NamedTuple):
    received: int
    sent: int
    dropped: int
    malformed: int
    forgotten: int
    violations: int
    kicks: int

class _Memory:
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> memoryview: ...
    def __setitem__(self, index: Union[int, slice], value: Any) -> None: ...
    def __buffer__(self, flags: int) -> memoryview: ...

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
    OFFLINE: int
    LOADED: int
    RUNNING: int
    CRASHED: int
    IRQ_CRASHED: int
    IRQ_STOPPED: int
    def __init__(self, entry: Union[str, int], *, core: int = 0) -> None: ...
    def new_service_callback(self, callback: Optional[Callable[[int, str], object]]) -> None: ...
    @staticmethod
    def attach(core: int = 0) -> "RemoteProc": ...
    def __enter__(self) -> "RemoteProc": ...
    def __exit__(self, *exception: object) -> None: ...
    def state(self) -> int: ...
    def trace(self) -> str: ...
    def stats(self) -> Stats: ...
    def mem(self, da: int, len: int, write: bool = False) -> "_Memory": ...
    def reason(self) -> Optional[str]: ...
    def irq(
        self,
        handler: Optional[Callable[["RemoteProc"], object]] = None,
        trigger: int = ...,
        hard: bool = False,
    ) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def shutdown(self) -> None: ...
