/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/**
 * @file rnl/rnl.h
 * @brief Netlink for Linux.
 *
 * A result is 0, a count, or a negative errno. The handle comes first, then
 * inputs, then what is filled in. Times are in milliseconds, -1 is for ever.
 * rnl(7) is the overview, and every function has a page of its own.
 */
#ifndef RNL_RNL_H
#define RNL_RNL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rnl_attrs;
struct rnl_err;
struct rnl_attr;
struct rnl_sock;
struct sock_filter;
struct rnl_reply;

/* ---- Version ------------------------------------------------------------- */

/**
 * The library's version, as "0.1.0".
 *
 * Returns a string that lives as long as the library.
 * Threads: any. Since 0.1.
 */
const char *rnl_version(void);

/* ---- Messages received --------------------------------------------------- */

/** Bytes that somebody else owns. */
struct rnl_bytes {
    /** The first byte; may be NULL if len is 0. */
    const uint8_t *ptr;
    /** How many. */
    size_t len;
};

/**
 * One message. The bytes belong to what it was received in; see the function
 * that filled it for how long they live. This struct never changes.
 */
struct rnl_view {
    /** The whole message with its header. */
    struct rnl_bytes msg;
    /**
     * What follows the header: the family's fixed header and the attributes.
     */
    struct rnl_bytes body;
    /** nlmsg_type */
    uint16_t type;
    /** nlmsg_flags: NLM_F_* */
    uint16_t flags;
    /** nlmsg_seq */
    uint32_t seq;
    /** nlmsg_pid: port id of the socket that asked, or 0. */
    uint32_t port;
    /** Multicast group of a notification, or 0. */
    uint32_t group;
    /**
     * Id of the network namespace a notification came from, or -1 for the
     * socket's own.
     */
    int32_t nsid;
    /** 0 */
    uint32_t reserved;
};

/**
 * The next message of a datagram.
 *
 * @datagram  the bytes; moved behind the message that was found
 * @out       filled on 1; borrows from the bytes
 *
 * Returns 1 with a message, 0 at the end, or
 *   -EINVAL   datagram or out is NULL
 *   -EBADMSG  the rest is no message: its length is below 16 or beyond the end
 * Threads: any. Since 0.1.
 */
int rnl_view_next(struct rnl_bytes *datagram, struct rnl_view *out);

/**
 * Copies the fixed struct at the start of a message's body. A struct that is
 * shorter than the caller's is filled with zeros, a longer one cut, as kernels
 * and headers of other versions have it.
 *
 * @view  message
 * @dst   where to
 * @size  bytes of dst
 *
 * Returns how many bytes the message had, at most size, or
 *   -EINVAL  view is NULL, or dst is NULL and size is not 0
 * Threads: any. Since 0.1.
 */
int rnl_view_fixed(const struct rnl_view *view, void *dst, size_t size);

/**
 * Starts a walk over the attributes of a message.
 *
 * @view   message
 * @fixed  bytes of the family's fixed header: sizeof(struct ifinfomsg), 4 for a
 *         generic family ...
 * @out    filled, for rnl_attrs_next(); borrows from the message
 *
 * Returns 0, or
 *   -EINVAL  view or out is NULL
 * Threads: any. Since 0.1.
 */
int rnl_view_attrs(const struct rnl_view *view, size_t fixed,
                   struct rnl_attrs *out);

/**
 * The verdict in an ERROR or DONE message, for programs that read datagrams
 * themselves.
 *
 * @view     message of type NLMSG_ERROR or NLMSG_DONE
 * @protocol NETLINK_*, to name the attributes of the request; -1 if that is not
 *           known
 * @request  the request with its header, to say which attribute is meant; may
 *           be NULL
 * @err      filled on failure, if not NULL
 *
 * Returns 0 if it says success, the kernel's -errno, or
 *   -EINVAL   view is NULL or of another type
 *   -EBADMSG  it is too short for its error number
 * Threads: any. Since 0.1.
 */
int rnl_view_status(const struct rnl_view *view, int protocol,
                    const struct rnl_bytes *request, struct rnl_err **err);

/* ---- Attributes received ------------------------------------------------- */

/**
 * A walk over attributes: plain data, copied to start again from the same
 * place. This struct never changes.
 */
struct rnl_attrs {
    /** What has not been walked yet. */
    struct rnl_bytes rest;
    /** Offset of the end of rest from the header of the message. */
    uint32_t end;
    /** 0 */
    uint32_t reserved;
};

/**
 * Starts a walk over attributes that stand by themselves: those of
 * rnl_err_policy(), or of a file.
 *
 * @bytes  the attributes; they must outlive the walk
 * @out    filled, for rnl_attrs_next()
 *
 * Returns 0, or
 *   -EINVAL  bytes or out is NULL
 * Threads: any. Since 0.1.
 */
int rnl_attrs_of(const struct rnl_bytes *bytes, struct rnl_attrs *out);

/**
 * The next attribute. However damaged the bytes are, a walk ends.
 *
 * @attrs  walk, moved behind the attribute that was found
 * @out    filled on 1; borrows from the message
 *
 * Returns 1 with an attribute, 0 at the end, or
 *   -EINVAL   attrs or out is NULL
 *   -EBADMSG  the rest is no attribute: its length is below 4 or beyond the end
 * Threads: any. Since 0.1.
 */
int rnl_attrs_next(struct rnl_attrs *attrs, struct rnl_attr *out);

/**
 * Finds an attribute by type: the last one, as the kernel does where one is
 * given twice.
 *
 * @attrs  walk; it is not moved
 * @type   type without NLA_F_* bits
 * @out    filled on 1; borrows from the message
 *
 * Returns 1 with an attribute, 0 if there is none, or
 *   -EINVAL  attrs or out is NULL
 * Threads: any. Since 0.1.
 */
int rnl_attrs_find(const struct rnl_attrs *attrs, uint16_t type,
                   struct rnl_attr *out);

/**
 * Fills a table with the attributes of types 0 to n-1, each at the index of its
 * type; the last one where a type is given twice. Entries without an attribute
 * get data.ptr NULL.
 *
 * @attrs  walk; it is not moved
 * @table  room for n attributes, which borrow from the message
 * @n      entries of table
 *
 * Returns how many attributes have types from n up, or
 *   -EINVAL   attrs is NULL, or table is NULL and n is not 0
 *   -EBADMSG  an attribute is damaged; those before it are in the table
 * Threads: any. Since 0.1.
 */
int rnl_attrs_table(const struct rnl_attrs *attrs, struct rnl_attr *table,
                    size_t n);

/* ---- Values of attributes ------------------------------------------------ */

/**
 * One attribute. The payload belongs to the message. This struct never changes.
 */
struct rnl_attr {
    /** The payload. */
    struct rnl_bytes data;
    /** The type, without NLA_F_* bits. */
    uint16_t type;
    /**
     * NLA_F_NESTED, NLA_F_NET_BYTEORDER: a hint; the kernel sets them on some
     * attributes only.
     */
    uint16_t flags;
    /** Where the attribute starts, counted from the header of its message. */
    uint32_t offset;
};

/**
 * Starts a walk over the attributes inside a nest.
 *
 * @attr  nest; whether it carries NLA_F_NESTED does not matter
 * @out   filled, for rnl_attrs_next(); borrows from the message
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 * Threads: any. Since 0.1.
 */
int rnl_attr_nested(const struct rnl_attr *attr, struct rnl_attrs *out);

/**
 * Reads an unsigned number of 1 byte.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 1 byte
 * Threads: any. Since 0.1.
 */
int rnl_attr_u8(const struct rnl_attr *attr, uint8_t *out);

/**
 * Reads an unsigned number of 2 bytes in host order.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 2 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_u16(const struct rnl_attr *attr, uint16_t *out);

/**
 * Reads an unsigned number of 4 bytes in host order.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 4 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_u32(const struct rnl_attr *attr, uint32_t *out);

/**
 * Reads an unsigned number of 8 bytes in host order; on the wire it may be
 * aligned to 4 only.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 8 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_u64(const struct rnl_attr *attr, uint64_t *out);

/**
 * Reads a signed number of 1 byte.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 1 byte
 * Threads: any. Since 0.1.
 */
int rnl_attr_s8(const struct rnl_attr *attr, int8_t *out);

/**
 * Reads a signed number of 2 bytes in host order.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 2 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_s16(const struct rnl_attr *attr, int16_t *out);

/**
 * Reads a signed number of 4 bytes in host order.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 4 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_s32(const struct rnl_attr *attr, int32_t *out);

/**
 * Reads a signed number of 8 bytes in host order.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 8 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_s64(const struct rnl_attr *attr, int64_t *out);

/**
 * Reads an unsigned number of 2 bytes in network order.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 2 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_be16(const struct rnl_attr *attr, uint16_t *out);

/**
 * Reads an unsigned number of 4 bytes in network order.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 4 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_be32(const struct rnl_attr *attr, uint32_t *out);

/**
 * Reads an unsigned number of 8 bytes in network order.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 8 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_be64(const struct rnl_attr *attr, uint64_t *out);

/**
 * Reads an unsigned number of any width, as the kernel's uint has 4 or 8 bytes.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 1, 2, 4 or 8 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_uint(const struct rnl_attr *attr, uint64_t *out);

/**
 * Reads a signed number of any width, as the kernel's sint has 4 or 8 bytes.
 *
 * @attr  attribute
 * @out   filled on success, in host order
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 1, 2, 4 or 8 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_sint(const struct rnl_attr *attr, int64_t *out);

/**
 * Reads a struct nla_bitfield32: bits, and which of them are meant.
 *
 * @attr      attribute
 * @out       filled on success: the bits
 * @selector  filled on success: which of them are meant
 *
 * Returns 0, or
 *   -EINVAL  attr, out or selector is NULL
 *   -ERANGE  the payload is not 8 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_bitfield32(const struct rnl_attr *attr, uint32_t *out,
                        uint32_t *selector);

/**
 * Finds a string in its payload: the bytes up to the first NUL, or all if there
 * is none. The result need not be NUL-terminated.
 *
 * @attr  attribute
 * @out   filled on success; borrows from the message
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 * Threads: any. Since 0.1.
 */
int rnl_attr_str(const struct rnl_attr *attr, struct rnl_bytes *out);

/**
 * Copies a string and its NUL.
 *
 * @attr  attribute
 * @buf   where to; always NUL-terminated on success
 * @size  bytes of buf
 *
 * Returns the length of the string, or
 *   -EINVAL  attr or buf is NULL
 *   -ERANGE  string and NUL are longer than size; nothing is written
 * Threads: any. Since 0.1.
 */
int rnl_attr_strcpy(const struct rnl_attr *attr, char *buf, size_t size);

/**
 * Copies an IPv4 or IPv6 address, in network order as in struct in_addr and
 * struct in6_addr.
 *
 * @attr  attribute
 * @out   room for 16 bytes
 *
 * Returns 4 for IPv4 or 16 for IPv6, how many bytes were written, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is neither 4 nor 16 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_ip(const struct rnl_attr *attr, uint8_t *out);

/**
 * Copies a MAC address.
 *
 * @attr  attribute
 * @out   room for 6 bytes
 *
 * Returns 0, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is not 6 bytes
 * Threads: any. Since 0.1.
 */
int rnl_attr_mac(const struct rnl_attr *attr, uint8_t *out);

/**
 * Copies a fixed struct: shorter ones are filled with zeros, longer ones cut.
 *
 * @attr  attribute
 * @dst   where to
 * @size  bytes of dst
 *
 * Returns how many bytes the attribute had, at most size, or
 *   -EINVAL  attr is NULL, or dst is NULL and size is not 0
 * Threads: any. Since 0.1.
 */
int rnl_attr_fixed(const struct rnl_attr *attr, void *dst, size_t size);

/**
 * Finds an element of an array of equally wide elements.
 *
 * @attr   attribute
 * @width  bytes of an element
 * @index  which one, from 0
 * @out    filled on 1; borrows from the message
 *
 * Returns 1, or 0 if the array ends before index, or
 *   -EINVAL  attr or out is NULL
 *   -ERANGE  the payload is no whole number of elements
 * Threads: any. Since 0.1.
 */
int rnl_attr_element(const struct rnl_attr *attr, size_t width, size_t index,
                     struct rnl_bytes *out);

