/* Where a room is: what people type, checked, and the form that names it everywhere. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/str.h"
#include "core/session/session.h"

enum { DEFAULT_PORT = 1235, MAX_HOST = 253 };

static int bad(char *why, size_t size, const char *sentence)
{
    snprintf(why, size, "%s", sentence);
    return MR_EINVAL;
}

/* Takes "scheme://" off the front. */
static int take_scheme(struct mr_span *rest, struct mr_address *out, char *why, size_t why_size)
{
    static const char legacy[] = "legacy://", tls[] = "tls://";
    size_t skip = 0;
    if (mr_str_starts(rest->at, rest->len, legacy)) {
        out->explicit_legacy = true;
        skip = sizeof(legacy) - 1;
    } else if (mr_str_starts(rest->at, rest->len, tls)) {
        out->explicit_tls = true;
        skip = sizeof(tls) - 1;
    } else if (memmem(rest->at, rest->len, "://", 3)) {
        return bad(why, why_size,
                   "An address begins with legacy:// or tls://, or just with the host.");
    }
    rest->at += skip;
    rest->len -= skip;
    return MR_OK;
}

static int take_port(struct mr_span text, struct mr_address *out, char *why, size_t why_size)
{
    int64_t port;
    if (text.len == 0 || text.at[0] == '+' || text.at[0] == '-' ||
        mr_str_to_i64(text.at, text.len, 1, UINT16_MAX, &port) != MR_OK)
        return bad(why, why_size, "A port is a number from 1 to 65535, as in example.org:1235.");
    out->port = (uint16_t)port;
    return MR_OK;
}

/* A name becomes part of file names and log lines, so it has nothing but the characters of names.
 * Upper case is made lower, so that one room has one name. */
static int take_name(struct mr_span host, struct mr_address *out, char *why, size_t why_size)
{
    if (host.len == 0)
        return bad(why, why_size, "The host is missing. An address looks like example.org:1235.");
    if (host.len > MAX_HOST)
        return bad(why, why_size, "This host name is too long.");
    bool fits = host.at[0] != '-' && host.at[0] != '.';
    for (size_t i = 0; i < host.len; i++) {
        char c = host.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        fits = fits && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                        (c == '.' && (i == 0 || host.at[i - 1] != '.')));
        out->host[i] = c;
    }
    out->host[host.len] = '\0';
    if (!fits)
        return bad(why, why_size, "A host name has letters, digits, hyphens and single dots only.");
    return MR_OK;
}

/* "fe80::1%eth0" without the brackets. */
static int take_ipv6(struct mr_span host, struct mr_address *out, char *why, size_t why_size)
{
    struct in6_addr binary;
    char plain[INET6_ADDRSTRLEN];
    const char *percent = memchr(host.at, '%', host.len);
    size_t len = percent ? (size_t)(percent - host.at) : host.len;
    size_t zone = host.len - len;
    bool fits = len < sizeof(plain) && zone != 1 && zone <= 32;
    for (size_t i = len + 1; fits && i < host.len; i++) {
        char c = host.at[i];
        fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    }
    if (fits) {
        memcpy(plain, host.at, len);
        plain[len] = '\0';
        fits = inet_pton(AF_INET6, plain, &binary) == 1 &&
               inet_ntop(AF_INET6, &binary, plain, sizeof(plain));
    }
    if (!fits)
        return bad(why, why_size,
                   "In the brackets there must be an IPv6 address, as in [::1]:1235.");
    snprintf(out->host, sizeof(out->host), "%s%.*s", plain, (int)zone, zone ? percent : "");
    return MR_OK;
}

static int take_brackets(struct mr_span rest, struct mr_address *out, char *why, size_t why_size)
{
    const char *close = memchr(rest.at, ']', rest.len);
    if (!close)
        return bad(why, why_size, "The bracket around the IPv6 address is not closed.");
    struct mr_span host = {rest.at + 1, (size_t)(close - rest.at) - 1};
    struct mr_span tail = {close + 1, rest.len - host.len - 2};
    int err = take_ipv6(host, out, why, why_size);
    if (err != MR_OK || tail.len == 0)
        return err;
    if (tail.at[0] != ':')
        return bad(why, why_size, "Behind the bracket there can only be a port, as in [::1]:1235.");
    return take_port((struct mr_span){tail.at + 1, tail.len - 1}, out, why, why_size);
}

int mr_address_parse(const char *text, struct mr_address *out, char *why, size_t why_size)
{
    memset(out, 0, sizeof(*out));
    out->port = DEFAULT_PORT;
    struct mr_span rest = mr_str_trim(text, strlen(text));
    int err = take_scheme(&rest, out, why, why_size);
    if (err != MR_OK)
        return err;
    if (rest.len > 0 && rest.at[0] == '[')
        return take_brackets(rest, out, why, why_size);
    const char *colon = memchr(rest.at, ':', rest.len);
    struct mr_span host = {rest.at, colon ? (size_t)(colon - rest.at) : rest.len};
    if (colon) {
        struct mr_span port = {colon + 1, rest.len - host.len - 1};
        if (memchr(port.at, ':', port.len))
            return bad(why, why_size, "Write an IPv6 address in brackets, as in [::1]:1235.");
        err = take_port(port, out, why, why_size);
        if (err != MR_OK)
            return err;
    }
    return take_name(host, out, why, why_size);
}

void mr_address_format(const struct mr_address *address, char *out, size_t size)
{
    bool ipv6 = strchr(address->host, ':') != NULL;
    snprintf(out, size, "%s%s%s:%u", ipv6 ? "[" : "", address->host, ipv6 ? "]" : "",
             (unsigned)address->port);
}
