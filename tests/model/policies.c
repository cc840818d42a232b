/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy that harness.h describes and what guarding.c adds, as the model wants it. */
#include "policies.h"

#include <netinet/in.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* The longest prefix first. */
static const struct model_server servers[] = {
	{{GUARDED4, 32}, {GUARDED6, 128}, GUARDED, false},
	{{GUARDED4_2, GUARDED4_2_BITS}, {GUARDED6_2, GUARDED6_2_BITS}, GUARDED, true},
	{{"10.0.1.11", 32}, {"2001:db8:1::11", 128}, SERVICES, false},
	{{"10.0.1.12", 32}, {"2001:db8:1::12", 128}, OTHER, false},
	{{"10.0.1.13", 32}, {"2001:db8:1::13", 128}, SERVICES, true},
	{{"10.0.1.14", 32}, {"2001:db8:1::14", 128}, CLOSED, false},
	{{"10.9.7.0", 24}, {"2001:db8:9:7::", 64}, OTHER, false},
	{{"10.9.0.0", 16}, {"2001:db8:9::", 48}, SERVICES, false},
};

static const struct model_server exact_servers[] = {
	{{GUARDED4, 32}, {GUARDED6, 128}, GUARDED, false},
	{{"10.0.1.11", 32}, {"2001:db8:1::11", 128}, SERVICES, false},
	{{"10.0.1.12", 32}, {"2001:db8:1::12", 128}, OTHER, false},
	{{"10.0.1.13", 32}, {"2001:db8:1::13", 128}, SERVICES, true},
	{{"10.0.1.14", 32}, {"2001:db8:1::14", 128}, CLOSED, false},
};

static const struct model_server prefix_servers[] = {
	{{GUARDED4_2, GUARDED4_2_BITS}, {GUARDED6_2, GUARDED6_2_BITS}, GUARDED, true},
	{{"10.9.7.0", 24}, {"2001:db8:9:7::", 64}, OTHER, false},
	{{"10.9.0.0", 16}, {"2001:db8:9::", 48}, SERVICES, false},
};

/* Sources: one prefix within another, one of a single address. */
static const struct model_prefix some4[] = {{"203.0.113.0", 24}, {"192.0.2.7", 32}};
static const struct model_prefix some6[] = {{"2001:db8:cc::", 48}, {"2001:db8:f::7", 128}};
static const struct model_prefix many4[] = {
	{"198.51.100.128", 25}, {"192.0.2.0", 24}, {"192.0.2.8", 31}};
static const struct model_prefix many6[] = {{"2001:db8:aa:8000::", 49}, {"2001:db8:f::", 48}};

const struct model_sources model_sources[MODEL_SOURCES] = {
	{some4, some6, COUNT(some4), COUNT(some6)},
	{many4, many6, COUNT(many4), COUNT(many6)},
};

const struct model_guard model_guards[MODEL_GUARDS] = {
	{.sources = &model_sources[0]},
	{.burst = 2},
	{.sources = &model_sources[1], .burst = 3},
	{.media = true},
	{.sources = &model_sources[0], .media = true, .burst = 4},
};

/*
 * Tcp/9 leads to a kind of segment that there is not, tcp/10 to no segment: whoever has such tables
 * may take the port for an open one, but lets nobody in.
 */
const struct model_ports model_ports[] = {
	{SERVICES, IPPROTO_TCP, 5061, 5061, MODEL_PUBLISHED, NULL},
	{SERVICES, IPPROTO_TCP, 443, 443, MODEL_PUBLISHED, NULL},
	{SERVICES, IPPROTO_TCP, 49152, 57500, MODEL_PUBLISHED, NULL},
	{SERVICES, IPPROTO_UDP, 3478, 3478, MODEL_PUBLISHED, NULL},
	{SERVICES, IPPROTO_UDP, 50000, 59999, MODEL_PUBLISHED, NULL},
	{SERVICES, IPPROTO_TCP, 22, 22, MODEL_MANAGEMENT, NULL},
	{SERVICES, IPPROTO_UDP, 161, 161, MODEL_MANAGEMENT, NULL},
	{SERVICES, IPPROTO_UDP, 68, 68, MODEL_DHCP_ANSWERS, NULL},
	{SERVICES, IPPROTO_UDP, 546, 546, MODEL_DHCP_ANSWERS, NULL},
	{SERVICES, IPPROTO_TCP, 9, 10, MODEL_NOBODY, NULL},
	{OTHER, IPPROTO_TCP, 8080, 8080, MODEL_PUBLISHED, NULL},
	{OTHER, IPPROTO_UDP, 67, 67, MODEL_PUBLISHED, NULL},
	{GUARDED, IPPROTO_TCP, 443, 443, MODEL_PUBLISHED, NULL},
	{GUARDED, IPPROTO_UDP, 3478, 3478, MODEL_PUBLISHED, NULL},
	{GUARDED, IPPROTO_TCP, 5061, 5061, MODEL_GUARDED, &model_guards[0]},
	{GUARDED, IPPROTO_TCP, 8443, 8443, MODEL_GUARDED, &model_guards[1]},
	{GUARDED, IPPROTO_TCP, 5060, 5060, MODEL_GUARDED, &model_guards[2]},
	{GUARDED, IPPROTO_UDP, 5060, 5060, MODEL_GUARDED, &model_guards[2]},
	{GUARDED, IPPROTO_UDP, 50000, 50099, MODEL_GUARDED, &model_guards[3]},
	{GUARDED, IPPROTO_UDP, 51000, 51000, MODEL_GUARDED, &model_guards[4]},
};
const size_t model_ports_count = COUNT(model_ports);