/* ---- Errors -------------------------------------------------------------- */

/** The kernel answered the request with an error. */
#define RNL_FROM_KERNEL 1

/** rnl refused before anything was sent, or could not read what came. */
#define RNL_FROM_LOCAL 2

/** A system call on the socket failed. */
#define RNL_FROM_SOCKET 3

/** The deadline passed. */
#define RNL_FROM_TIMEOUT 4

/**
 * What is known about a failed call beyond its errno.
 *
 * Functions that take a `struct rnl_err **err` set `*err` to NULL on success
 * and to a new object on failure, which the caller frees with rnl_err_free();
 * `err` may be NULL. All strings of the object live as long as it does. If
 * there is no memory for it, `*err` is NULL and the return value alone says
 * what happened.
 */
struct rnl_err;

/**
 * The errno of an error, as a positive number.
 *
 * @err  error object, or NULL
 *
 * Returns the errno, or 0 if err is NULL.
 * Threads: any, while nobody frees err. Since 0.1.
 */
int rnl_err_errno(const struct rnl_err *err);

/**
 * Who said no.
 *
 * @err  error object, or NULL
 *
 * Returns RNL_FROM_KERNEL, RNL_FROM_LOCAL, RNL_FROM_SOCKET or RNL_FROM_TIMEOUT,
 * or 0 if err is NULL.
 * Threads: any, while nobody frees err. Since 0.1.
 */
int rnl_err_origin(const struct rnl_err *err);

/**
 * The error as one sentence for people:
 * "newroute: ENETUNREACH: Nexthop has invalid gateway (.gateway)".
 *
 * @err  error object, or NULL
 *
 * Returns a string that lives as long as err; "no error object" if err is NULL.
 * Never NULL.
 * Threads: any, while nobody frees err. Since 0.1.
 */
const char *rnl_err_text(const struct rnl_err *err);

/**
 * The text that the kernel sent with its refusal (NLMSGERR_ATTR_MSG).
 *
 * @err  error object, or NULL
 *
 * Returns a string that lives as long as err, or NULL if the kernel sent none.
 * Threads: any, while nobody frees err. Since 0.1.
 */
const char *rnl_err_kernel_text(const struct rnl_err *err);

/**
 * The path of the attribute that is wrong: ".linkinfo.data(vxlan).id". An
 * attribute without a known name shows its number.
 *
 * @err  error object, or NULL
 *
 * Returns a string that lives as long as err, or NULL if no attribute is known
 * to be wrong.
 * Threads: any, while nobody frees err. Since 0.1.
 */
const char *rnl_err_attr(const struct rnl_err *err);

/**
 * The path of the attribute that is missing: ".linkinfo.kind".
 *
 * @err  error object, or NULL
 *
 * Returns a string that lives as long as err, or NULL if none is known to be
 * missing.
 * Threads: any, while nobody frees err. Since 0.1.
 */
const char *rnl_err_missing(const struct rnl_err *err);

/**
 * What may be wrong with a request that the kernel refused without saying
 * where, by the descriptions or by the kernel's own policy: ".mtu: given 2
 * bytes, wanted u32". It is rnl's guess: the kernel may have had another
 * reason.
 *
 * @err  error object, or NULL
 *
 * Returns a string that lives as long as err, or NULL if the kernel said where,
 * or nothing looks wrong.
 * Threads: any, while nobody frees err. Since 0.1.
 */
const char *rnl_err_guess(const struct rnl_err *err);

/**
 * Where the attribute that is wrong starts (NLMSGERR_ATTR_OFFS).
 *
 * @err  error object
 * @out  filled on 1: bytes from the header of the request, see
 *       rnl_err_request()
 *
 * Returns 1, or 0 if the kernel gave no offset, or
 *   -EINVAL  err or out is NULL
 * Threads: any, while nobody frees err. Since 0.1.
 */
int rnl_err_offset(const struct rnl_err *err, uint32_t *out);

/**
 * Data that the kernel gave with its refusal (NLMSGERR_ATTR_COOKIE).
 *
 * @err  error object
 * @out  filled on 1; borrows from err
 *
 * Returns 1, or 0 if there is none, or
 *   -EINVAL  err or out is NULL
 * Threads: any, while nobody frees err. Since 0.1.
 */
int rnl_err_cookie(const struct rnl_err *err, struct rnl_bytes *out);

/**
 * What the kernel's policy wanted of the attribute that is wrong
 * (NLMSGERR_ATTR_POLICY).
 *
 * @err  error object
 * @out  filled on 1: attributes NL_POLICY_TYPE_ATTR_*, for rnl_attrs_of();
 *       borrows from err
 *
 * Returns 1, or 0 if there is none, or
 *   -EINVAL  err or out is NULL
 * Threads: any, while nobody frees err. Since 0.1.
 */
int rnl_err_policy(const struct rnl_err *err, struct rnl_bytes *out);

/**
 * The request that failed, as it was sent.
 *
 * @err  error object
 * @out  filled on 1: the message with its header; borrows from err
 *
 * Returns 1, or 0 if no request was refused, or
 *   -EINVAL  err or out is NULL
 * Threads: any, while nobody frees err. Since 0.1.
 */
int rnl_err_request(const struct rnl_err *err, struct rnl_bytes *out);

/**
 * Frees an error object with its strings.
 *
 * @err  error object, or NULL
 *
 * Returns 0, or
 *   -EINVAL  err is not an error object, or has been freed
 * Threads: err must not be in use elsewhere. Since 0.1.
 */
int rnl_err_free(struct rnl_err *err);

/* ---- Messages to send ---------------------------------------------------- */

/**
 * A request under construction. The first thing that goes wrong sticks: puts
 * may be chained without looking at their results, since sending reports the
 * first failure with the attribute's path. A message may be sent any number of
 * times, and changed in between.
 */
struct rnl_msg;

/**
 * Makes a request.
 *
 * @type   RTM_NEWLINK, the id of a generic family ...; 16 or above
 * @flags  NLM_F_*; REQUEST and ACK are added on sending, DUMP by
 *         rnl_dump_start()
 *
 * Returns a message to free with rnl_msg_free(), or NULL if there is no memory.
 * A type below 16 is a failure that sticks.
 * Threads: any. Since 0.1.
 */
struct rnl_msg *rnl_msg_new(uint16_t type, uint16_t flags);

/**
 * Frees a message.
 *
 * @msg  message, or NULL
 *
 * Returns 0, or
 *   -EINVAL  msg is not a message, or has been freed
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_free(struct rnl_msg *msg);

/**
 * Starts over with an empty message, keeping its memory.
 *
 * @msg    message
 * @type   as for rnl_msg_new()
 * @flags  as for rnl_msg_new()
 *
 * Returns 0, or
 *   -EINVAL  msg is NULL, or type is below 16
 *   -ENOMEM  no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_reset(struct rnl_msg *msg, uint16_t type, uint16_t flags);

/**
 * Whether everything that was put so far worked.
 *
 * @msg       message
 * @protocol  NETLINK_*, to name the attribute that failed; -1 if that is not
 *            known
 * @err       filled on failure, if not NULL
 *
 * Returns 0, or the first failure of this message, as its put returned it, or
 *   -EINVAL  msg is NULL
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_status(const struct rnl_msg *msg, int protocol,
                   struct rnl_err **err);

/**
 * The message as bytes, with its header; sequence number and port are 0.
 *
 * @msg  message
 * @out  filled on success; borrows from msg, dead after the next call on it
 *
 * Returns 0, or the first failure of this message, or
 *   -EINVAL  msg or out is NULL, or a nest is open
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_bytes(struct rnl_msg *msg, struct rnl_bytes *out);

/* ---- Attributes to send -------------------------------------------------- */

/**
 * Appends the family's fixed header, padded with zeros. It comes before the
 * attributes.
 *
 * @msg    request under construction
 * @fixed  struct ifinfomsg, struct rtmsg ...; copied
 * @len    bytes of it
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL, fixed is NULL and len is not 0, or an attribute
 *              came first
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_header(struct rnl_msg *msg, const void *fixed, size_t len);

/**
 * Puts an attribute with any payload, padded with zeros.
 *
 * @msg   request under construction
 * @type  type of the attribute; may carry NLA_F_* bits
 * @data  the payload; copied
 * @len   bytes of it
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL, or data is NULL and len is not 0
 *   -EMSGSIZE  the message would be longer than 2 GiB, or len is above 65531
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_bytes(struct rnl_msg *msg, uint16_t type, const void *data,
                      size_t len);

/**
 * Puts an attribute without payload.
 *
 * @msg   request under construction
 * @type  type of the attribute
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_flag(struct rnl_msg *msg, uint16_t type);

/**
 * Puts an unsigned number of 1 byte.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_u8(struct rnl_msg *msg, uint16_t type, uint8_t value);

/**
 * Puts an unsigned number of 2 bytes in host order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_u16(struct rnl_msg *msg, uint16_t type, uint16_t value);

/**
 * Puts an unsigned number of 4 bytes in host order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_u32(struct rnl_msg *msg, uint16_t type, uint32_t value);

/**
 * Puts an unsigned number of 8 bytes in host order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_u64(struct rnl_msg *msg, uint16_t type, uint64_t value);

/**
 * Puts a signed number of 1 byte.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_s8(struct rnl_msg *msg, uint16_t type, int8_t value);

/**
 * Puts a signed number of 2 bytes in host order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_s16(struct rnl_msg *msg, uint16_t type, int16_t value);

/**
 * Puts a signed number of 4 bytes in host order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_s32(struct rnl_msg *msg, uint16_t type, int32_t value);

/**
 * Puts a signed number of 8 bytes in host order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_s64(struct rnl_msg *msg, uint16_t type, int64_t value);

/**
 * Puts an unsigned number of 2 bytes in network order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number, in host order
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_be16(struct rnl_msg *msg, uint16_t type, uint16_t value);

/**
 * Puts an unsigned number of 4 bytes in network order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number, in host order
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_be32(struct rnl_msg *msg, uint16_t type, uint32_t value);

/**
 * Puts an unsigned number of 8 bytes in network order.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number, in host order
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_be64(struct rnl_msg *msg, uint16_t type, uint64_t value);

/**
 * Puts the kernel's uint: 4 bytes where the number fits, else 8.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_uint(struct rnl_msg *msg, uint16_t type, uint64_t value);

/**
 * Puts the kernel's sint: 4 bytes where the number fits, else 8.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_sint(struct rnl_msg *msg, uint16_t type, int64_t value);

/**
 * Puts an unsigned number of 8 bytes in host order, aligned to 8: behind an
 * empty attribute where that is needed.
 *
 * @msg    request under construction
 * @type   type of the attribute
 * @pad    type of the empty attribute, IFLA_PAD or the like
 * @value  the number
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_u64_aligned(struct rnl_msg *msg, uint16_t type, uint16_t pad,
                            uint64_t value);

/**
 * Puts a struct nla_bitfield32. Bits outside selector are cleared: the kernel
 * refuses them.
 *
 * @msg       request under construction
 * @type      type of the attribute
 * @value     the bits
 * @selector  which of them are meant
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_bitfield32(struct rnl_msg *msg, uint16_t type, uint32_t value,
                           uint32_t selector);

/**
 * Puts a string with its NUL.
 *
 * @msg   request under construction
 * @type  type of the attribute
 * @text  NUL-terminated; copied
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL or text is NULL
 *   -EMSGSIZE  the message would be longer than 2 GiB, or text is longer than
 *              65530 bytes
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_str(struct rnl_msg *msg, uint16_t type, const char *text);

/**
 * Puts an IPv4 or IPv6 address given as text: 4 or 16 bytes.
 *
 * @msg   request under construction
 * @type  type of the attribute
 * @text  "192.0.2.1" or "2001:db8::1"
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL, text is NULL or no address
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_ip(struct rnl_msg *msg, uint16_t type, const char *text);

/**
 * Puts a MAC address given as text: 6 bytes.
 *
 * @msg   request under construction
 * @type  type of the attribute
 * @text  "02:00:00:00:00:01"
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL, text is NULL or no MAC address
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_mac(struct rnl_msg *msg, uint16_t type, const char *text);

/**
 * Appends bytes as they are: attributes that were built elsewhere.
 *
 * @msg   request under construction
 * @data  the bytes; copied, padded with zeros to 4
 * @len   how many
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL, or data is NULL and len is not 0
 *   -EMSGSIZE  the message would be longer than 2 GiB
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_put_raw(struct rnl_msg *msg, const void *data, size_t len);

/**
 * Begins a nest: what is put goes inside until rnl_msg_nest_end(). Nests may be
 * in nests, 16 deep.
 *
 * @msg   request under construction
 * @type  type of the attribute; NLA_F_NESTED is added
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL
 *   -EMSGSIZE  more than 16 nests would be open
 *   -ENOMEM    no memory
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_nest_begin(struct rnl_msg *msg, uint16_t type);

/**
 * Ends the innermost nest.
 *
 * @msg  request under construction
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL    msg is NULL, or no nest is open
 *   -EMSGSIZE  the nest is longer than 65535 bytes
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_nest_end(struct rnl_msg *msg);

/**
 * Takes the innermost nest back, with all that was put inside.
 *
 * @msg  request under construction
 *
 * Returns 0, or the first failure of this message, which sticks:
 *   -EINVAL  msg is NULL, or no nest is open
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_msg_nest_cancel(struct rnl_msg *msg);

/* ---- Opening sockets ----------------------------------------------------- */

