// SPDX-License-Identifier: MIT OR Apache-2.0
/* Caches whose objects come and go: the same are found, and the order stays. */
#include "say.h"

#include <netlink/cache.h>
#include <netlink/object.h>
#include <netlink/route/neighbour.h>

enum { KEYS = 300, STEPS = 20000 };

static struct rtnl_neigh *neighbour(unsigned int key)
{
	struct rtnl_neigh *neigh = rtnl_neigh_alloc();
	unsigned char bytes[4] = { 10, 0, (unsigned char)(key >> 8), (unsigned char)key };
	struct nl_addr *dst = nl_addr_build(AF_INET, bytes, 4);

	rtnl_neigh_set_family(neigh, AF_INET);
	rtnl_neigh_set_ifindex(neigh, (int)(1 + key % 3));
	rtnl_neigh_set_dst(neigh, dst);
	nl_addr_put(dst);
	return neigh;
}

static unsigned int key_of(struct nl_object *obj)
{
	unsigned char *bytes = nl_addr_get_binary_addr(rtnl_neigh_get_dst((struct rtnl_neigh *)obj));

	return bytes[2] << 8 | bytes[3];
}

/* The walk in both directions. */
static void walk(struct nl_cache *cache)
{
	unsigned int sum = 0, back = 0, n = 0;
	struct nl_object *obj;

	for (obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj))
		sum = sum * 31 + key_of(obj), n++;
	for (obj = nl_cache_get_last(cache); obj; obj = nl_cache_get_prev(obj))
		back = back * 31 + key_of(obj);
	printf("%d of %u: %08x %08x\n", nl_cache_nitems(cache), n, sum, back);
}

static void add(struct nl_cache *cache, unsigned int key)
{
	struct rtnl_neigh *neigh = neighbour(key);

	printf("add %u: %d\n", key, nl_cache_add(cache, (struct nl_object *)neigh));
	rtnl_neigh_put(neigh);
}

static struct nl_object *search(struct nl_cache *cache, unsigned int key)
{
	struct rtnl_neigh *neigh = neighbour(key);
	struct nl_object *found = nl_cache_search(cache, (struct nl_object *)neigh);

	rtnl_neigh_put(neigh);
	return found;
}

static void leave(struct nl_cache *cache, struct nl_cache *other, unsigned int key, int moves)
{
	struct nl_object *found = search(cache, key);

	printf("%s %u: %d\n", moves ? "move" : "remove", key, found != NULL);
	if (!found)
		return;
	if (moves)
		printf("moved: %d\n", nl_cache_move(other, found));
	else
		nl_cache_remove(found);
	printf("in %d\n", nl_object_get_cache(found) == other);
	nl_object_put(found);
}

/* What it was filed under is not what it is any more. */
static void change(struct nl_cache *cache, unsigned int key)
{
	struct nl_object *found = search(cache, key);

	printf("change %u: %d\n", key, found != NULL);
	if (!found)
		return;
	rtnl_neigh_set_ifindex((struct rtnl_neigh *)found, 99);
	nl_cache_remove(found);
	printf("left: %d\n", nl_object_get_cache(found) == NULL);
	nl_object_put(found);
}

static void remove_odd(struct nl_object *obj, void *arg)
{
	if (key_of(obj) % 2)
		nl_cache_remove(obj);
}

static void churn(struct nl_cache *cache, struct nl_cache *other)
{
	for (int i = 0; i < STEPS; i++) {
		unsigned int key = dice(KEYS), what = dice(100);

		if (what < 48)
			add(dice(4) ? cache : other, key);
		else if (what < 88)
			leave(cache, other, key, 0);
		else if (what < 96)
			leave(cache, other, key, 1);
		else if (what < 99)
			change(cache, key);
		else
			walk(cache), walk(other);
		if (i % 5000 == 4999)
			nl_cache_foreach(cache, remove_odd, NULL);
	}
}

int main(void)
{
	struct nl_cache *cache, *other;

	printf("%d %d\n", nl_cache_alloc_name("route/neigh", &cache), nl_cache_alloc_name("route/neigh", &other));
	churn(cache, other);
	walk(cache);
	nl_cache_clear(cache);
	walk(cache);
	add(cache, 7);
	walk(cache);
	nl_cache_free(cache);
	nl_cache_free(other);
	return 0;
}
