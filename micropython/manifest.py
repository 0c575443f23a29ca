# What is frozen into the MicroPython that ./run builds.
include("$(MPY_DIR)/extmod/asyncio")
module("aioendpoint.py")
