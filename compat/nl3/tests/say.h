/* SPDX-License-Identifier: MIT OR Apache-2.0
 * For programs that run on this library and on the one it replaces: what they print is compared.
 * A line that begins with "fix" shows a deliberate difference; what it must say is in NAME.fixed. */
#ifndef SAY_H
#define SAY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A step that is expected to work before what is tested can begin. */
#define MUST(condition) \
	do { \
		if (!(condition)) { \
			printf("%s:%d: %s failed\n", __FILE__, __LINE__, #condition); \
			exit(1); \
		} \
	} while (0)

static inline void hex(const void *data, size_t len)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < len; i++)
		printf("%02x", byte[i]);
	printf("\n");
}

/* The same numbers on every run. */
static inline unsigned int dice(unsigned int sides)
{
	static unsigned long long state = 0x853c49e6748fea9bULL;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(state >> 33) % sides;
}

#endif