/** SOCK_DGRAM instead of SOCK_RAW; to netlink they are the same. */
#define RNL_OPEN_DGRAM 0x01

/** Leave the descriptor open in programs that this one executes. */
#define RNL_OPEN_NO_CLOEXEC 0x02

/**
 * O_NONBLOCK on the descriptor, for programs that use it themselves; rnl does
 * not need it.
 */
#define RNL_OPEN_NONBLOCK 0x04

/** Do not ask for extended acknowledgements. */
#define RNL_OPEN_NO_EXT_ACK 0x08

/** Let the kernel repeat failed requests in its answers. */
#define RNL_OPEN_NO_CAP_ACK 0x10

/**
 * Do not ask NETLINK_ROUTE for strict checking; its dump filters are off then,
 * too.
 */
#define RNL_OPEN_NO_STRICT 0x20

/**
 * Take datagrams from anybody, not from the kernel alone. Always on for
 * NETLINK_USERSOCK.
 */
#define RNL_OPEN_ANY_SENDER 0x40

/** Open the socket in the network namespace of netns_fd. */
#define RNL_OPEN_NETNS 0x80

/**
 * How to open a socket. Fill it with zeros, set size to sizeof(struct
 * rnl_opts), then what matters; 0 is the default everywhere. Later versions may
 * append members.
 */
struct rnl_opts {
    /** sizeof(struct rnl_opts) */
    size_t size;
    /** RNL_OPEN_* */
    uint32_t flags;
    /**
     * Descriptor of a network namespace, see rnl_netns_open(); with
     * RNL_OPEN_NETNS.
     */
    int32_t netns_fd;
    /** Port id; 0 lets the kernel pick one. */
    uint32_t port;
    /**
     * Bytes of the kernel's receive queue; 0 leaves it until a group is joined,
     * then asks for 8 MiB.
     */
    uint32_t rcvbuf;
    /**
     * Bytes of the kernel's send queue, which bounds a request; 0 leaves it.
     */
    uint32_t sndbuf;
    /** 0 */
    uint32_t reserved;
    /**
     * Longest datagram that can be received; 0 means 256 KiB. Only what is
     * needed is ever touched.
     */
    size_t max_datagram;
    /**
     * Bytes of notifications kept while something else is waited for; 0 means 8
     * MiB.
     */
    size_t max_queue;
    /** Bytes of a reply or of a consistent dump; 0 means 1 GiB. */
    size_t max_result;
    /**
     * Bytes of requests submitted and not ended, and of completions not taken;
     * 0 means 64 MiB.
     */
    size_t max_pending;
    /** Bytes of a table's objects; 0 means 1 GiB. */
    size_t max_table;
};

/**
 * Opens a netlink socket, with extended acknowledgements, strict checking
 * (NETLINK_ROUTE) and CLOEXEC on. It is connected to the kernel, so that no
 * other program can send to it, unless opts or the protocol (NETLINK_USERSOCK)
 * say otherwise.
 *
 * @out       filled on success; close it with rnl_sock_close()
 * @protocol  NETLINK_ROUTE, NETLINK_GENERIC ...
 * @opts      options, or NULL for the defaults
 * @err       filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL           out is NULL, or opts has a wrong size or unknown flags
 *   -EPROTONOSUPPORT  the kernel does not have the protocol
 *   -EADDRINUSE       the port id that was asked for is taken
 *   -EPERM            not allowed to enter the namespace
 *   -ENOMEM           no memory
 *   and what socket(2), bind(2), setns(2) and setsockopt(2) return
 * Threads: any. Since 0.1.
 */
int rnl_sock_open(struct rnl_sock **out, int protocol,
                  const struct rnl_opts *opts, struct rnl_err **err);

/**
 * Takes over an open netlink socket. On success rnl_sock_close() will close fd;
 * on failure it stays the caller's. PKTINFO is turned on, and what opts asks
 * for.
 *
 * @out   filled on success; close it with rnl_sock_close()
 * @fd    descriptor of a bound netlink socket
 * @opts  options, or NULL for the defaults; those for opening are ignored
 * @err   filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL    out is NULL, opts is wrong, or fd is not a netlink socket
 *   -EBADF     fd is not open
 *   -ENOTSOCK  fd is not a socket
 *   -ENOMEM    no memory
 * Threads: any. Since 0.1.
 */
int rnl_sock_adopt(struct rnl_sock **out, int fd, const struct rnl_opts *opts,
                   struct rnl_err **err);

/**
 * Closes a socket. Dumps that are left must still be freed; reading them gives
 * -EBADF.
 *
 * @sock  socket, or NULL
 *
 * Returns 0, or
 *   -EINVAL  sock is not a socket, or has been closed
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_close(struct rnl_sock *sock);

/**
 * Opens a network namespace: by pid ("1"), by name as "ip netns" makes them
 * ("blue"), or by path.
 *
 * @which  pid, name or path
 * @err    filled on failure, if not NULL
 *
 * Returns a descriptor for rnl_opts.netns_fd, to close with close(2), or
 *   -EINVAL  which is NULL or empty
 *   -ENOENT  there is no such namespace
 *   -EACCES  not allowed to open it
 * Threads: any. Since 0.1.
 */
int rnl_netns_open(const char *which, struct rnl_err **err);

/* ---- Sockets ------------------------------------------------------------- */

/**
 * An open netlink socket, with what is needed to talk over it: sequence
 * numbers, a receive buffer, notifications that came while an answer was waited
 * for. One thread at a time may use it; it may move between threads. A child of
 * fork(2) may only close it: all else gives it -ECHILD.
 */
struct rnl_sock;

/**
 * The descriptor, for poll(2) and the like: readable when the kernel has sent
 * something. Do not read from it. Notifications that came during other calls
 * are kept by rnl and do not show there: call rnl_sock_next() with timeout 0
 * until it returns 0 before waiting.
 *
 * @sock  open socket
 *
 * Returns the descriptor, which stays the socket's, or
 *   -EINVAL  sock is NULL
 * Threads: any, while nobody closes sock. Since 0.1.
 */
int rnl_sock_fd(const struct rnl_sock *sock);

/**
 * The port id the socket is bound to.
 *
 * @sock  open socket
 * @out   filled on success
 *
 * Returns 0, or
 *   -EINVAL  sock or out is NULL
 * Threads: any, while nobody closes sock. Since 0.1.
 */
int rnl_sock_port(const struct rnl_sock *sock, uint32_t *out);

/**
 * The protocol the socket speaks.
 *
 * @sock  open socket
 *
 * Returns NETLINK_*, or
 *   -EINVAL  sock is NULL
 * Threads: any, while nobody closes sock. Since 0.1.
 */
int rnl_sock_protocol(const struct rnl_sock *sock);

/**
 * Sets where rnl_sock_send() with port 0 and group 0 goes; the kernel, unless
 * this is called.
 *
 * @sock   open socket
 * @port   port id of the peer; 0 is the kernel
 * @group  multicast group from 1 to 32, or 0
 * @err    filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  sock is NULL, or group is above 32
 *   -EPERM   the protocol does not let this user send there
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_connect(struct rnl_sock *sock, uint32_t port, uint32_t group,
                     struct rnl_err **err);

/**
 * Sets an integer option of level SOL_NETLINK.
 *
 * @sock    open socket
 * @option  NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS, NETLINK_LISTEN_ALL_NSID
 *          ...
 * @value   what to set it to
 * @err     filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL       sock is NULL
 *   -ENOPROTOOPT  the kernel does not have the option
 *   -EPERM        NETLINK_LISTEN_ALL_NSID needs CAP_NET_BROADCAST
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_setopt(struct rnl_sock *sock, int option, int value,
                    struct rnl_err **err);

/**
 * Reads an integer option of level SOL_NETLINK.
 *
 * @sock    open socket
 * @option  NETLINK_PKTINFO, NETLINK_EXT_ACK ...
 * @out     filled on success
 * @err     filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL       sock or out is NULL
 *   -ENOPROTOOPT  the kernel does not have the option
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_getopt(struct rnl_sock *sock, int option, int *out,
                    struct rnl_err **err);

/**
 * Sets the size of the kernel's receive queue: past the system's limit where
 * this user may do so, else up to it.
 *
 * @sock   open socket
 * @bytes  how much to ask for; the kernel doubles it, as it counts its own
 *         bookkeeping
 * @err    filled on failure, if not NULL
 *
 * Returns what the kernel made of it, in bytes, or
 *   -EINVAL  sock is NULL, or bytes is above 2^31-1
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_set_rcvbuf(struct rnl_sock *sock, uint32_t bytes,
                        struct rnl_err **err);

/**
 * Sets the size of the kernel's send queue, which bounds a request; see
 * rnl_sock_set_rcvbuf().
 *
 * @sock   open socket
 * @bytes  how much to ask for; the kernel doubles it
 * @err    filled on failure, if not NULL
 *
 * Returns what the kernel made of it, in bytes, or
 *   -EINVAL  sock is NULL, or bytes is above 2^31-1
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_set_sndbuf(struct rnl_sock *sock, uint32_t bytes,
                        struct rnl_err **err);

/**
 * Attaches a classic BPF filter. What it drops is never queued and never
 * overflows the queue.
 *
 * @sock     open socket
 * @program  instructions, as for SO_ATTACH_FILTER
 * @n        how many; 0 takes the filter off
 * @err      filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  sock is NULL, program is NULL and n is not 0, or the kernel
 *            refuses the program
 *   -ENOENT  n is 0 and there is no filter
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_filter(struct rnl_sock *sock, const struct sock_filter *program,
                    size_t n, struct rnl_err **err);

/**
 * Joins a multicast group. The first time, the receive queue is raised to 8 MiB
 * as far as this user may do so, unless opts said otherwise.
 *
 * @sock   open socket
 * @group  number of the group: RTNLGRP_LINK, what rnl_genl_group() found ...
 * @err    filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  sock is NULL, or the protocol has no such group
 *   -EPERM   the group needs privileges
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_join(struct rnl_sock *sock, uint32_t group, struct rnl_err **err);

/**
 * Leaves a multicast group. Notifications that are queued already still come.
 *
 * @sock   open socket
 * @group  number of the group
 * @err    filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  sock is NULL, or the protocol has no such group
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_leave(struct rnl_sock *sock, uint32_t group, struct rnl_err **err);

/**
 * Lists the multicast groups the socket has joined.
 *
 * @sock    open socket
 * @groups  room for n numbers; filled in rising order
 * @n       entries of groups; may be 0 to ask for the count alone
 * @err     filled on failure, if not NULL
 *
 * Returns how many groups it has joined, which may be more than n, or
 *   -EINVAL  sock is NULL, or groups is NULL and n is not 0
 *   -ENOMEM  no memory
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_groups(struct rnl_sock *sock, uint32_t *groups, size_t n,
                    struct rnl_err **err);

/* ---- Filters of notifications -------------------------------------------- */

/** nlmsg_type; at and width are 0. */
#define RNL_MATCH_TYPE 0

/** An integer in the fixed header, at bytes from its start. */
#define RNL_MATCH_HEADER 1

