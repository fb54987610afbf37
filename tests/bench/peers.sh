#!/usr/bin/env bash
# What others make of exactly this work: SHA-512 of 86 characters and a hash of 128, on one thread where that can be
# chosen, in turns with the engine. Prints one table of millions of attempts a second; the median of the rounds.
#
# Usage: tests/bench/peers.sh [ROUNDS]    (MOONROOM_BUILD names the build folder; without it, build/gcc)
#
# A peer that is not installed is named and left out. Debian has hashcat (with pocl-opencl-icd, so that it runs on
# the processor), openssl and python3.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

rounds=${1:-3}
seconds=5
moonroom=${MOONROOM_BUILD:-build/gcc}/bin/moonroom
prev=$(printf 'the block before' | sha512sum | cut -d' ' -f1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { command -v "$1" >/dev/null; }

# note NAME RATE: one measurement, in attempts a second.
note() { printf '%s\t%s\n' "$1" "$2" >>"$work/rates"; }

# The engine's kernels and OpenSSL's functions come from one run of its own benchmark.
run_moonroom() {
    "$moonroom" bench --json --seconds "$seconds" | python3 -c '
import json, sys
told = json.load(sys.stdin)
for kernel in told["kernels"]:
    print("moonroom " + kernel["name"], kernel["hashes_per_s"], sep="\t")
print("OpenSSL EVP, reused", told["openssl"]["evp_per_s"], sep="\t")
print("OpenSSL SHA512()", told["openssl"]["sha512_per_s"], sep="\t")
print("moonroom, {} threads".format(told["engine"]["threads"]), told["engine"]["hashes_per_s"], sep="\t")
' >>"$work/rates"
}

# Two loops: as a user of the old client would write it, and the best that hashlib allows.
run_python() {
    python3 - "$prev" "$seconds" >>"$work/rates" <<'PYTHON'
import hashlib, secrets, sys, time

prev, seconds = sys.argv[1], float(sys.argv[2]) / 2


def rate(attempt):
    done, begin = 0, time.thread_time()
    while time.thread_time() - begin < seconds:
        for _ in range(1000):
            attempt()
        done += 1000
    return done / (time.thread_time() - begin)


def naive():
    return hashlib.sha512((secrets.token_urlsafe(64) + prev).encode()).hexdigest().startswith("0000000")


front, back = hashlib.sha512(b"A" * 80), prev.encode()


def best():
    state = front.copy()
    state.update(b"000000" + back)
    return state.digest() < b"\0\0\0\1"


print("Python, token_urlsafe each time", rate(naive), sep="\t")
print("Python, hashlib with a copied state", rate(best), sep="\t")
PYTHON
}

# What openssl itself says of messages of this length.
run_openssl() {
    openssl speed -seconds 2 -bytes 214 -evp sha512 2>/dev/null |
        awk '/^sha512/ { sub("k$", "", $2); printf "openssl speed, 214 bytes\t%.0f\n", $2 * 1000 / 214 }' >>"$work/rates"
}

# Mode 1710 is sha512($pass.$salt); the salt is the hash of the block before, and nobody finds the digest.
run_hashcat() {
    local digest mask
    digest=$(printf 'nobody' | sha512sum | cut -d' ' -f1)
    printf '%s:%s\n' "$digest" "$prev" >"$work/hash"
    # hashcat makes candidates on the device from the front of a mask: what varies has to be there.
    mask='?1?1?1?1?1?1'$(printf 'A%.0s' $(seq 80))
    hashcat -m 1710 -a 3 -D 1 --potfile-disable --quiet --status --status-json --status-timer 2 \
        --runtime "$((seconds + 10))" --session "moonroom-peers-$$" -1 '?l?u?d-_' "$work/hash" "$mask" \
        >"$work/hashcat" 2>&1 || true
    python3 - "$work/hashcat" >>"$work/rates" <<'PYTHON'
import json, sys

speeds = []
for line in open(sys.argv[1], encoding="utf-8"):
    if line.startswith("{"):
        told = json.loads(line)
        speeds += [sum(device["speed"] for device in told["devices"])]
if speeds:
    print("hashcat, mode 1710, all threads", max(speeds), sep="\t")
PYTHON
}

[ -x "$moonroom" ] || {
    echo "peers.sh: there is no $moonroom; build it, or set MOONROOM_BUILD" >&2
    exit 1
}
for ((round = 0; round < rounds; round++)); do
    run_moonroom
    run_python
    if has openssl; then run_openssl; fi
    if has hashcat; then run_hashcat; fi
done
for peer in openssl hashcat; do
    has "$peer" || echo "not installed, left out: $peer"
done

awk -F: '/^model name/ { print "processor:" $2; exit }' /proc/cpuinfo
python3 - "$work/rates" <<'PYTHON'
import statistics, sys

rates = {}
for line in open(sys.argv[1], encoding="utf-8"):
    name, rate = line.rstrip("\n").split("\t")
    rates.setdefault(name, []).append(float(rate) / 1e6)
print(f"{'':36s} million/s   x SHA512()")
one = statistics.median(rates["OpenSSL SHA512()"])
for name, values in sorted(rates.items(), key=lambda row: -statistics.median(row[1])):
    rate = statistics.median(values)
    print(f"{name:36s} {rate:9.2f}   {rate / one:10.2f}")
PYTHON
