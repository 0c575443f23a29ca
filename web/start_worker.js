// The worker of the page as plain files.
importScripts("memory.js", "wishes.js", "worker.js");