/** The integer that the first top-level attribute of type at begins with. */
#define RNL_MATCH_ATTR 2

/**
 * A number that a message must hold. Of rules with the same place, at and width
 * one must hold; those that differ in one of them must all hold. A number that
 * is not there is no match. This struct never changes.
 */
struct rnl_match {
    /** RNL_MATCH_* */
    uint16_t place;
    /** Offset in the fixed header, or type of the attribute. */
    uint16_t at;
    /** Bytes of the integer, in host order: 1, 2 or 4. */
    uint16_t width;
    /** 0 */
    uint16_t reserved;
    /** What it must be. */
    uint32_t value;
};

/**
 * Keeps only the notifications that hold certain numbers. The kernel drops the
 * others before they are queued, so that they neither wake the program nor
 * overflow the queue. Answers to requests of this socket always come. It takes
 * the place of what rnl_sock_filter() attached, and the other way round.
 *
 * What rnl_sock_recv() shows has passed the kernel's part alone, which lets
 * pass what it can't be sure of: datagrams of several messages, and messages
 * that this socket's own requests caused.
 *
 * @sock         open socket
 * @rules        what to keep
 * @n            how many rules; 0 takes the filter off
 * @header_size  bytes of the fixed header that comes before the attributes, as
 *               sizeof(struct rtmsg)
 * @err          filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  sock is NULL, rules is NULL and n is not 0, a rule is none of
 *            those above or its value does not fit its width, or there are more
 *            than 255 values for one number
 *   -ENOENT  n is 0 and there is no filter
 *   -ENOMEM  no memory
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_keep(struct rnl_sock *sock, const struct rnl_match *rules,
                  size_t n, size_t header_size, struct rnl_err **err);

/* ---- Statistics ---------------------------------------------------------- */

/**
 * What a socket has done since it was opened, and how its receive queue is. Set
 * size to sizeof(struct rnl_stats); later versions may append members.
 */
struct rnl_stats {
    /** sizeof(struct rnl_stats) */
    size_t size;
    /** Datagrams received. */
    uint64_t rx_datagrams;
    /** Messages read from them. */
    uint64_t rx_messages;
    /** Bytes received. */
    uint64_t rx_bytes;
    /** Datagrams sent. */
    uint64_t tx_datagrams;
    /** Messages in them. */
    uint64_t tx_messages;
    /** Bytes sent. */
    uint64_t tx_bytes;
    /** How often a dump was made again because a change interrupted it. */
    uint64_t restarts;
    /**
     * How often messages were lost: the receive queue overflowed, or max_queue
     * was reached.
     */
    uint64_t overruns;
    /**
     * Messages that the kernel has dropped; 0 before Linux 4.12, as are the
     * next two.
     */
    uint32_t drops;
    /** Bytes that what waits in the receive queue is charged with. */
    uint32_t rmem;
    /** Bytes that the receive queue may be charged with. */
    uint32_t rcvbuf;
    /** Requests that have not ended. */
    uint32_t in_flight;
};

/**
 * What a socket has done since it was opened, and how its receive queue is.
 *
 * @sock  open socket
 * @out   size says how long the caller's struct is; filled as far as that on
 *        success, with zeros in members that this version does not know
 *
 * Returns 0, or
 *   -EINVAL  sock or out is NULL, or size is shorter than itself or above 4096
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_stats(struct rnl_sock *sock, struct rnl_stats *out);

/* ---- Requests, notifications, datagrams ---------------------------------- */

/** One received datagram as it came. This struct never changes. */
struct rnl_datagram {
    /** The bytes. */
    struct rnl_bytes data;
    /** Port id of the sender; 0 is the kernel. */
    uint32_t port;
    /** Multicast group it was sent to, or 0. */
    uint32_t group;
    /** Id of the network namespace it came from, or -1 for the socket's own. */
    int32_t nsid;
    /** 0 */
    uint32_t reserved;
};

/**
 * Sends one datagram as it is, past requests and replies.
 *
 * @sock   open socket
 * @data   the datagram: one message or several, each padded to 4
 * @len    bytes of it
 * @port   port id of the receiver; 0 is the kernel
 * @group  multicast group from 1 to 32 to send to, or 0. With port 0 and group
 *         0 it goes where rnl_sock_connect() said
 * @err    filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL        sock is NULL, data is NULL and len is not 0, or group is
 *                  above 32
 *   -EMSGSIZE      it is longer than the send queue
 *   -ECONNREFUSED  nobody has that port id
 *   -EAGAIN        the receiver's queue is full
 *   -EPERM         the protocol does not let this user send there
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_send(struct rnl_sock *sock, const void *data, size_t len,
                  uint32_t port, uint32_t group, struct rnl_err **err);

/**
 * Receives one datagram as it comes, past requests and replies: for protocols
 * that have none, such as NETLINK_KOBJECT_UEVENT and NETLINK_USERSOCK. What
 * rnl_sock_next() or a dump had not read yet of the datagram before is lost.
 *
 * @sock        open socket
 * @out         filled on 1; borrows from sock, dead after the next call on it
 * @timeout_ms  milliseconds; 0 polls, -1 waits for ever
 * @err         filled on failure, if not NULL
 *
 * Returns 1 with a datagram, 0 on timeout, or
 *   -EINVAL    sock or out is NULL
 *   -EMSGSIZE  the datagram was longer than max_datagram and is lost; the next
 *              may be as long
 *   -ENOBUFS   the kernel dropped datagrams; those it had queued before come
 *              next
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_recv(struct rnl_sock *sock, struct rnl_datagram *out,
                  int timeout_ms, struct rnl_err **err);

/**
 * Waits for the next notification. Those that came during other calls come
 * first.
 *
 * -ENOBUFS stands in the sequence where notifications are missing: what came
 * before is complete, what comes after follows a gap. Dump again to know what
 * happened in it.
 *
 * @sock        open socket that has joined a group
 * @out         filled on 1; borrows from sock, dead after the next call on it
 * @timeout_ms  milliseconds; 0 polls, -1 waits for ever
 * @err         filled on failure, if not NULL
 *
 * Returns 1 with a message, 0 on timeout, or
 *   -EINVAL   sock or out is NULL
 *   -ENOBUFS  the kernel dropped notifications here
 *   -EBADMSG  a datagram that is no message
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_next(struct rnl_sock *sock, struct rnl_view *out, int timeout_ms,
                  struct rnl_err **err);

/**
 * Sends a request and waits for its end: REQUEST and ACK are added, the answer
 * is matched by its sequence number, the kernel's verdict returned.
 *
 * Some protocols answer in their own way. NETLINK_AUDIT acknowledges first:
 * what it was asked for comes later, through rnl_sock_next().
 * NETLINK_FIB_LOOKUP, NETLINK_CONNECTOR and NETLINK_ISCSI acknowledge nothing,
 * and the latter two use types below 16 for data: they want rnl_sock_send() and
 * rnl_sock_recv().
 *
 * @sock        open socket
 * @msg         request; it stays the caller's
 * @timeout_ms  milliseconds; 0 does not wait, -1 waits for ever
 * @reply       filled on success, if not NULL, to free with rnl_reply_free():
 *              the objects the kernel answered with, and its warning
 * @err         filled on failure, if not NULL
 *
 * Returns 0, or the kernel's -errno, or
 *   -EINVAL     sock or msg is NULL, or a nest of msg is open
 *   -ETIMEDOUT  no answer in time; one that comes later is swallowed
 *   -ENOBUFS    the answer was lost: the receive queue overflowed
 *   -EMSGSIZE   the answer was longer than max_datagram and is lost; the next
 *               may be as long
 *   -EFBIG      the reply is longer than max_result
 *   -ENOMEM     no memory
 *   or the first failure of msg
 * Threads: neither sock nor msg may be in use elsewhere. Since 0.1.
 */
int rnl_sock_call(struct rnl_sock *sock, const struct rnl_msg *msg,
                  int timeout_ms, struct rnl_reply **reply,
                  struct rnl_err **err);

/* ---- Replies ------------------------------------------------------------- */

/**
 * What the kernel answered a request with: any number of objects, and perhaps a
 * warning.
 */
struct rnl_reply;

/**
 * The next object of a reply.
 *
 * @reply  reply of rnl_sock_call()
 * @out    filled on 1; borrows from reply
 *
 * Returns 1 with a message, 0 at the end, or
 *   -EINVAL  reply or out is NULL
 * Threads: reply must not be in use elsewhere. Since 0.1.
 */
int rnl_reply_next(struct rnl_reply *reply, struct rnl_view *out);

/**
 * What the kernel warns of although it did what was asked.
 *
 * @reply  reply of rnl_sock_call(), or NULL
 *
 * Returns a string that lives as long as reply, or NULL if there is no warning.
 * Threads: any, while nobody frees reply. Since 0.1.
 */
const char *rnl_reply_warning(const struct rnl_reply *reply);

/**
 * Frees a reply with its messages.
 *
 * @reply  reply, or NULL
 *
 * Returns 0, or
 *   -EINVAL  reply is not a reply, or has been freed
 * Threads: reply must not be in use elsewhere. Since 0.1.
 */
int rnl_reply_free(struct rnl_reply *reply);

/* ---- Many requests in flight, event loops -------------------------------- */

/**
 * For rnl_sock_submit(): success is not reported, an error is. This is the
 * cheapest, as one acknowledgement serves many requests.
 */
#define RNL_SUBMIT_QUIET 0x1

/**
 * For rnl_sock_submit(): the request is a dump, consistent as with
 * RNL_DUMP_CONSISTENT. Its objects come with the completion.
 */
#define RNL_SUBMIT_DUMP 0x2

/** rnl_sock_process() found that rnl_sock_complete() has something. */
#define RNL_READY_DONE 0x1

/** rnl_sock_process() found that rnl_sock_next() has something. */
#define RNL_READY_NOTIFICATION 0x2

/** The end of a submitted request. This struct never changes. */
struct rnl_done {
    /** What rnl_sock_submit() gave. */
    uint64_t id;
    /** What was submitted with it. */
    uint64_t user;
    /**
     * 0, or the kernel's -errno, or what rnl_sock_call() would have returned.
     */
    int32_t result;
    /** 0 */
    uint32_t reserved;
    /**
     * What the kernel answered, to free with rnl_reply_free(); NULL if that was
     * nothing but success.
     */
    struct rnl_reply *reply;
    /** Why it failed, to free with rnl_err_free(); NULL on success. */
    struct rnl_err *err;
};

/**
 * Queues a request and returns without waiting. Requests are packed into as few
 * datagrams as the send queue allows, and no more are sent at a time than the
 * receive queue has room for answers to. They are sent when a datagram is full,
 * by rnl_sock_flush(), or by any call that waits. The kernel carries them out
 * in order.
 *
 * @sock        open socket
 * @msg         request; it is copied
 * @flags       RNL_SUBMIT_*, or 0
 * @user        comes back in struct rnl_done
 * @timeout_ms  milliseconds from now until it is given up; -1 for never
 * @id          filled on success, if not NULL: names the request for
 *              rnl_sock_cancel()
 * @err         filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  sock or msg is NULL, flags are unknown or both are set, or a nest
 *            of msg is open
 *   -EAGAIN  max_pending bytes wait already: take completions first
 *   -ENOMEM  no memory
 *   or the first failure of msg
 * Threads: neither sock nor msg may be in use elsewhere. Since 0.1.
 */
int rnl_sock_submit(struct rnl_sock *sock, const struct rnl_msg *msg,
                    uint32_t flags, uint64_t user, int timeout_ms, uint64_t *id,
                    struct rnl_err **err);

