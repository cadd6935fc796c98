/* SPDX-License-Identifier: MIT OR Apache-2.0
 * malloc for tests: each block ends where a page ends that nothing may be read behind, new and freed blocks are filled
 * with a byte, and what is alive is counted. */
#ifndef GUARD_H
#define GUARD_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static long alive;
static int filler;

#define PAGE 4096u
#define SLOTS 8192u

extern void *__libc_malloc(size_t), *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

static char *arena;
static uint16_t sizes[SLOTS]; /* of the blocks; 0 where there is none */

static int guarded(const void *block)
{
	return arena && (const char *)block >= arena && (const char *)block < arena + SLOTS * 2 * PAGE;
}

static size_t slot_of(const void *block)
{
	return (size_t)((const char *)block - arena) / (2 * PAGE);
}

/* Before this, and for what is longer than a page, blocks are those of the C library. */
static void open_arena(void)
{
	arena = mmap(NULL, SLOTS * 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (size_t i = 0; i < SLOTS; i++)
		mprotect(arena + i * 2 * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

/* Slots are used in turn, so that a freed block stays as it is for a while. */
static void *take(size_t size)
{
	static size_t next;

	if (!arena || !size || size > PAGE)
		return NULL;
	for (size_t tries = 0; tries < SLOTS; tries++) {
		size_t slot = next++ % SLOTS;

		if (!sizes[slot]) {
			sizes[slot] = (uint16_t)size;
			return arena + slot * 2 * PAGE + PAGE - (size + (size % 8 == 4 ? 0 : -size % 8));
		}
	}
	return NULL;
}

void *malloc(size_t size)
{
	void *block = take(size);

	if (!block)
		block = __libc_malloc(size);
	if (block) {
		memset(block, filler, size);
		alive++;
	}
	return block;
}

void free(void *block)
{
	if (!block)
		return;
	alive--;
	if (!guarded(block)) {
		__libc_free(block);
		return;
	}
	if (!sizes[slot_of(block)])
		abort();
	memset(block, filler ^ 0x78, sizes[slot_of(block)]);
	sizes[slot_of(block)] = 0;
}

void *calloc(size_t count, size_t size)
{
	void *block = size && count > SIZE_MAX / size ? NULL : malloc(count * size);

	return block ? memset(block, 0, count * size) : NULL;
}

void *realloc(void *block, size_t size)
{
	void *other;

	if (block && !guarded(block))
		return __libc_realloc(block, size);
	other = malloc(size);
	if (other && block) {
		size_t had = sizes[slot_of(block)];

		memcpy(other, block, had < size ? had : size);
		free(block);
	}
	return other;
}
#endif
