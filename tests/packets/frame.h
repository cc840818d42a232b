/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames written as text, one word for each layer and each field that is not as usual:
 *
 *   "vlan=8100 ip4 options=8 tcp to=5061 data=10 pad=6"
 *
 * layers   ethertype=HEX (of what is no IP) · vlan=HEX (a tag of that EtherType) · ip4 · ip6
 *          hop=BYTES · dest=BYTES · ah=BYTES · route=TYPE/LEFT · frag=OFFSET/MORE (in units of 8)
 *          tcp · udp · icmp=TYPE · icmp6=TYPE · protocol=NUMBER · data=BYTES
 * fields   src=ADDRESS dst=ADDRESS version= ihl= total= (IPv6: payload length) options=BYTES
 *          fragment=OFFSET/MORE (IPv4) · from=PORT to=PORT · doff= flags=FSRPAUEC (TCP; S if none)
 *          length= (UDP)
 *          first=HEX (the first byte of the data behind a UDP header)
 *          units= (the length that the last extension header states)
 * the end  pad=BYTES (behind the IP packet) · cut=BYTES (what is left of the frame)
 *
 * Lengths and next headers that no word sets are as they should be.
 */
#ifndef PORTCULLIS_TEST_FRAME_H
#define PORTCULLIS_TEST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 16384

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t size;
	int family;    /* AF_INET, AF_INET6, or 0 */
	int protocol;  /* of the transport header: IPPROTO_TCP, IPPROTO_UDP, or 0 */
	size_t ip;     /* where the IP header begins */
	size_t layer;  /* where the last header begins */
	size_t next;   /* where the last EtherType or next header is stated */
	bool stated;   /* the IP length is set by a word */
	bool measured; /* a UDP length likewise */
	bool closed;   /* lengths are filled in */
};

#define FRAME_SOURCE4      "192.0.2.7"
#define FRAME_SOURCE6      "2001:db8:f::7"
#define FRAME_DESTINATION4 "10.0.1.11"
#define FRAME_DESTINATION6 "2001:db8:1::11"

/* Builds the frame; a word it does not know ends the test. */
void frame_build(struct frame *frame, const char *text);

/*
 * The bytes that the frame counts for: its IP length where the header holds, else what stands
 * behind the link header. *holds says which.
 */
uint32_t frame_length(const struct frame *frame, bool *holds);

/* In host byte order. */
uint16_t frame_destination_port(const struct frame *frame);

#endif