/**
 * Sends what has been submitted, as far as the receive queue has room for the
 * answers, without waiting.
 *
 * @sock  open socket
 * @err   filled on failure, if not NULL
 *
 * Returns how many requests are left unsent: rnl_sock_complete() and
 * rnl_sock_process() send them in time; or
 *   -EINVAL  sock is NULL
 *   -EBADMSG a datagram that is no message was received
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_flush(struct rnl_sock *sock, struct rnl_err **err);

/**
 * Takes the next completion, in the order in which requests ended; sends what
 * waits, and waits for it.
 *
 * @sock        open socket
 * @out         filled on 1; its reply and err are the caller's
 * @timeout_ms  milliseconds; 0 does not wait, -1 waits for ever
 * @err         filled on failure, if not NULL: of receiving. Failures of
 *              requests are in out
 *
 * Returns 1 with a completion; 0 when the time has passed, or no submitted
 * request is in flight: then all quiet ones have succeeded that were not
 * reported; or
 *   -EINVAL   sock or out is NULL
 *   -EBADMSG  a datagram that is no message was received
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_complete(struct rnl_sock *sock, struct rnl_done *out,
                      int timeout_ms, struct rnl_err **err);

/**
 * Gives a submitted request up: no completion comes for it, and late answers
 * are swallowed. The kernel may have carried it out already.
 *
 * @sock  open socket
 * @id    what rnl_sock_submit() gave
 *
 * Returns 0, or
 *   -EINVAL  sock is NULL
 *   -ENOENT  no such request is in flight: it has ended, and its completion may
 *            still be taken
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_cancel(struct rnl_sock *sock, uint64_t id);

/**
 * Carries out an nfnetlink transaction: all of the messages take effect, or
 * none. They go out between NFNL_MSG_BATCH_BEGIN and NFNL_MSG_BATCH_END in one
 * datagram.
 *
 * @sock        open NETLINK_NETFILTER socket
 * @msgs        the messages; they stay the caller's
 * @n           how many; at least 1
 * @subsystem   NFNL_SUBSYS_*, which the messages belong to
 * @genid       the generation the messages were made for, which the kernel
 *              compares; 0 for any
 * @timeout_ms  milliseconds; -1 waits for ever
 * @failed      filled on failure, if not NULL: the index of the message that
 *              was refused, or n if the whole was
 * @err         filled on failure, if not NULL
 *
 * Returns 0, or the kernel's -errno, among them
 *   -ERESTART   another generation than genid: read the rules again and start
 *               over
 *   -EINVAL     sock, msgs or one of the messages is NULL, n is 0, or a nest is
 *               open
 *   -EMSGSIZE   the whole is longer than the send queue
 *   -ETIMEDOUT  no answer in time
 *   -ENOBUFS    the answer was lost: the receive queue overflowed
 *   -ENOMEM     no memory
 * Threads: neither sock nor the messages may be in use elsewhere. Since 0.1.
 */
int rnl_sock_transact(struct rnl_sock *sock, const struct rnl_msg *const *msgs,
                      size_t n, uint16_t subsystem, uint32_t genid,
                      int timeout_ms, size_t *failed, struct rnl_err **err);

/**
 * Does what can be done without waiting: sends, receives, gives up what is
 * late. For event loops: call it when rnl_sock_fd() is ready for
 * rnl_sock_events(), and when rnl_sock_timeout() has passed; then take what is
 * ready with rnl_sock_complete() and rnl_sock_next(), time-out 0.
 *
 * @sock  open socket
 * @err   filled on failure, if not NULL
 *
 * Returns RNL_READY_DONE, RNL_READY_NOTIFICATION, both or 0, or
 *   -EINVAL  sock is NULL
 *   -EBADMSG a datagram that is no message was received
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_process(struct rnl_sock *sock, struct rnl_err **err);

/**
 * What to wait for on rnl_sock_fd(), as poll(2) takes it.
 *
 * @sock  open socket
 *
 * Returns POLLIN, or
 *   -EINVAL  sock is NULL
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_events(struct rnl_sock *sock);

/**
 * How long to wait for rnl_sock_fd(), as poll(2) takes it. Ask anew after each
 * call on the socket.
 *
 * @sock  open socket
 *
 * Returns 0 if something is ready that the descriptor does not show, or can be
 * sent; milliseconds until rnl_sock_process() has to be called all the same; -1
 * if there is no such time; or
 *   -EINVAL  sock is NULL
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_timeout(struct rnl_sock *sock);

/* ---- Dumps --------------------------------------------------------------- */

/**
 * A dump that a change interrupted is made again until it is whole, or the
 * deadline passes. It is kept in memory until its end, since only then is it
 * known to be whole.
 */
#define RNL_DUMP_CONSISTENT 0

/**
 * Objects are shown as they come. A dump that a change interrupted ends with
 * -ESTALE: start over.
 */
#define RNL_DUMP_STREAM 1

/**
 * Objects are shown as they come. Interruption is no failure:
 * rnl_dump_interrupted() tells.
 */
#define RNL_DUMP_BEST_EFFORT 2

/** A dump being read: all objects of a kind. */
struct rnl_dump;

/**
 * Starts a dump. Requests may be made on the socket while it is read; several
 * dumps of one socket run one after the other, as the kernel wants it.
 *
 * @out         filled on success; free it with rnl_dump_free()
 * @sock        open socket; it may be closed before the dump is freed
 * @msg         request; it stays the caller's. REQUEST, ACK and DUMP are added
 * @mode        RNL_DUMP_CONSISTENT, RNL_DUMP_STREAM or RNL_DUMP_BEST_EFFORT
 * @timeout_ms  milliseconds for all of the dump, restarts included; -1 is for
 *              ever
 * @err         filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  out, sock or msg is NULL, mode is none of the three, or a nest of
 *            msg is open
 *   -ENOMEM  no memory
 *   or the first failure of msg
 * Threads: neither sock nor msg may be in use elsewhere. Since 0.1.
 */
int rnl_dump_start(struct rnl_dump **out, struct rnl_sock *sock,
                   const struct rnl_msg *msg, int mode, int timeout_ms,
                   struct rnl_err **err);

/**
 * The next object of a dump. The first call of a consistent dump waits for all
 * of it.
 *
 * @dump  dump
 * @out   filled on 1; borrows from the socket, dead after the next call on the
 *        dump or its socket
 * @err   filled on failure, if not NULL
 *
 * Returns 1 with a message, 0 at the end, the -errno with which the kernel
 * failed the dump, or
 *   -EINVAL     dump or out is NULL
 *   -EBADF      the socket has been closed
 *   -ESTALE     RNL_DUMP_STREAM was interrupted by a change: start over
 *   -ETIMEDOUT  the deadline passed
 *   -ENOBUFS    the receive queue overflowed, and the end of the dump was lost
 *   -EMSGSIZE   an object was longer than max_datagram and is lost; the next
 *               may be as long. A consistent dump is made again instead
 *   -EFBIG      a consistent dump is longer than max_result
 *   -ENOMEM     no memory
 * Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
 */
int rnl_dump_next(struct rnl_dump *dump, struct rnl_view *out,
                  struct rnl_err **err);

/**
 * Whether a change interrupted a dump of RNL_DUMP_BEST_EFFORT. Known when it
 * has ended.
 *
 * @dump  dump
 *
 * Returns 1 if it may lack objects, 0 if not, or
 *   -EINVAL  dump is NULL
 *   -EBADF   the socket has been closed
 * Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
 */
int rnl_dump_interrupted(const struct rnl_dump *dump);

/**
 * How often a consistent dump was started again because a change interrupted
 * it.
 *
 * @dump  dump
 *
 * Returns the number, or
 *   -EINVAL  dump is NULL
 *   -EBADF   the socket has been closed
 * Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
 */
int rnl_dump_restarts(const struct rnl_dump *dump);

/**
 * Frees a dump. What has not been read is skipped when the socket is used next.
 *
 * @dump  dump, or NULL
 *
 * Returns 0, or
 *   -EINVAL  dump is not a dump, or has been freed
 * Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
 */
int rnl_dump_free(struct rnl_dump *dump);

/* ---- Dumps side by side -------------------------------------------------- */

/**
 * A dump for rnl_dump_together(). Fill it with zeros, then sock and msg. This
 * struct never changes.
 */
struct rnl_dump_job {
    /** Open socket that no other job has. */
    struct rnl_sock *sock;
    /** Request, as for rnl_dump_start(); it stays the caller's. */
    const struct rnl_msg *msg;
    /** All objects, to free with rnl_reply_free(); NULL on failure. */
    struct rnl_reply *reply;
    /** Why it failed, to free with rnl_err_free(); NULL on success. */
    struct rnl_err *err;
    /** 0, or what rnl_dump_start() or rnl_dump_next() would have returned. */
    int32_t result;
    /** 0 */
    uint32_t reserved;
};

/**
 * Makes consistent dumps at the same time, each on a socket and a thread of its
 * own; one of the threads is the caller's, the others end before this returns,
 * and no signal is delivered to them. The kernel runs a dump in the thread that
 * receives it, so that several processors work.
 *
 * @jobs        the dumps; reply, err and result of each are filled
 * @n           how many
 * @timeout_ms  milliseconds for all of it, restarts included; -1 is for ever
 *
 * Returns how many dumps failed, or
 *   -EINVAL  jobs is NULL and n is not 0, a socket or message is NULL, or two
 *            jobs have the same socket; nothing has been sent or filled then
 *   -EBADF   a socket has been closed; likewise
 *   -ENOMEM  no memory; likewise
 * Threads: no socket or message of jobs may be in use elsewhere. Since 0.1.
 */
int rnl_dump_together(struct rnl_dump_job *jobs, size_t n, int timeout_ms);

/* ---- Descriptions of tables ---------------------------------------------- */

/** A key part: len bytes of the fixed header, at bytes from its start. */
#define RNL_KEY_HEADER 0

/**
 * A key part: the attribute of type at; that it is missing tells objects apart,
 * too.
 */
#define RNL_KEY_ATTR 1

/** A key part: the attribute of type at, or if there is none, of type len. */
#define RNL_KEY_FIRST_OF 2

/**
 * The attribute with the path of types is not kept; a path of fewer than three
 * ends with 0.
 */
#define RNL_IGNORE_DROP 0

/**
 * The top-level attribute of type path[0] is kept, but a difference in it alone
 * is no change.
 */
#define RNL_IGNORE_QUIET 1

/**
 * The bits in mask of the 32-bit word, host order, path[0] bytes into the fixed
 * header are cleared.
 */
#define RNL_IGNORE_BITS 2

/**
 * Messages with the top-level attribute of type path[0] do not say what an
 * object is like.
 */
#define RNL_IGNORE_MESSAGE 3

/**
 * In a table spec: several objects may have the same key; their whole content
 * tells them apart.
 */
#define RNL_TABLE_SPEC_EXACT 0x1

/** A part of what tells objects apart. This struct never changes. */
struct rnl_key {
    /** RNL_KEY_* */
    uint16_t part;
    /** Offset in the fixed header, or type of the attribute. */
    uint16_t at;
    /** Bytes in the fixed header, or type of the other attribute. */
    uint16_t len;
    /**
     * Only objects with this address family, the first byte of the fixed
     * header, have it; 0 for all.
     */
    uint16_t family;
};

/** What is of no interest in an object. This struct never changes. */
struct rnl_ignore {
    /** RNL_IGNORE_* */
    uint16_t what;
    /** Types of attributes, from the outermost; or an offset. */
    uint16_t path[3];
    /** Bits of the word. */
    uint32_t mask;
};

/**
 * A notification after which objects may have changed without the kernel saying
 * so: the table is dumped again. This struct never changes.
 */
struct rnl_stir {
    /** The group it comes from; the table joins it. */
    uint32_t group;
    /** nlmsg_type */
    uint16_t type;
    /** The command of a generic family, else 0. */
    uint16_t cmd;
    /** Offset of a 32-bit word in the fixed header, host order. */
    uint32_t at;
    /** The bits of it that must be as in value; 0 if any will do. */
    uint32_t mask;
    /** What they must be. */
    uint32_t value;
};

