/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/**
 * @file rnl/inline.h
 * @brief The readers of rnl.h that are worth inlining.
 *
 * rnl.h includes this file; do not include it yourself. With optimisation on,
 * compilers that know GNU inline functions put these bodies in place of calls;
 * all others, and programs that define RNL_NO_INLINE, call the library's own
 * functions, which do the same. Either way the structs they work on never
 * change, so that a program built today works with every later library.
 */
#ifndef RNL_INLINE_H
#define RNL_INLINE_H

#include <errno.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RNL_INLINE \
	extern __inline __attribute__((__gnu_inline__, __always_inline__))

RNL_INLINE int rnl_view_fixed(const struct rnl_view *view, void *dst,
			      size_t size)
{
	if (!view || (!dst && size))
		return -EINVAL;
	if (view->body.len >= size) {
		if (size)
			memcpy(dst, view->body.ptr, size);
		return (int)size;
	}
	memset(dst, 0, size);
	if (view->body.len)
		memcpy(dst, view->body.ptr, view->body.len);
	return (int)view->body.len;
}

RNL_INLINE int rnl_view_attrs(const struct rnl_view *view, size_t fixed,
			      struct rnl_attrs *out)
{
	const size_t skip = (fixed + 3) & ~(size_t)3;

	if (!out)
		return -EINVAL;
	memset(out, 0, sizeof *out);
	if (!view)
		return -EINVAL;
	out->rest.ptr = view->body.ptr;
	if (skip >= fixed && skip < view->body.len) {
		out->rest.ptr += skip;
		out->rest.len = view->body.len - skip;
	}
	out->end = (uint32_t)(view->body.len + 16);
	return 0;
}

RNL_INLINE int rnl_attrs_next(struct rnl_attrs *attrs, struct rnl_attr *out)
{
	uint16_t head[2];
	size_t step;

	if (!attrs || !out)
		return -EINVAL;
	if (!attrs->rest.len)
		return 0;
	if (attrs->rest.len >= sizeof head)
		memcpy(head, attrs->rest.ptr, sizeof head);
	if (attrs->rest.len < sizeof head || head[0] < sizeof head ||
	    head[0] > attrs->rest.len) {
		attrs->rest.len = 0;
		return -EBADMSG;
	}
	out->data.ptr = attrs->rest.ptr + sizeof head;
	out->data.len = head[0] - sizeof head;
	out->type = head[1] & 0x3fff;
	out->flags = head[1] & 0xc000;
	out->offset = attrs->end - (uint32_t)attrs->rest.len;
	/* The last attribute may lack its padding. */
	step = ((size_t)head[0] + 3) & ~(size_t)3;
	if (step > attrs->rest.len)
		step = attrs->rest.len;
	attrs->rest.ptr += step;
	attrs->rest.len -= step;
	return 1;
}

RNL_INLINE int rnl_attr_nested(const struct rnl_attr *attr,
			       struct rnl_attrs *out)
{
	if (!out)
		return -EINVAL;
	memset(out, 0, sizeof *out);
	if (!attr)
		return -EINVAL;
	out->rest = attr->data;
	out->end = attr->offset + 4 + (uint32_t)attr->data.len;
	return 0;
}

#define RNL_INLINE_NUMBER(name, type)                                   \
	RNL_INLINE int name(const struct rnl_attr *attr, type *out)     \
	{                                                               \
		if (!attr || !out)                                      \
			return -EINVAL;                                 \
		if (attr->data.len != sizeof *out)                      \
			return -ERANGE;                                 \
		memcpy(out, attr->data.ptr, sizeof *out);               \
		return 0;                                               \
	}

RNL_INLINE_NUMBER(rnl_attr_u8, uint8_t)
RNL_INLINE_NUMBER(rnl_attr_u16, uint16_t)
RNL_INLINE_NUMBER(rnl_attr_u32, uint32_t)
RNL_INLINE_NUMBER(rnl_attr_u64, uint64_t)

#undef RNL_INLINE_NUMBER
#undef RNL_INLINE

#ifdef __cplusplus
}
#endif

#endif /* RNL_INLINE_H */
