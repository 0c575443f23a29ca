// The worker of the page as plain files.
importScripts("memory.js", "commands.js", "worker.js");