/** What a table is a table of. */
struct rnl_table_spec {
    /** sizeof(struct rnl_table_spec) */
    size_t size;
    /** NETLINK_* */
    int32_t protocol;
    /** nlmsg_type of messages that say what an object is like. */
    uint16_t new_type;
    /** nlmsg_type of messages that say that an object is gone. */
    uint16_t del_type;
    /**
     * With NETLINK_GENERIC: the command that says what an object is like. Else
     * 0.
     */
    uint8_t new_cmd;
    /**
     * With NETLINK_GENERIC: the command that says that an object is gone. Else
     * 0.
     */
    uint8_t del_cmd;
    /** Bytes of the fixed header, 4 or more with NETLINK_GENERIC. */
    uint16_t header_size;
    /**
     * With RNL_TABLE_SPEC_EXACT: the attribute of which the kernel may notify
     * one part alone, as RTA_MULTIPATH. Else 0.
     */
    uint16_t parts;
    /** RNL_TABLE_SPEC_*, or 0 */
    uint16_t flags;
    /**
     * The attribute of a dump request that names another namespace by its id,
     * as IFLA_TARGET_NETNSID; 0 if the kernel has none.
     */
    uint16_t target;
    /** 0 */
    uint16_t reserved;
    /** The request for a dump of all objects. */
    const struct rnl_msg *dump;
    /** The groups that notify of the objects. */
    const uint32_t *groups;
    /** How many. */
    size_t n_groups;
    /** What tells objects apart. */
    const struct rnl_key *keys;
    /** How many; at least 1. */
    size_t n_keys;
    /** What a message must hold to be about an object of the table. */
    const struct rnl_match *matches;
    /** How many. */
    size_t n_matches;
    /** What is of no interest in an object. */
    const struct rnl_ignore *ignores;
    /** How many. */
    size_t n_ignores;
    /** What may change objects without a word. */
    const struct rnl_stir *stirs;
    /** How many. */
    size_t n_stirs;
};

/* ---- Tables of kernel objects, kept in step ------------------------------ */

/**
 * For rnl_table_open(): no RNL_EVENT_NEW for the objects that are there at
 * first.
 */
#define RNL_TABLE_QUIET_START 0x1

/**
 * For rnl_table_open(): follow the namespaces that have an id in the table's,
 * too. Needs CAP_NET_BROADCAST. Links and addresses of those namespaces are
 * dumped; of other objects, what the kernel notifies is shown.
 */
#define RNL_TABLE_ALL_NSID 0x2

/** An object is there that was not. */
#define RNL_EVENT_NEW 1

/** An object is another than it was. */
#define RNL_EVENT_CHANGE 2

/** An object is gone. */
#define RNL_EVENT_DEL 3

/** The first load is complete. */
#define RNL_EVENT_SYNCED 4

/**
 * Notifications had been lost; the events before this one have made it good.
 */
#define RNL_EVENT_RESYNCED 5

/**
 * A table of kernel objects, kept in step. It has a socket of its own. Opaque.
 */
struct rnl_table;

/**
 * One event of a table. What does not apply is empty: the msg.ptr of a view is
 * NULL. This struct never changes.
 */
struct rnl_event {
    /** RNL_EVENT_* */
    int32_t kind;
    /** Id of the object's network namespace, or -1 for the table's own. */
    int32_t nsid;
    /** The object as it is: of NEW and CHANGE. */
    struct rnl_view now;
    /** The object as it was: of CHANGE and DEL. */
    struct rnl_view before;
    /**
     * Types of the attributes that differ, of CHANGE; none if only the fixed
     * header differs.
     */
    const uint16_t *changed;
    /** How many. */
    size_t n_changed;
};

/** What there is to know of a table. */
struct rnl_table_stats {
    /** sizeof(struct rnl_table_stats) */
    size_t size;
    /** Objects in it. */
    uint64_t objects;
    /** Bytes of memory they take. */
    uint64_t bytes;
    /** How often it was dumped again. */
    uint64_t resyncs;
    /** 1 if it holds all that the kernel has told so far. */
    uint32_t synced;
    /** 0 */
    uint32_t reserved;
};

/**
 * Opens a table of well-known kernel objects and subscribes to their changes.
 * Nothing is waited for: rnl_table_next() loads it and keeps it in step.
 *
 * What changes all the time without being notified is not kept: counters of
 * links and queueing disciplines, and per-link settings of IPv4 and IPv6.
 * Timers are kept as of the last change. Rules and routes that are equal in
 * every attribute count as one. Neighbours that the kernel makes for multicast
 * addresses come without a word, and are seen after the next load only.
 *
 * @out    filled with the table on success, to close with rnl_table_close()
 * @name   "link", "addr", "route", "route4", "route6", "neigh", "rule",
 *         "nexthop", "qdisc", or "family" (generic netlink families)
 * @flags  RNL_TABLE_*, or 0
 * @opts   options of its socket, or NULL; max_table bounds the memory of the
 *         objects
 * @err    filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  out or name is NULL, there is no table of that name, or flags or
 *            opts are unknown
 *   -EPERM   the user may not subscribe, or not to all namespaces
 *   -ENOMEM  no memory
 *   or what opening a socket gives
 * Threads: any. Since 0.1.
 */
int rnl_table_open(struct rnl_table **out, const char *name, uint32_t flags,
                   const struct rnl_opts *opts, struct rnl_err **err);

/**
 * Opens a table of any objects that can be dumped and are notified of.
 *
 * @out    filled with the table on success, to close with rnl_table_close()
 * @spec   what the objects are; it is copied
 * @flags  RNL_TABLE_*, or 0
 * @opts   options of its socket, or NULL; max_table bounds the memory of the
 *         objects
 * @err    filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  out, spec or spec->dump is NULL, or the description makes no
 *            sense: no keys, what is ignored is part of a key, the header is
 *            shorter than what it should hold
 *   -EPERM   the user may not subscribe, or not to all namespaces
 *   -ENOMEM  no memory
 *   or the first failure of spec->dump, or what opening a socket gives
 * Threads: any. Since 0.1.
 */
int rnl_table_define(struct rnl_table **out, const struct rnl_table_spec *spec,
                     uint32_t flags, const struct rnl_opts *opts,
                     struct rnl_err **err);

/**
 * Waits for the next event. First come the objects that are there, with what
 * becomes of them while they are loaded (unless RNL_TABLE_QUIET_START), then
 * RNL_EVENT_SYNCED, then what changes. If notifications were lost, the table is
 * dumped again, and the real differences come as events, then
 * RNL_EVENT_RESYNCED. Applied in order, the events give the table. Who reads
 * more slowly than the kernel changes things sees RESYNCED when that has come
 * to rest.
 *
 * @table       open table
 * @out         filled on 1; borrows from table, dead after the next call on it
 * @timeout_ms  milliseconds; 0 does what can be done without waiting, -1 waits
 *              for ever
 * @err         filled on failure, if not NULL
 *
 * Returns 1 with an event, 0 on timeout, or
 *   -EINVAL  table or out is NULL
 *   -EFBIG   the objects take more memory than max_table; the table is of no
 *            use any more
 *   -ECHILD  the table belongs to the process that forked
 *   or the kernel's -errno, which refuses the dump: it is tried again a second
 *   later
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_next(struct rnl_table *table, struct rnl_event *out,
                   int timeout_ms, struct rnl_err **err);

/**
 * Finds the object with a certain key.
 *
 * @table  open table
 * @like   a message with the key, like a request for that one object: for
 *         "link" a struct ifinfomsg with ifi_index, for "addr" a struct
 *         ifaddrmsg and IFA_LOCAL or IFA_ADDRESS
 * @nsid   id of the object's namespace; -1 for the table's own
 * @out    filled on 1; borrows from table, dead after the next call on it
 *
 * Returns 1 with the object, 0 if there is none, or
 *   -EINVAL  an argument is NULL, or a nest of like is open
 *   -ECHILD  the table belongs to the process that forked
 *   or the first failure of like
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_find(struct rnl_table *table, const struct rnl_msg *like,
                   int32_t nsid, struct rnl_view *out);

/**
 * Walks the objects, in no order. Events taken during the walk may hide objects
 * from it or show them twice.
 *
 * @table   open table
 * @cursor  0 before the first call; how far the walk is
 * @out     filled on 1; borrows from table, dead after the next
 *          rnl_table_next()
 *
 * Returns 1 with an object, 0 at the end, or
 *   -EINVAL  an argument is NULL
 *   -ECHILD  the table belongs to the process that forked
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_each(struct rnl_table *table, uint64_t *cursor,
                   struct rnl_view *out);

/**
 * The descriptor to wait for, for any event loop: when it is ready for
 * rnl_table_events(), or rnl_table_timeout() has passed, call rnl_table_next()
 * with time-out 0 until it gives 0.
 *
 * @table  open table
 *
 * Returns the descriptor, which stays the table's, or
 *   -EINVAL  table is NULL
 *   -ECHILD  the table belongs to the process that forked
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_fd(struct rnl_table *table);

/**
 * What to wait for on rnl_table_fd(), as poll(2) takes it.
 *
 * @table  open table
 *
 * Returns POLLIN, or
 *   -EINVAL  table is NULL
 *   -ECHILD  the table belongs to the process that forked
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_events(struct rnl_table *table);

/**
 * How long to wait for rnl_table_fd(), as poll(2) takes it. Ask anew after each
 * call on the table.
 *
 * @table  open table
 *
 * Returns milliseconds, 0 if rnl_table_next() has something at once, -1 if
 * there is no such time; or
 *   -EINVAL  table is NULL
 *   -ECHILD  the table belongs to the process that forked
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_timeout(struct rnl_table *table);

/**
 * How large a table is, and how it is doing.
 *
 * @table  open table
 * @out    filled on success, up to the size it says
 *
 * Returns 0, or
 *   -EINVAL  table or out is NULL, or out->size is below 8
 *   -ECHILD  the table belongs to the process that forked
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_stats(struct rnl_table *table, struct rnl_table_stats *out);

/**
 * Statistics of a table's socket, as rnl_sock_stats().
 *
 * @table  open table
 * @out    filled on success, up to the size it says
 *
 * Returns 0, or
 *   -EINVAL  table or out is NULL, or out->size is below 8
 *   -ECHILD  the table belongs to the process that forked
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_sock_stats(struct rnl_table *table, struct rnl_stats *out);

/**
 * Closes a table and its socket. NULL is fine.
 *
 * @table  table, or NULL
 *
 * Returns 0, or
 *   -EINVAL  table is no live table
 * Threads: table must not be in use elsewhere. Since 0.1.
 */
int rnl_table_close(struct rnl_table *table);

/* ---- Generic netlink ----------------------------------------------------- */

/** A generic netlink family as the kernel describes it. */
struct rnl_genl;

/** A multicast group of a generic family. This struct never changes. */
struct rnl_genl_group {
    /** Its name; lives as long as the family. */
    const char *name;
    /** Its number, for rnl_sock_join(). */
    uint32_t id;
    /** 0 */
    uint32_t reserved;
};

/** An operation of a generic family. This struct never changes. */
struct rnl_genl_op {
    /** The command. */
    uint32_t cmd;
    /** GENL_CMD_CAP_DO, GENL_CMD_CAP_DUMP, GENL_ADMIN_PERM ... */
    uint32_t flags;
};

/**
 * Looks a generic family up by name, which may load its kernel module. Its id
 * and those of its groups hold until the module is unloaded.
 *
 * @out         filled on success; free it with rnl_genl_free()
 * @sock        open socket of NETLINK_GENERIC
 * @name        "nl80211", "ethtool" ...
 * @timeout_ms  milliseconds; -1 waits for ever
 * @err         filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  out, sock or name is NULL
 *   -ENOENT  the kernel has no such family
 *   and what rnl_sock_call() returns
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_genl_find(struct rnl_genl **out, struct rnl_sock *sock,
                  const char *name, int timeout_ms, struct rnl_err **err);

/**
 * Reads a family from a message of the controller: an object of a dump of
 * CTRL_CMD_GETFAMILY, which lists all families, or a notification of group
 * "notify".
 *
 * @out   filled on success; free it with rnl_genl_free()
 * @view  the message
 *
 * Returns 0, or
 *   -EINVAL   out or view is NULL
 *   -EBADMSG  the message describes no family
 *   -ENOMEM   no memory
 * Threads: any. Since 0.1.
 */
int rnl_genl_parse(struct rnl_genl **out, const struct rnl_view *view);

/**
 * The family's id: the type of its messages.
 *
 * @genl  family
 *
 * Returns the id, 16 or above, or
 *   -EINVAL  genl is NULL
 * Threads: any, while nobody frees genl. Since 0.1.
 */
int rnl_genl_id(const struct rnl_genl *genl);

/**
 * The family's name.
 *
 * @genl  family, or NULL
 *
 * Returns a string that lives as long as genl, or NULL if genl is NULL.
 * Threads: any, while nobody frees genl. Since 0.1.
 */
const char *rnl_genl_name(const struct rnl_genl *genl);

/**
 * The version of the family's interface.
 *
 * @genl  family
 *
 * Returns the version, or
 *   -EINVAL  genl is NULL
 * Threads: any, while nobody frees genl. Since 0.1.
 */
