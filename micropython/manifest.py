# What is frozen into the MicroPython that ./run builds.
include("$(MPY_DIR)/extmod/asyncio")
module("aioendpoint.py")
module("openamp_async.py")
module("openamp_boot.py")
module("openamp_tasks.py")
module("openamp_msgpack.py", base_path="../lib")
module("openamp_rpc.py", base_path="../lib")
