# Folders of QEMU's host: os knows them as it does anywhere.
import os
from support import outcome, temporary

start = os.getcwd()
print(start[0], start == os.getcwd())
top = temporary("folder's -x")
os.mkdir(top)
print(outcome(os.mkdir, top), outcome(os.mkdir, top + "/no/no"))
os.mkdir(top + "/sub")
with open(top + "/a  file", "w") as f:
    f.write("hello")
print(sorted(os.listdir(top)))
print([(name, kind, size) for name, kind, _, size in os.ilistdir(top) if kind == 0x8000])

# Relative paths begin at the current folder, also those of open() and import.
os.chdir(top)
print(os.getcwd() == top, sorted(os.listdir()) == sorted(os.listdir(top)))
os.chdir("sub")
with open("in_sub.py", "w") as f:
    f.write("here = 1")
print(os.listdir("."), os.stat("in_sub.py")[6], os.stat("../a  file")[6])
os.rename("in_sub.py", "../moved.py")
os.chdir("..")
print(os.getcwd() == top, sorted(os.listdir()))

print(outcome(os.listdir, "moved.py"), outcome(os.listdir, "nosuch"))
print(outcome(os.chdir, "moved.py"), outcome(os.chdir, "nosuch"), os.getcwd() == top)
print(outcome(os.rmdir, top), outcome(os.rmdir, "moved.py"), outcome(os.rmdir, "nosuch"))
print(outcome(os.rename, "nosuch", "other"), outcome(os.remove, "nosuch"))

os.remove("moved.py")
os.remove("a  file")
os.rmdir("sub")
os.chdir(start)
os.rmdir(top)
print(outcome(os.stat, top), os.getcwd() == start)
os.chdir("/rom")
print(os.getcwd(), "virtual_uart.elf" in os.listdir(), "rom" in os.listdir("/"))