int rnl_genl_version(const struct rnl_genl *genl);

/**
 * Bytes of the family's own fixed header, which follows struct genlmsghdr; 0
 * for nearly all.
 *
 * @genl  family
 *
 * Returns the number of bytes, or
 *   -EINVAL  genl is NULL
 * Threads: any, while nobody frees genl. Since 0.1.
 */
int rnl_genl_hdrsize(const struct rnl_genl *genl);

/**
 * The highest attribute type the family knows.
 *
 * @genl  family
 *
 * Returns the type; 0 where the kernel does not say, or
 *   -EINVAL  genl is NULL
 * Threads: any, while nobody frees genl. Since 0.1.
 */
int rnl_genl_maxattr(const struct rnl_genl *genl);

/**
 * Finds a multicast group of a family by name.
 *
 * @genl  family
 * @name  "mlme", "monitor" ...
 * @out   filled on success, for rnl_sock_join()
 *
 * Returns 0, or
 *   -EINVAL  genl, name or out is NULL
 *   -ENOENT  the family has no such group
 * Threads: any, while nobody frees genl. Since 0.1.
 */
int rnl_genl_group(const struct rnl_genl *genl, const char *name,
                   uint32_t *out);

/**
 * The multicast groups of a family, one by one.
 *
 * @genl   family
 * @index  which one, from 0
 * @out    filled on 1
 *
 * Returns 1, or 0 if there are no more, or
 *   -EINVAL  genl or out is NULL
 * Threads: any, while nobody frees genl. Since 0.1.
 */
int rnl_genl_group_at(const struct rnl_genl *genl, size_t index,
                      struct rnl_genl_group *out);

/**
 * The operations of a family, one by one, where the kernel lists them.
 *
 * @genl   family
 * @index  which one, from 0
 * @out    filled on 1
 *
 * Returns 1, or 0 if there are no more, or
 *   -EINVAL  genl or out is NULL
 * Threads: any, while nobody frees genl. Since 0.1.
 */
int rnl_genl_op_at(const struct rnl_genl *genl, size_t index,
                   struct rnl_genl_op *out);

/**
 * Frees a family with its strings.
 *
 * @genl  family, or NULL
 *
 * Returns 0, or
 *   -EINVAL  genl is not a family, or has been freed
 * Threads: genl must not be in use elsewhere. Since 0.1.
 */
int rnl_genl_free(struct rnl_genl *genl);

/**
 * Makes a request to a generic family: rnl_msg_new() with a struct genlmsghdr.
 *
 * @family   id of the family, from rnl_genl_id()
 * @cmd      the command
 * @version  1, or what the family asks for
 * @flags    NLM_F_*, as for rnl_msg_new()
 *
 * Returns a message to free with rnl_msg_free(), or NULL if there is no memory.
 * An id below 16 is a failure that sticks.
 * Threads: any. Since 0.1.
 */
struct rnl_msg *rnl_genl_msg(uint16_t family, uint8_t cmd, uint8_t version,
                             uint16_t flags);

/* ---- Policies of generic netlink ----------------------------------------- */

/** min_s and max_s are stated. */
#define RNL_RULE_SIGNED 0x01

/** min_u and max_u are stated. */
#define RNL_RULE_UNSIGNED 0x02

/** min_len is stated. */
#define RNL_RULE_MIN_LEN 0x04

/** max_len is stated. */
#define RNL_RULE_MAX_LEN 0x08

/** nested and nested_max are stated. */
#define RNL_RULE_NESTED 0x10

/** mask is stated. */
#define RNL_RULE_MASK 0x20

/** The policies of a generic family, as the kernel itself tells them. */
struct rnl_policy;

/** What a policy wants of one attribute. This struct never changes. */
struct rnl_policy_rule {
    /** Index of the policy it belongs to. */
    uint16_t policy;
    /** Type of the attribute. */
    uint16_t attr;
    /** NL_ATTR_TYPE_* */
    uint32_t kind;
    /** Which of the members below are stated: RNL_RULE_*. */
    uint32_t stated;
    /** Fewest bytes. */
    uint32_t min_len;
    /** Most bytes. */
    uint32_t max_len;
    /** Index of the policy of what is inside. */
    uint32_t nested;
    /** The highest attribute inside. */
    uint32_t nested_max;
    /** 0 */
    uint32_t reserved;
    /** Smallest value of a signed number. */
    int64_t min_s;
    /** Largest value of a signed number. */
    int64_t max_s;
    /** Smallest value of an unsigned number. */
    uint64_t min_u;
    /** Largest value of an unsigned number. */
    uint64_t max_u;
    /** Bits that may be set. */
    uint64_t mask;
};

/** Which policies an operation uses. This struct never changes. */
struct rnl_policy_use {
    /**
     * The command; 0 where the kernel does not say, as for some that can only
     * be dumped.
     */
    uint32_t cmd;
    /**
     * Index of the policy of a plain request, or -1 if the operation has none.
     */
    int32_t request;
    /**
     * Index of the policy of a dump request, or -1 if the operation has none.
     */
    int32_t dump;
};

/**
 * Asks the kernel what a generic family accepts (CTRL_CMD_GETPOLICY).
 *
 * @out         filled on success; free it with rnl_policy_free()
 * @sock        open socket of NETLINK_GENERIC
 * @family      id of the family, from rnl_genl_id()
 * @cmd         one command, or -1 for all
 * @timeout_ms  milliseconds; -1 waits for ever
 * @err         filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL   out or sock is NULL, or cmd is below -1
 *   -ENOENT   the kernel has no such family, or the family no such command
 *   -ENODATA  the family or the command has no policy
 *   and what rnl_dump_next() returns
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_policy_get(struct rnl_policy **out, struct rnl_sock *sock,
                   uint16_t family, int cmd, int timeout_ms,
                   struct rnl_err **err);

/**
 * The rules of all policies, one by one.
 *
 * @policy  policies of a family
 * @index   which one, from 0
 * @out     filled on 1
 *
 * Returns 1, or 0 if there are no more, or
 *   -EINVAL  policy or out is NULL
 * Threads: any, while nobody frees policy. Since 0.1.
 */
int rnl_policy_rule_at(const struct rnl_policy *policy, size_t index,
                       struct rnl_policy_rule *out);

/**
 * Which policies the operations use, one by one.
 *
 * @policy  policies of a family
 * @index   which one, from 0
 * @out     filled on 1
 *
 * Returns 1, or 0 if there are no more, or
 *   -EINVAL  policy or out is NULL
 * Threads: any, while nobody frees policy. Since 0.1.
 */
int rnl_policy_use_at(const struct rnl_policy *policy, size_t index,
                      struct rnl_policy_use *out);

/**
 * Frees the policies of a family.
 *
 * @policy  policies, or NULL
 *
 * Returns 0, or
 *   -EINVAL  policy is not what rnl_policy_get() gave, or has been freed
 * Threads: policy must not be in use elsewhere. Since 0.1.
 */
int rnl_policy_free(struct rnl_policy *policy);

/* ---- Texts that grow ----------------------------------------------------- */

/** A text that functions append to: JSON, descriptions. */
struct rnl_text;

/**
 * Makes an empty text.
 *
 * Returns a text to free with rnl_text_free(), or NULL if there is no memory.
 * Threads: any. Since 0.1.
 */
struct rnl_text *rnl_text_new(void);

/**
 * The text as it stands, UTF-8 with a NUL at its end. Pickles are no UTF-8, and
 * may have more NULs.
 *
 * @text  text
 * @len   filled with its bytes, the NUL not counted, if not NULL
 *
 * Returns a string that lives until text is changed or freed, or NULL if text
 * is NULL or there is no memory for the NUL.
 * Threads: text must not be in use elsewhere. Since 0.1.
 */
const char *rnl_text_get(struct rnl_text *text, size_t *len);

/**
 * Empties a text, keeping its memory.
 *
 * @text  text
 *
 * Returns 0, or
 *   -EINVAL  text is NULL
 * Threads: text must not be in use elsewhere. Since 0.1.
 */
int rnl_text_clear(struct rnl_text *text);

/**
 * Frees a text.
 *
 * @text  text, or NULL
 *
 * Returns 0, or
 *   -EINVAL  text is not a text, or has been freed
 * Threads: text must not be in use elsewhere. Since 0.1.
 */
int rnl_text_free(struct rnl_text *text);

/* ---- Descriptions of families -------------------------------------------- */

/** Descriptions of families that rnl-specc has compiled. */
struct rnl_pack;

/**
 * Reads a pack from a file.
 *
 * @out   filled on success; close it with rnl_pack_close()
 * @path  name of the file
 * @err   filled on failure, if not NULL; says what is wrong with the pack
 *
 * Returns 0, or
 *   -EINVAL   out or path is NULL
 *   -EBADMSG  the file is no pack, or is damaged
 *   -EFBIG    it is longer than 64 MiB
 *   -ENOMEM   no memory
 *   or the errno of open(2) or read(2)
 * Threads: any. Since 0.1.
 */
int rnl_pack_open(struct rnl_pack **out, const char *path,
                  struct rnl_err **err);

/**
 * Closes a pack.
 *
 * @pack  pack, or NULL
 *
 * Returns 0, or
 *   -EINVAL  pack is not a pack, or has been closed
 *   -EBUSY   families of it are open
 * Threads: pack must not be in use elsewhere. Since 0.1.
 */
int rnl_pack_close(struct rnl_pack *pack);

/* ---- Families by name, and JSON ------------------------------------------ */

/** A request that is no dump. */
#define RNL_FORM_DO 0

/** A request for a dump. */
#define RNL_FORM_DUMP 1

/**
 * JSON that encodes to the same bytes: what is unusual about the message is
 * annotated.
 */
#define RNL_JSON_EXACT 1

/**
 * The object as "msg" beside its operation's "name", as notifications are
 * shown.
 */
#define RNL_JSON_NAMED 2

/** One line for people instead of JSON. */
#define RNL_JSON_READABLE 4

/**
 * A pickle (protocol 2) of what JSON says: bytes that Python reads several
 * times faster. Each call appends a whole one.
 */
#define RNL_JSON_PICKLE 8

/**
 * A family as it is described: "rt-link", "ethtool" ... It may be used with any
 * number of sockets.
 */
struct rnl_family;

/**
 * Finds the description of a family. Nothing is asked of the kernel: see
 * rnl_family_resolve().
 *
 * @out   filled on success; free it with rnl_family_free()
 * @pack  descriptions, or NULL for those that are built in
 * @name  "rt-link", "rt-route", "nl80211" ...
 * @err   filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  out or name is NULL, or pack is not a pack
 *   -ENOENT  no family of that name is described
 *   -ENOMEM  no memory
 * Threads: pack must not be in use elsewhere. Since 0.1.
 */
int rnl_family_open(struct rnl_family **out, struct rnl_pack *pack,
                    const char *name, struct rnl_err **err);

/**
 * Frees a family.
 *
 * @family  family, or NULL
 *
 * Returns 0, or
 *   -EINVAL  family is not a family, or has been freed
 * Threads: neither family nor its pack may be in use elsewhere. Since 0.1.
 */
int rnl_family_free(struct rnl_family *family);

/**
 * The protocol number that sockets for the family are opened with.
 *
 * @family  family
 *
 * Returns NETLINK_ROUTE, NETLINK_GENERIC ..., or
 *   -EINVAL  family is NULL
 * Threads: any, while nobody frees family. Since 0.1.
 */
int rnl_family_protocol(const struct rnl_family *family);

/**
 * Asks the kernel for the id and the groups of a generic family, which may load
 * its module. They hold until the module is unloaded. Of other families there
 * is nothing to ask. From then on the socket uses this description in its
 * errors and traces, also where it is one of a pack.
 *
 * @family      family
 * @sock        open socket of the family's protocol
 * @timeout_ms  milliseconds; -1 waits for ever
 * @err         filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL      family or sock is NULL
 *   -EPROTOTYPE  the socket has another protocol
 *   -ENOENT      the kernel has no such family
 *   and what rnl_sock_call() returns
 * Threads: neither family nor sock may be in use elsewhere. Since 0.1.
 */
int rnl_family_resolve(struct rnl_family *family, struct rnl_sock *sock,
                       int timeout_ms, struct rnl_err **err);