/*
 * Among peers, servers' addresses and what Management names: of nested ones either may be over, and
 * one may be the site's.
 */
static const struct model_block blocks[] = {
	{AF_INET, {"198.51.100.128", 25}, false, false},
	{AF_INET, {"203.0.113.0", 24}, false, true},
	{AF_INET, {"203.0.113.255", 32}, false, false},
	{AF_INET, {"192.0.2.8", 31}, false, false},
	{AF_INET, {"192.0.2.8", 32}, false, true},
	{AF_INET, {"10.0.1.12", 32}, false, false},
	{AF_INET, {"203.0.114.0", 32}, true, false},
	{AF_INET6, {"2001:db8:aa:8000::", 49}, false, false},
	{AF_INET6, {"2001:db8:cc::", 48}, false, true},
	{AF_INET6, {"2001:db8:cd::", 64}, false, false},
	{AF_INET6, {"2001:db8:cd::", 128}, false, true},
	{AF_INET6, {"2001:db8:1::12", 128}, true, false},
	{AF_INET6, {"2001:db8:f::8", 128}, false, false},
};

/* The list alone; the site's alone. */
static const struct model_block listed[] = {
	{AF_INET, {"198.51.100.128", 25}, false, false},
	{AF_INET, {"203.0.113.0", 24}, false, false},
	{AF_INET6, {"2001:db8:cc::", 48}, false, false},
	{AF_INET6, {"2001:db8:f::", 64}, false, false},
};
static const struct model_block sites[] = {
	{AF_INET, {"203.0.113.0", 24}, .sites = true},
	{AF_INET6, {"2001:db8:cc::", 48}, .sites = true},
};

/*
 * They have the program look others up in nodes of every level (203.0.113.0/24 and .255), in a full
 * leaf with an end for each piece (192.0.2.8) and in one with an end for all (198.51.100.128/25).
 */
static const struct model_crowd crowds[] = {
	{{203, 0, 113, 100}, 40, 2, false}, {{192, 0, 1, 0}, 22, 3, true},
	{{192, 0, 128, 1}, 1, 1, true},     {{198, 51, 99, 0}, 8, 7, false},
	{{198, 51, 110, 0}, 8, 7, false},
};

static const uint8_t protocols[] = {50, 47, 89, 255};

#define SITE                                                                      \
	.servers = servers, .server_count = COUNT(servers), .ports = model_ports, \
	.port_count = COUNT(model_ports)
#define EXACT                                                                          \
	.exact = true, .servers = exact_servers, .server_count = COUNT(exact_servers), \
	.ports = model_ports, .port_count = COUNT(model_ports)
#define PREFIXES                                                                            \
	.prefixes = true, .servers = prefix_servers, .server_count = COUNT(prefix_servers), \
	.ports = model_ports, .port_count = COUNT(model_ports)
/* As the IPv6 side of a site whose servers have IPv4 addresses alone. */
#define NOBODY \
	.exact = true, .prefixes = true, .ports = model_ports, .port_count = COUNT(model_ports)
#define INTERFACE                                                        \
	.whole_interface = true, .rest = SERVICES, .ports = model_ports, \
	.port_count = COUNT(model_ports)
#define MANAGEMENT                                               \
	.management = true, .management4 = {"198.51.100.0", 24}, \
	.management6 = {"2001:db8:aa::", 48}
#define BLOCKS                                                            \
	.blocks = blocks, .block_count = COUNT(blocks), .crowds = crowds, \
	.crowd_count = COUNT(crowds)
#define PROTOCOLS .protocols = protocols, .protocol_count = sizeof(protocols)

const struct model_policy policies[POLICIES] = {
	{SITE, MANAGEMENT},
	{SITE, PROTOCOLS, .unlisted_drop = true, .rest = CLOSED, .non_ip_drop = true},
	{SITE, PROTOCOLS, BLOCKS, .monitor = true},
	{INTERFACE, MANAGEMENT},
	{INTERFACE, PROTOCOLS, .monitor = true, .non_ip_drop = true},
	{SITE, MANAGEMENT, .replies = true},
	{SITE, PROTOCOLS, BLOCKS, .unlisted_drop = true, .rest = CLOSED, .replies = true,
	 .pickup = true},
	{SITE, MANAGEMENT, BLOCKS, .unlisted_drop = true, .rest = SERVICES, .monitor = true,
	 .replies = true},
	{INTERFACE, MANAGEMENT, BLOCKS, .replies = true, .pickup = true},
	{SITE, MANAGEMENT, PROTOCOLS, .replies = true, .inside = true, .pickup = true},
	{EXACT, .blocks = listed, .block_count = COUNT(listed)},
	{EXACT, .blocks = sites, .block_count = COUNT(sites), .unlisted_drop = true,
	 .rest = CLOSED},
	{PREFIXES, .blocks = listed, .block_count = COUNT(listed), .unlisted_drop = true,
	 .rest = SERVICES},
	{NOBODY, PROTOCOLS, .unlisted_drop = true, .rest = SERVICES},
};
