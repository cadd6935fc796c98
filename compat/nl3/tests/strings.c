/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Numbers and their names, errors and their texts, sizes, rates, times, probabilities, hashes. */
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/utils.h>
#include <netlink/addr.h>
#include <netlink/hash.h>
#include <netlink/hashtable.h>
#include "say.h"

extern const char *nl_strerror_l(int errnum);

static char buf[128];

struct names {
	const char *what;
	char *(*to)(int, char *, size_t);
	int (*from)(const char *);
};

static const struct names all[] = {
	{ "family", nl_nlfamily2str, nl_str2nlfamily },
	{ "af", nl_af2str, nl_str2af },
	{ "msgtype", nl_nlmsgtype2str, nl_str2nlmsgtype },
	{ "llproto", nl_llproto2str, nl_str2llproto },
	{ "ether", nl_ether_proto2str, nl_str2ether_proto },
	{ "ip", nl_ip_proto2str, nl_str2ip_proto },
};

static void names(void)
{
	static const char *odd[] = { "", "0", "INET", "Route", "0x5", "-1", "4294967295", "99999999999999999999",
				     "route ", " 7", "7 ", "tcp", "nothing", "012" };

	for (size_t t = 0; t < COUNT(all); t++) {
		for (int i = -3; i < 65540; i += i < 1100 || i > 65500 ? 1 : 1 + (i % 7 == 0))
			if (all[t].to(i, buf, sizeof buf)[1] != 'x' || i < 300)
				printf("%s %d %s %d\n", all[t].what, i, buf, all[t].from(buf));
		for (size_t i = 0; i < COUNT(odd); i++)
			printf("%s '%s' %d\n", all[t].what, odd[i], all[t].from(odd[i]));
		for (size_t len = 1; len < 8; len++)
			printf("%s cut to %zu: %s\n", all[t].what, len, all[t].to(2, buf, len));
	}
}

static void flags(void)
{
	static const int some[] = { 0, 0x305, 0xffff, 0x10, 0x8000, 0x1f };

	for (int bit = 0; bit < 16; bit++)
		printf("flag %d %s\n", bit, nl_nlmsg_flags2str(1 << bit, buf, sizeof buf));
	for (size_t i = 0; i < COUNT(some); i++)
		printf("flags %x %s\n", some[i], nl_nlmsg_flags2str(some[i], buf, sizeof buf));
	printf("flags cut: %s\n", nl_nlmsg_flags2str(0x305, buf, 12));
}

static void errors(void)
{
	for (int i = -40; i < 60; i++)
		printf("error %d %s\n", i, nl_geterror(i));
	for (int i = -5; i < 140; i++)
		printf("errno %d %d\n", i, nl_syserr2nlerr(i));
	printf("strerror %s\n", nl_strerror_l(2));
	fflush(stdout);
	nl_perror(5, "text");
	nl_perror(-5, NULL);
	nl_perror(5, "");
	for (int i = -1; i < 50; i++)
		printf("capability %d %d\n", i, nl_has_capability(i));
}

