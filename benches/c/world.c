/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Fills the network namespace it runs in, and records a dump of it.
 *
 *   world up NAME           a veth pair NAME, NAME_ that is up, with 192.0.2.1/24
 *   world links N           N more links: four veth for every ifb
 *   world routes NAME I J   the routes I to J-1 over the device NAME
 *   world record FILE K     the first K datagrams of a route dump, closed by a DONE
 */
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire.h"

enum { PER_SEND = 64, ROOM = 256 };

/* Messages that go out together; only the last of them asks for an ACK, and
 * each that fails is answered by an error all the same. */
static struct batch {
	int fd;
	unsigned messages;
	size_t len, last;
	char data[PER_SEND * ROOM] __attribute__((aligned(8)));
} batch;

static void die(const char *what, int error)
{
	fprintf(stderr, "world: %s: %s\n", what, strerror(error));
	exit(1);
}

static void await_acks(void)
{
	char answer[BUFFER_SIZE] __attribute__((aligned(8)));
	const struct nlmsghdr *h = (const struct nlmsghdr *)answer;
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (recv(batch.fd, answer, sizeof answer, 0) < 0)
		die("recv", errno);
	if (h->nlmsg_type != NLMSG_ERROR || e->error)
		die("the kernel refused", -e->error);
}

static void flush(void)
{
	struct nlmsghdr *last = (struct nlmsghdr *)(batch.data + batch.last);

	if (!batch.messages)
		return;
	last->nlmsg_flags |= NLM_F_ACK;
	if (send(batch.fd, batch.data, batch.len, 0) < 0)
		die("send", errno);
	await_acks();
	batch.messages = 0;
	batch.len = 0;
}

static void append(const void *data, size_t len)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(batch.data + batch.last);

	memcpy(batch.data + batch.len, data, len);
	memset(batch.data + batch.len + len, 0, NLMSG_ALIGN(len) - len);
	batch.len += NLMSG_ALIGN(len);
	h->nlmsg_len = (uint32_t)(batch.len - batch.last);
}

static void begin(uint16_t type, const void *body, size_t len)
{
	struct nlmsghdr h = { .nlmsg_type = type, .nlmsg_seq = SEQ,
			      .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL };

	if (batch.messages == PER_SEND)
		flush();
	batch.messages++;
	batch.last = batch.len;
	append(&h, sizeof h);
	append(body, len);
}

static void put(uint16_t type, const void *data, size_t len)
{
	struct rtattr a = { .rta_type = type, .rta_len = (uint16_t)RTA_LENGTH(len) };

	append(&a, sizeof a);
	append(data, len);
}

static void put_number(uint16_t type, uint32_t value)
{
	put(type, &value, sizeof value);
}

static void put_text(uint16_t type, const char *text)
{
	put(type, text, strlen(text) + 1);
}

static size_t nest(uint16_t type)
{
	size_t mark = batch.len;

	put(type | NLA_F_NESTED, "", 0);
	return mark;
}

static void nest_end(size_t mark)
{
	struct rtattr *a = (struct rtattr *)(batch.data + mark);

	a->rta_len = (uint16_t)(batch.len - mark);
}

static void add_veth(const char *name, const char *peer)
{
	struct ifinfomsg i = { 0 };
	size_t info, data, other;

	begin(RTM_NEWLINK, &i, sizeof i);
	put_text(IFLA_IFNAME, name);
	info = nest(IFLA_LINKINFO);
	put_text(IFLA_INFO_KIND, "veth");
	data = nest(IFLA_INFO_DATA);
	other = nest(VETH_INFO_PEER);
	append(&i, sizeof i);
	put_text(IFLA_IFNAME, peer);
	nest_end(other);
	nest_end(data);
	nest_end(info);
}

static void add_ifb(const char *name)
{
	struct ifinfomsg i = { 0 };
	size_t info;

	begin(RTM_NEWLINK, &i, sizeof i);
	put_text(IFLA_IFNAME, name);
	info = nest(IFLA_LINKINFO);
	put_text(IFLA_INFO_KIND, FILTER_KIND);
	nest_end(info);
}

static void add_address(const char *name)
{
	struct ifaddrmsg a = { .ifa_family = AF_INET, .ifa_prefixlen = 24,
			       .ifa_index = if_nametoindex(name) };
	const unsigned char address[] = { 192, 0, 2, 1 };

	begin(RTM_NEWADDR, &a, sizeof a);
	put(IFA_LOCAL, address, sizeof address);
	put(IFA_ADDRESS, address, sizeof address);
}