/**
 * The number of a multicast group, for rnl_sock_join().
 *
 * @family  family; a generic one must have been resolved
 * @name    "rtnlgrp-link", "scan" ...
 *
 * Returns the number, or
 *   -EINVAL  family or name is NULL
 *   -ENOENT  the family has no such group, or has not been resolved
 * Threads: any, while nobody frees family. Since 0.1.
 */
int rnl_family_group(const struct rnl_family *family, const char *name);

/**
 * Makes a request from JSON: an object with the members of the family's fixed
 * header and its attributes by their names. Numbers may be texts, flags a list
 * or "a|b", addresses as people write them, bytes hexadecimal.
 *
 * @out     filled on success; free it with rnl_msg_free(). It may be sent in
 *          any way: rnl_sock_call(), rnl_sock_submit(), rnl_dump_start() ...
 * @family  family; a generic one must have been resolved
 * @op      "newlink" ...
 * @form    RNL_FORM_DO or RNL_FORM_DUMP
 * @flags   NLM_F_*, as for rnl_msg_new()
 * @json    the object; NULL is an empty one
 * @err     filled on failure, if not NULL: the path of what is wrong, and what
 *          was wanted
 *
 * Returns 0, or
 *   -EINVAL      an argument is NULL, form is none of the two, or the JSON does
 *                not fit
 *   -ENOENT      the family has no such operation
 *   -EOPNOTSUPP  the operation has no such form
 *   -ENOTCONN    the generic family has not been resolved
 *   -ENOMEM      no memory
 * Threads: any, while nobody frees family. Since 0.1.
 */
int rnl_family_request(struct rnl_msg **out, const struct rnl_family *family,
                       const char *op, int form, uint16_t flags,
                       const char *json, struct rnl_err **err);

/**
 * Looks at a request that was built by hand, before it is sent: attributes that
 * are unknown where they stand, values of another width or out of range, a
 * header that is cut short. The kernel is not asked; it may take what this
 * refuses, if it is newer than the descriptions, and it knows more reasons to
 * refuse.
 *
 * @family  family; a generic one must have been resolved
 * @msg     request, finished
 * @err     filled on failure, if not NULL: the path of the first thing that is
 *          wrong, and what was wanted
 *
 * Returns 0 if nothing is wrong with it, or
 *   -EINVAL   family or msg is NULL, or something in it is wrong
 *   -EBADMSG  an attribute or what it holds is damaged
 *   -ERANGE   a value is out of range
 *   -EPROTO   it is no request of the family's
 *   or what rnl_msg_bytes() returns
 * Threads: msg must not be in use elsewhere. Since 0.1.
 */
int rnl_family_check(const struct rnl_family *family, struct rnl_msg *msg,
                     struct rnl_err **err);

/**
 * Appends a message that the kernel sent as a JSON object.
 *
 * @family  family
 * @view    a message, of a reply, a dump or a notification
 * @flags   0, or RNL_JSON_* with |
 * @text    text to append to; left as it was on failure
 *
 * Returns 0, or
 *   -EINVAL   an argument is NULL, or there are other flags
 *   -EPROTO   the message is none of the family's
 *   -ENOMEM   no memory
 * Threads: text must not be in use elsewhere. Since 0.1.
 */
int rnl_family_json(const struct rnl_family *family,
                    const struct rnl_view *view, int flags,
                    struct rnl_text *text);

/**
 * Appends the next objects of a dump as a JSON list. The loop runs in here,
 * which serves callers to whom each call is dear.
 *
 * @family  family
 * @dump    dump of a request of the family
 * @max     how many objects at most
 * @flags   0, or RNL_JSON_* with |
 * @text    text to append to; left as it was on failure and at the end
 * @err     filled on failure, if not NULL
 *
 * Returns how many objects there are in the list, 0 at the end of the dump, or
 *   -EINVAL  an argument is NULL, max is 0, or there are other flags
 *   -EPROTO  an object is none of the family's
 *   and what rnl_dump_next() returns
 * Threads: none of the arguments may be in use elsewhere. Since 0.1.
 */
int rnl_family_rows(const struct rnl_family *family, struct rnl_dump *dump,
                    size_t max, int flags, struct rnl_text *text,
                    struct rnl_err **err);

/**
 * Makes a request and appends what it is answered with: an object, a list of
 * them if there are several, or null for an acknowledgement alone.
 *
 * @family      family; a generic one must have been resolved
 * @sock        open socket of the family's protocol
 * @op          "getlink" ...
 * @flags       NLM_F_*, as for rnl_msg_new()
 * @json        the request, as for rnl_family_request()
 * @timeout_ms  milliseconds; -1 waits for ever
 * @text        text to append to, or NULL; left as it was on failure
 * @err         filled on failure, if not NULL
 *
 * Where the kernel refuses a request of a generic family and does not say where
 * it is wrong, it is asked for the family's policy too, for rnl_err_guess().
 *
 * Returns 0, what rnl_family_request() returns, or what rnl_sock_call()
 * returns.
 * Threads: none of sock, text and family may be in use elsewhere. Since 0.1.
 */
int rnl_family_call(const struct rnl_family *family, struct rnl_sock *sock,
                    const char *op, uint16_t flags, const char *json,
                    int timeout_ms, struct rnl_text *text,
                    struct rnl_err **err);

/**
 * Appends a description as JSON: of one operation with the attributes it takes,
 * of a family with all its operations, groups, sets of attributes and enums, or
 * of which families there are.
 *
 * @family  family, or NULL for a list of all that are built in
 * @op      "newlink" ..., or NULL for all of the family
 * @text    text to append to; left as it was on failure
 *
 * Returns 0, or
 *   -EINVAL  text is NULL, or family is NULL and op is not
 *   -ENOENT  the family has no such operation
 *   -ENOMEM  no memory
 * Threads: text must not be in use elsewhere. Since 0.1.
 */
int rnl_family_describe(const struct rnl_family *family, const char *op,
                        struct rnl_text *text);

/* ---- Structs of the caller ----------------------------------------------- */

/** Messages that a request is answered with. */
#define RNL_FORM_REPLY 2

/** Objects of a dump; also what is notified of. */
#define RNL_FORM_ROW 3

/** A struct of the caller bound to values of a family's messages. */
struct rnl_bind;

/** One member of the caller's struct. This struct never changes. */
struct rnl_slot {
    /**
     * Which value: "ifi-index", "ifname", "linkinfo.kind",
     * "linkinfo.data(vxlan).id", "stats64.rx-packets". Empty for bits that tell
     * which slots have a value: the first slot's is the lowest.
     */
    const char *path;
    /** offsetof() the member */
    size_t offset;
    /**
     * sizeof the member: of numbers 1, 2, 4 or 8, in host order; flags are a
     * number, 1 if they are there; texts are cut nowhere and closed by a NUL;
     * addresses and other bytes stand at its start. Of a bitfield .value and
     * .selector are bound, 32 bits each, which can be read only.
     */
    size_t width;
};

/**
 * Binds members of a struct to values of the messages of an operation. Paths
 * are looked up here, once.
 *
 * @out     filled on success; free it with rnl_bind_free()
 * @family  family; a generic one must have been resolved before requests are
 *          made
 * @op      "getlink", "newroute" ...
 * @form    RNL_FORM_ROW or RNL_FORM_REPLY to read messages, RNL_FORM_DO or
 *          RNL_FORM_DUMP to make requests
 * @size    sizeof the struct
 * @slots   its members; any order, and not all of them need to be bound
 * @n       how many
 * @err     filled on failure, if not NULL: says which path is wrong
 *
 * Returns 0, or
 *   -EINVAL      an argument is NULL, a member lies outside of the struct, or a
 *                path leads to something that is no single value
 *   -ENOENT      the family has no such operation, or nothing has the name that
 *                a path says
 *   -EOPNOTSUPP  the operation has no such form
 *   -ERANGE      a member has too few bytes for its value, or a number's has
 *                not 1, 2, 4 or 8
 *   -ENOMEM      no memory
 * Threads: any, while nobody frees family. Since 0.1.
 */
int rnl_bind_new(struct rnl_bind **out, const struct rnl_family *family,
                 const char *op, int form, size_t size,
                 const struct rnl_slot *slots, size_t n, struct rnl_err **err);

/**
 * Frees a binding.
 *
 * @bind  binding, or NULL
 *
 * Returns 0, or
 *   -EINVAL  bind is not a binding, or has been freed
 * Threads: bind must not be in use elsewhere. Since 0.1.
 */
int rnl_bind_free(struct rnl_bind *bind);

/**
 * Fills a struct from a message. What the message lacks is zero.
 *
 * @bind    binding of RNL_FORM_ROW or RNL_FORM_REPLY
 * @view    message
 * @record  the struct
 * @err     filled on failure, if not NULL: says which value did not fit
 *
 * Returns 0, or
 *   -EINVAL   an argument is NULL
 *   -EPROTO   the message is of another type than the binding
 *   -EBADMSG  an attribute's length is damaged
 *   -ERANGE   a value has another width than its type, or more bytes than its
 *             member
 * Threads: any, while nobody frees bind. Since 0.1.
 */
int rnl_bind_read(const struct rnl_bind *bind, const struct rnl_view *view,
                  void *record, struct rnl_err **err);

/**
 * Fills an array of structs from the next objects of a dump.
 *
 * @bind     binding of RNL_FORM_ROW
 * @dump     dump of the operation
 * @records  the array
 * @max      how many structs it has
 * @err      filled on failure, if not NULL
 *
 * Returns how many were filled, 0 at the end of the dump, or
 *   -EINVAL  an argument is NULL, or max is 0
 *   and what rnl_bind_read() and rnl_dump_next() return
 * Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
 */
int rnl_bind_rows(const struct rnl_bind *bind, struct rnl_dump *dump,
                  void *records, size_t max, struct rnl_err **err);

/**
 * Makes a request from a struct: the fixed header and the attributes whose bits
 * are set, where such bits are bound, else those that are not zero. Attributes
 * come in the order of their slots; those of one nest belong together.
 *
 * @out     filled on success; free it with rnl_msg_free()
 * @bind    binding of RNL_FORM_DO or RNL_FORM_DUMP
 * @flags   NLM_F_*, as for rnl_msg_new()
 * @record  the struct
 * @err     filled on failure, if not NULL: says which value is wrong
 *
 * Returns 0, or
 *   -EINVAL      an argument is NULL
 *   -ERANGE      a number is too large for its attribute
 *   -EOPNOTSUPP  a value that is a part of an attribute, which can be read
 *                alone
 *   -ENOTCONN    the generic family had not been resolved
 *   -ENOMEM      no memory
 * Threads: any, while nobody frees bind. Since 0.1.
 */
int rnl_bind_request(struct rnl_msg **out, const struct rnl_bind *bind,
                     uint16_t flags, const void *record, struct rnl_err **err);

/* ---- Traces -------------------------------------------------------------- */

/** No trace. */
#define RNL_TRACE_OFF 0

/** A line for each message, named and readable. */
#define RNL_TRACE_TEXT 1

/** pcapng, which Wireshark reads. */
#define RNL_TRACE_PCAPNG 2

/**
 * Writes what passes through a socket from now on to a descriptor, as it
 * passes. Without this call, the environment decides: RNL_TRACE=1 is text to
 * standard error, and any other value the name of a file that pcapng is
 * appended to; programs that run with other rights than those of who started
 * them ignore it.
 *
 * @sock    open socket
 * @fd      descriptor to write to; it stays the caller's, and must be open
 *          until the trace ends
 * @format  RNL_TRACE_TEXT, RNL_TRACE_PCAPNG, or RNL_TRACE_OFF, with which fd
 *          does not matter
 * @err     filled on failure, if not NULL
 *
 * Returns 0, or
 *   -EINVAL  sock is NULL, or format is none of the three
 *   or the errno of write(2). A trace that can't be written later ends, and
 *   nothing else fails
 * Threads: sock must not be in use elsewhere. Since 0.1.
 */
int rnl_sock_trace(struct rnl_sock *sock, int fd, int format,
                   struct rnl_err **err);

#ifdef __cplusplus
}
#endif

#if defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(RNL_NO_INLINE)
#include <rnl/inline.h>
#endif

#endif /* RNL_RNL_H */
