# The module's names.
import openamp

print(openamp.__name__)
print(hex(openamp.ENDPOINT_ADDR_ANY))
for name in ("Endpoint", "RemoteProc", "new_service_callback"):
    print(name, hasattr(openamp, name))
for name in ("deinit", "is_ready", "send"):
    print("Endpoint." + name, hasattr(openamp.Endpoint, name))
for name in ("start", "stop", "shutdown"):
    print("RemoteProc." + name, hasattr(openamp.RemoteProc, name))