static void sizes(void)
{
	static const char *text[] = {
		"0", "1", "1024", "1k", "1kb", "1kbit", "1K", "1kB", "5m", "5mb", "5mbit", "5M", "1g", "1gb", "1gbit", "1.5k",
		"1b", "-1", "", "abc", "1x", "1 k", " 1", "0x10", "1kbits", "1MBIT", "1gib", "3t", "99999999999", "1e3", "1k ",
	};
	static const unsigned long long value[] = {
		0, 1024, 1025, 1536, 2000, 10240, 1000000, 1048576, 5 << 20, 1ULL << 30, (1ULL << 30) + 1, 3ULL << 40,
		123456789012345ULL,
	};
	static const unsigned long long any[] = { 0, 1, 500, 999, 1000, 1023, 1024, 999999, 1 << 20, 1ULL << 40, ~0ULL };
	char *unit;
	double number;

	for (size_t i = 0; i < COUNT(text); i++)
		printf("size '%s' %ld\n", text[i], nl_size2int(text[i]));
	for (size_t i = 0; i < COUNT(value); i++)
		printf("size %llu %s\n", value[i], nl_size2str(value[i], buf, sizeof buf));
	printf("size cut: %s\n", nl_size2str(1536, buf, 4));
	for (size_t i = 0; i < COUNT(any); i++) {
		number = nl_cancel_down_bytes(any[i], &unit);
		printf("%llu is %.4f %s", any[i], number, unit);
		number = nl_cancel_down_bits(any[i], &unit);
		printf(", %.4f %s", number, unit);
		number = nl_cancel_down_us(any[i], &unit);
		printf(", %.4f %s", number, unit);
		printf(", %d %s", nl_rate2str(any[i], NL_BYTE_RATE, buf, sizeof buf), buf);
		printf(", %d %s\n", nl_rate2str(any[i], NL_BIT_RATE, buf, sizeof buf), buf);
	}
	printf("fix size 1: %s\n", nl_size2str(1, buf, sizeof buf));
	printf("fix size 1023: %s\n", nl_size2str(1023, buf, sizeof buf));
	printf("fix size ~0: %s\n", nl_size2str(~0ULL, buf, sizeof buf));
}

static void times(void)
{
	static const char *text[] = {
		"0", "1", "1d", "2h", "3m", "4s", "1d2h3m4s5", "1d 2h", "1h1m", " 1h", "abc", "1x", "", "1.5s", "-1s", "1ms",
		"5msec", "2w", "99999999999999999999s", "1h 5", "5 1h", "1h  2m", "1h ", "5 ", "1h 2 3", "0x10s", "1S", "1D",
		"1h\t2m", "h", "1h 1h", "1h x", "2mi", "2MIN", "2mins", "2min 3sec", "2min3", "2days", "2da\t2hou", "2h\n3", "2h \n3",
	};
	static const unsigned long long value[] = { 0, 1, 999, 1000, 1001, 60000, 61001, 3600000, 3661001, 86400000, 90061001,
						    123456789012ULL, ~0ULL, 86400001 };
	static const unsigned int us[] = { 0, 1, 5, 1000, 1000000, ~0U };
	uint64_t result;
	int err;

	for (size_t i = 0; i < COUNT(text); i++) {
		result = 77;
		err = nl_str2msec(text[i], &result);
		printf("time '%s' %d %llu\n", text[i], err, (unsigned long long)result);
	}
	for (size_t i = 0; i < COUNT(value); i++)
		printf("time %llu %s\n", value[i], nl_msec2str(value[i], buf, sizeof buf));
	printf("time cut: %s\n", nl_msec2str(90061001, buf, 6));
	printf("hz %d %d\n", nl_get_user_hz(), nl_get_psched_hz());
	for (size_t i = 0; i < COUNT(us); i++)
		printf("ticks %u %u %u\n", us[i], nl_us2ticks(us[i]), nl_ticks2us(us[i]));
}

static void probabilities(void)
{
	static const char *text[] = { "0", "1", "50%", "0.5", "100%", "101%", "1.1", "-1%", "0%", "50 %", "50%x", "1e-1", "101%x",
				      "-1x", "0.5x", "200", "1000%", "100.0%", "1.0000001", "", "0x10", "0.3333333" };

	for (size_t i = 0; i < COUNT(text); i++)
		printf("probability '%s' %ld\n", text[i], nl_prob2int(text[i]));
}

static void hashes(void)
{
	char key[80];

	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (char)(i * 7 + 1);
	for (unsigned int len = 0; len < 64; len++)
		for (unsigned int at = 0; at < 4; at++)
			printf("hash %u %u %u\n", len, nl_hash(key + at, len, len * 3), __nl_hash(key + at, len, 9) ^ nl_hash_any(key, len, 1));
}

int main(void)
{
	names();
	flags();
	errors();
	sizes();
	times();
	probabilities();
	hashes();
	return 0;
}
