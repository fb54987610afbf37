/* Where somebody comes from, and where a room listens, as text. */
#ifndef MR_ROOMHOST_ADDRESS_H
#define MR_ROOMHOST_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

struct sockaddr;
struct sockaddr_storage;

/* Reads a numeric address, IPv4 or IPv6 (brackets allowed). MR_EINVAL. */
int mr_address_read(const char *text, uint16_t port, struct sockaddr_storage *out);

/* "127.0.0.1:1235", "[::1]:1235". */
void mr_address_show(const struct sockaddr *address, char *out, size_t size);

/* Under which name accounts of an address are counted: the IPv4 address, or the /64 of an IPv6 one,
 * of which one household has all. Empty for loopback, which is exempt. */
void mr_address_household(const struct sockaddr *address, char *out, size_t size);

#endif
