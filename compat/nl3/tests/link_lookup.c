/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Links found by name and by number while links come, go and are renamed, several of one name or number among them;
 * and by several threads at once. */
#include "objects.h"
#include <netlink/route/link.h>
#include <pthread.h>
#include <unistd.h>

#define MOST 300

static struct nl_cache *cache;
static struct rtnl_link *in[MOST];

static const char *some_name(void)
{
	static char name[16];

	snprintf(name, sizeof name, "eth%u", dice(MOST));
	return name;
}

static int position(struct rtnl_link *link)
{
	int at = 0;

	for (struct nl_object *obj = nl_cache_get_first(cache); obj && obj != OBJ_CAST(link); obj = nl_cache_get_next(obj))
		at++;
	return at;
}

static void found(const char *what, struct rtnl_link *link)
{
	if (link)
		printf("%s %s %d at %d;", what, rtnl_link_get_name(link), rtnl_link_get_ifindex(link), position(link));
	else
		printf("%s none;", what);
	rtnl_link_put(link);
}

static void look(void)
{
	const char *name = some_name();
	int index = (int)dice(MOST);

	printf("%s ", name);
	found("by name", rtnl_link_get_by_name(cache, name));
	found("by number", rtnl_link_get(cache, index));
	printf(" %d", rtnl_link_name2i(cache, name));
	printf(" %s\n", rtnl_link_i2name(cache, index, buf, sizeof buf) ? buf : "none");
}

static void add(int n)
{
	static const int families[] = { AF_UNSPEC, AF_UNSPEC, AF_BRIDGE, AF_INET6 };

	in[n] = rtnl_link_alloc();
	rtnl_link_set_ifindex(in[n], (int)dice(MOST));
	rtnl_link_set_name(in[n], some_name());
	rtnl_link_set_family(in[n], families[dice(COUNT(families))]);
	if (nl_cache_add(cache, OBJ_CAST(in[n])) < 0) {
		/* Stock leaves it with the mark of the cache. */
		rtnl_link_put(in[n]);
		in[n] = NULL;
	}
}

static void change(int n)
{
	if (!in[n]) {
		add(n);
	} else if (dice(3) == 0) {
		rtnl_link_set_name(in[n], some_name());
	} else {
		nl_cache_remove(OBJ_CAST(in[n]));
		rtnl_link_put(in[n]);
		in[n] = NULL;
	}
}

static void *read_all(void *arg)
{
	long sum = 0;
	char name[16];

	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof name, "eth%d", i % MOST);
		sum += rtnl_link_name2i(cache, name) + (rtnl_link_i2name(cache, i % MOST, name, sizeof name) != NULL);
	}
	for (struct nl_object *obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj))
		sum += rtnl_link_get_ifindex((struct rtnl_link *)obj);
	*(long *)arg = sum;
	return NULL;
}

/* What the threads find is the same. Stock may lose count of references meanwhile: there are enough of them. */
static void at_once(void)
{
	pthread_t thread[4];
	long sum[4];

	/* The cache has changed: a table of names has to be made by one of them. */
	change(0);
	for (struct nl_object *obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj))
		for (int i = 0; i < 10000; i++)
			nl_object_get(obj);
	for (size_t i = 0; i < COUNT(thread); i++)
		MUST(pthread_create(&thread[i], NULL, read_all, &sum[i]) == 0);
	for (size_t i = 0; i < COUNT(thread); i++)
		pthread_join(thread[i], NULL);
	printf("threads found %ld %d\n", sum[0], sum[1] == sum[0] && sum[2] == sum[0] && sum[3] == sum[0]);
}

int main(void)
{
	MUST(nl_cache_alloc_name("route/link", &cache) == 0);
	for (int n = 0; n < MOST; n++)
		add(n);
	for (int round = 0; round < 60; round++) {
		for (unsigned int n = dice(20); n; n--)
			change((int)dice(MOST));
		for (unsigned int n = dice(40); n; n--)
			look();
	}
	at_once();
	fflush(stdout);
	_exit(0);
}
