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

# apt with a state of its own below $state, which the caller sets. Of the machine's configuration it keeps how to reach
# the network (Acquire) and drops the rest: hooks and limits there are meant for the real state.
apt_privately() { # apt_privately get|cache ARGUMENT...
    tool=apt-$1
    shift
    # shellcheck disable=SC2154 # the caller's
    APT_CONFIG=$state/apt.conf $tool -q "$@"
}

# For packages of this release, and of these machines beside our own.
configure_apt() { # configure_apt deb|deb-src MIRROR RELEASE [ARCHITECTURE]...
    rm -rf "$state"
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/download"
    : >"$state/status" # nothing is installed there
    printf '%s [signed-by=%s] %s %s main\n' "$1" /usr/share/keyrings/debian-archive-keyring.gpg \
        "$2" "$3" >"$state/sources.list"
    shift 3
    {
        apt-config dump | grep '^Acquire::' | grep -v -i -e insecure -e weak || true
        for architecture; do
            printf 'APT::Architectures:: "%s";\n' "$(dpkg --print-architecture)" "$architecture"
        done
        # As root, apt would fetch as a user who often cannot reach this folder.
        cat <<END
Dir::Etc::Main "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::Etc::SourceList "$state/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$state/lists";
Dir::State::Status "$state/status";
Dir::Cache "$state/cache";
APT::Sandbox::User "root";
END
    } >"$state/apt.conf"
}

# ---- One at a time ----

# lock: what is built here is ours until `unlock`, or until this script and what it has started end.
# Another ./run or ./test waits. Inside of one that has the lock (a test that starts ./run) it is
# nothing.
lock() {
    [ "${OPENAMP_LOCKED-}" != "$build" ] || return 0
    command -v flock >/dev/null || return 0 # not Debian; nobody to wait for then
    exec 9>>"$build/lock"
    if ! flock -n 9; then
        say "another ./run or ./test builds in $build; waiting for it"
        flock 9
    fi
    export OPENAMP_LOCKED="$build"
}

unlock() {
    exec 9>&-
    unset OPENAMP_LOCKED
}

# ---- Progress ----

# A line that moves, until it is killed: tick LOG TEXT LINES SECONDS (see tools/expected)
tick() {
    trap - EXIT
    trap 'exit 0' TERM INT
    passed=0
    while kill -0 $$ 2>/dev/null; do
        done=$(wc -l <"$build/log/$1.log")
        percent=$((done * 100 / $3))
        [ $percent -lt 100 ] || percent=99
        printf '\ropenamp: %s: %s s of up to %s s, %s %% (build/log/%s.log) ' \
            "$2" "$passed" "$4" $percent "$1" >&2
        sleep 1
        passed=$((passed + 1))
    done
}

# quietly LOG TEXT COMMAND...: one line of progress, which moves on a terminal; what the command
# prints goes to build/log/LOG.log.
quietly() {
    name=$1
    log=$build/log/$1.log
    text=$2
    shift 2
    # shellcheck disable=SC2046 # two numbers
    set -- $(sed -n "s/^$name //p" "$ROOT/tools/expected") -- "$@"
    about=
    ticker=
    : >"$log"
    if [ "$1" != -- ]; then
        about="up to $2 s, "
        if [ -t 2 ]; then
            tick "$name" "$text" "$1" "$2" 9>&- &
            ticker=$!
            trap 'kill $ticker 2>/dev/null; trap - INT TERM; exit 130' INT TERM
        fi
        shift 2
    fi
    shift
    [ -n "$ticker" ] || printf 'openamp: %s (%sbuild/log/%s.log) ...' "$text" "$about" "$name" >&2
    started=$(date +%s)
    code=0
    "$@" >"$log" 2>&1 </dev/null 9>&- || code=$?
    took=$(($(date +%s) - started))
    if [ -n "$ticker" ]; then
        kill $ticker 2>/dev/null || true
        wait $ticker 2>/dev/null || true
        trap - INT TERM
        printf '\r\033[Kopenamp: %s ...' "$text" >&2
    fi
    if [ $code = 0 ]; then
        printf ' %s s\n' "$took" >&2
        return 0
    fi
    printf ' FAILED\n' >&2
    tail -n 40 "$log" >&2
    die "that failed; the whole of it is in $log"
}
