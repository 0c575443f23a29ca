# shellcheck shell=sh
# What ./run, ./test and the tools share. The including script sets ROOT, the repository's root.
# Everything meant for the eye goes to stderr: stdout belongs to the user's program.

# make cannot tell a space in a path from the end of it.
case $ROOT in
*[[:space:]]*)
    echo "openamp: the path of this checkout has a space in it: $ROOT" >&2
    exit 1
    ;;
esac

build=$ROOT/build
mkdir -p "$build/log"

# MicroPython's build scripts are Python: without this they would leave __pycache__ in its tree,
# which we promise not to touch.
export PYTHONDONTWRITEBYTECODE=1

say() {
    printf 'openamp: %s\n' "$*" >&2
}

die() {
    say "$*"
    exit 1
}

# The archives to look for Debian's sources in, best guess first. The machine's own configuration
# is the only place a mirror may come from: it is the one that is known to be reachable from here.
# Without package lists `indextargets` has nothing to tell, and the addresses that `update` would
# ask have to do; what is not Debian among them fails the signature check later.
mirrors() {
    # shellcheck disable=SC2016 # the fields are apt's
    found=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 2>/dev/null |
        sed -n 's/^Debian|Debian|\(.*\)$/\1/p' | awk '!seen[$0]++')
    if [ -z "$found" ]; then
        found=$(apt-get --print-uris update 2>/dev/null |
            sed -n "s|^'\(.*/\)dists/[^']*/InRelease'.*|\1|p" | awk '!seen[$0]++')
    fi
    printf '%s\n' "$found"
}

# quietly LOG TEXT COMMAND...: one line of progress; what the command prints goes to build/log/LOG.log.
quietly() {
    log=$build/log/$1.log
    printf 'openamp: %s ...' "$2" >&2
    shift 2
    started=$(date +%s)
    if "$@" >"$log" 2>&1 </dev/null; then
        printf ' %s s\n' "$(($(date +%s) - started))" >&2
        return 0
    fi
    printf ' FAILED\n' >&2
    tail -n 40 "$log" >&2
    die "that failed; the whole of it is in $log"
}
