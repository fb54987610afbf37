#include "plugins/roomhost/address.h"

#include <moonroom/errors.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int mr_address_read(const char *text, uint16_t port, struct sockaddr_storage *out)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    char plain[INET6_ADDRSTRLEN];
    size_t len = strlen(text);
    bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
    int written = brackets ? snprintf(plain, sizeof plain, "%.*s", (int)(len - 2), text + 1)
                           : snprintf(plain, sizeof plain, "%s", text);
    if (written < 0 || (size_t)written >= sizeof plain)
        return MR_EINVAL;
    memset(out, 0, sizeof *out);
    if (!brackets && inet_pton(AF_INET, plain, &v4.sin_addr) == 1)
        memcpy(out, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, plain, &v6.sin6_addr) == 1)
        memcpy(out, &v6, sizeof v6);
    else
        return MR_EINVAL;
    return MR_OK;
}

/* The address without its port; an IPv4 address inside an IPv6 one is shown as what it is. */
static bool split(const struct sockaddr *address, struct in_addr *v4, struct in6_addr *v6,
                  uint16_t *port)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        *v4 = in.sin_addr;
        *port = ntohs(in.sin_port);
        return true;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, address, sizeof in6);
    *v6 = in6.sin6_addr;
    *port = ntohs(in6.sin6_port);
    if (!IN6_IS_ADDR_V4MAPPED(v6))
        return false;
    memcpy(v4, v6->s6_addr + 12, sizeof *v4);
    return true;
}

void mr_address_show(const struct sockaddr *address, char *out, size_t size)
{
    struct in_addr v4;
    struct in6_addr v6;
    uint16_t port;
    char text[INET6_ADDRSTRLEN] = "";
    if (split(address, &v4, &v6, &port)) {
        inet_ntop(AF_INET, &v4, text, sizeof text);
        snprintf(out, size, "%s:%u", text, (unsigned)port);
    } else {
        inet_ntop(AF_INET6, &v6, text, sizeof text);
        snprintf(out, size, "[%s]:%u", text, (unsigned)port);
    }
}

void mr_address_household(const struct sockaddr *address, char *out, size_t size)
{
    struct in_addr v4;
    struct in6_addr v6;
    uint16_t port;
    char text[INET6_ADDRSTRLEN] = "";
    out[0] = '\0';
    if (split(address, &v4, &v6, &port)) {
        if (ntohl(v4.s_addr) >> 24 == 127)
            return;
        inet_ntop(AF_INET, &v4, text, sizeof text);
        snprintf(out, size, "%s", text);
    } else if (!IN6_IS_ADDR_LOOPBACK(&v6)) {
        memset(v6.s6_addr + 8, 0, 8);
        inet_ntop(AF_INET6, &v6, text, sizeof text);
        snprintf(out, size, "%s/64", text);
    }
}
