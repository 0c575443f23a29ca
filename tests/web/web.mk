# Tests of the page and of its WebAssembly module.
#
#   web-test    all of it, a step of ./test; GC_SECONDS=N for the endless program
#   web-shots   all tests of the browser, which draw docs/web/*.png anew

.PHONY: web-test web-module-test web-browser-test web-shots
web-test: web-module-test web-browser-test

# What emscripten 3.1.6 writes does not know that node has fetch().
web-module-test: web-module
	@if node --no-experimental-fetch tests/web/module.mjs $(WEB)/plain >/dev/null 2>&1; then \
	    echo "without --spill-pointers nothing is lost: the test of collections finds nothing"; exit 1; fi
	GC_SECONDS=$${GC_SECONDS:-20} node --no-experimental-fetch tests/web/module.mjs $(WEB)
web-browser-test: web
	node tests/web/browser.mjs $(WEB) $(WEB_NPM)
web-shots: web
	@mkdir -p docs/web
	ALL=1 FIGURES=1 node tests/web/browser.mjs $(WEB) $(WEB_NPM) docs/web