/* Routes over 128 gateways, so that they differ in more than the prefix; the
 * same in two tables. */
static void add_one_route(uint32_t i, uint32_t oif)
{
	struct rtmsg r = { .rtm_family = AF_INET, .rtm_dst_len = 32,
			   .rtm_table = i % 2 ? SECOND_TABLE : RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST };
	uint32_t dst = 0x0a000000u + i / 2;
	const unsigned char address[] = { dst >> 24, dst >> 16 & 255, dst >> 8 & 255, dst & 255 };
	const unsigned char gateway[] = { 192, 0, 2, 2 + i / 2 % 128 };

	begin(RTM_NEWROUTE, &r, sizeof r);
	put(RTA_DST, address, sizeof address);
	put(RTA_GATEWAY, gateway, sizeof gateway);
	put_number(RTA_OIF, oif);
	put_number(RTA_PRIORITY, 100);
}

static void set_up(const char *name)
{
	struct ifinfomsg i = { .ifi_index = (int)if_nametoindex(name), .ifi_flags = IFF_UP,
			       .ifi_change = IFF_UP };

	begin(RTM_SETLINK, &i, sizeof i);
}

static void up(const char *name)
{
	char peer[IFNAMSIZ];

	snprintf(peer, sizeof peer, "%.14s_", name);
	add_veth(name, peer);
	flush();
	set_up(name);
	set_up(peer);
	add_address(name);
	flush();
}

static void add_links(uint32_t n)
{
	char name[IFNAMSIZ], peer[IFNAMSIZ];

	for (uint32_t i = 0; i < n; i++) {
		if (i % 5 == 4) {
			snprintf(name, sizeof name, "ifb%u", i);
			add_ifb(name);
		} else if (i % 5 % 2 == 0) {
			snprintf(name, sizeof name, "veth%u", i);
			snprintf(peer, sizeof peer, "veth%u", i + 1);
			add_veth(name, peer);
		}
	}
	flush();
}

static void add_routes(const char *name, uint32_t first, uint32_t end)
{
	uint32_t oif = if_nametoindex(name);

	for (uint32_t i = first; i < end; i++)
		add_one_route(i, oif);
	flush();
}

/* A recording is datagrams, each behind its length in four bytes. */
static void write_datagram(FILE *file, const void *data, size_t len)
{
	uint32_t prefix = (uint32_t)len;

	if (fwrite(&prefix, sizeof prefix, 1, file) != 1 || fwrite(data, 1, len, file) != len)
		die("write", errno);
}

static void record(const char *path, uint32_t datagrams)
{
	struct {
		struct nlmsghdr h;
		int error;
	} done = { .h = { .nlmsg_len = sizeof done, .nlmsg_type = NLMSG_DONE,
			  .nlmsg_flags = NLM_F_MULTI, .nlmsg_seq = SEQ } };
	static char data[BUFFER_SIZE];
	FILE *file = fopen(path, "wb");
	int fd = open_route_dump();

	if (!file || fd < 0)
		die(path, file ? -fd : errno);
	for (uint32_t i = 0; i < datagrams; i++) {
		ssize_t n = recv(fd, data, sizeof data, 0);

		if (n <= 0 || ((struct nlmsghdr *)data)->nlmsg_type == NLMSG_DONE)
			die("the dump is too short to be recorded", n < 0 ? errno : ERANGE);
		write_datagram(file, data, (size_t)n);
	}
	write_datagram(file, &done, sizeof done);
	if (fclose(file))
		die(path, errno);
}

static int is(int argc, char **argv, const char *verb, int args)
{
	return argc == args + 2 && !strcmp(argv[1], verb);
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	batch.fd = open_socket(NETLINK_ROUTE);
	if (batch.fd < 0)
		die("socket", -batch.fd);
	if (is(argc, argv, "up", 1))
		up(argv[2]);
	else if (is(argc, argv, "links", 1))
		add_links(number(argv[2]));
	else if (is(argc, argv, "routes", 3))
		add_routes(argv[2], number(argv[3]), number(argv[4]));
	else if (is(argc, argv, "record", 2))
		record(argv[2], number(argv[3]));
	else
		die("usage: world up NAME | links N | routes NAME I J | record FILE K",
		    EINVAL);
	return 0;
}
