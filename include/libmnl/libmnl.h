/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The interface of libmnl, as libmnl.so.0 of rnl offers it. Programs compile against this header or against
 * libmnl's own, and run with either library.
 *
 * Messages and attributes are pointers into the caller's memory, which must hold as many bytes as their
 * lengths say: check with mnl_nlmsg_ok() and mnl_attr_ok() what came from outside. They need not be aligned.
 * Functions that can fail return -1, NULL or false; those that are said to set errno do so then only.
 * Threads: none of them shares anything; one socket or batch is for one thread at a time.
 */
#ifndef RNL_LIBMNL_LIBMNL_H
#define RNL_LIBMNL_LIBMNL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netlink.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

#ifndef MNL_ARRAY_SIZE
#define MNL_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* ---- Sockets. All set errno. */

#define MNL_SOCKET_AUTOPID 0
/* Room for what the kernel puts in one datagram, but for dumps into larger buffers; not a constant. */
#define MNL_SOCKET_BUFFER_SIZE (sysconf(_SC_PAGESIZE) < 8192L ? sysconf(_SC_PAGESIZE) : 8192L)
/* Room for what the kernel puts in one datagram of a dump, if it is asked for so much. */
#define MNL_SOCKET_DUMP_SIZE 32768

struct mnl_socket;

/* A socket of a netlink protocol, to be closed with mnl_socket_close(); flags: SOCK_CLOEXEC, SOCK_NONBLOCK. */
struct mnl_socket *mnl_socket_open(int bus);
struct mnl_socket *mnl_socket_open2(int bus, int flags);
/* Around a descriptor, which then is the socket's. */
struct mnl_socket *mnl_socket_fdopen(int fd);
/* Joins the groups whose bits are set and takes a port id; MNL_SOCKET_AUTOPID: the kernel picks it. */
int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid);
/* Frees the socket whatever it returns. */
int mnl_socket_close(struct mnl_socket *nl);
int mnl_socket_get_fd(const struct mnl_socket *nl);
unsigned int mnl_socket_get_portid(const struct mnl_socket *nl);
/* To the kernel; the bytes sent. */
ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t siz);
/* One datagram, whoever sent it; ENOSPC: it was longer than siz and is lost. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t siz);
/* Options of SOL_NETLINK. */
int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len);
int mnl_socket_getsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t *len);

/* ---- Messages */

#define MNL_ALIGNTO 4
#define MNL_ALIGN(len) (((len) + MNL_ALIGNTO - 1) & ~(MNL_ALIGNTO - 1))
#define MNL_NLMSG_HDRLEN MNL_ALIGN(sizeof(struct nlmsghdr))

/* The length of a message with so much payload, without padding. */
size_t mnl_nlmsg_size(size_t len);
size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *nlh);

/* Starts a message: a header of zeros but for its length. */
struct nlmsghdr *mnl_nlmsg_put_header(void *buf);
/* Appends so many bytes of zeros, padded: the family's header. */
void *mnl_nlmsg_put_extra_header(struct nlmsghdr *nlh, size_t size);

/* Whether all of the message is in the len bytes from nlh on. */
bool mnl_nlmsg_ok(const struct nlmsghdr *nlh, int len);
/* What follows the message; *len becomes what is left there, which may be negative. */
struct nlmsghdr *mnl_nlmsg_next(const struct nlmsghdr *nlh, int *len);

/* Whether message and caller agree; 0 on either side agrees with everything. */
bool mnl_nlmsg_seq_ok(const struct nlmsghdr *nlh, unsigned int seq);
bool mnl_nlmsg_portid_ok(const struct nlmsghdr *nlh, unsigned int portid);

void *mnl_nlmsg_get_payload(const struct nlmsghdr *nlh);
void *mnl_nlmsg_get_payload_offset(const struct nlmsghdr *nlh, size_t offset);
/* Where the next attribute goes. */
void *mnl_nlmsg_get_payload_tail(const struct nlmsghdr *nlh);

/* Prints a datagram as a table with colours, the families' headers being extra_header_size bytes. */
void mnl_nlmsg_fprintf(FILE *fd, const void *data, size_t datalen, size_t extra_header_size);

/* ---- Batches: messages side by side in the caller's buffer */

struct mnl_nlmsg_batch;

/* bufsiz bytes are sent at a time; the buffer has room for one more message. NULL sets errno. */
struct mnl_nlmsg_batch *mnl_nlmsg_batch_start(void *buf, size_t bufsiz);
/* Goes on behind the current message. false: it does not fit; send the batch, then reset it. */
bool mnl_nlmsg_batch_next(struct mnl_nlmsg_batch *b);
/* Frees the batch, not its buffer. */
void mnl_nlmsg_batch_stop(struct mnl_nlmsg_batch *b);
/* The bytes to send. */
size_t mnl_nlmsg_batch_size(struct mnl_nlmsg_batch *b);
/* Empties the batch, but for a message that did not fit. */
void mnl_nlmsg_batch_reset(struct mnl_nlmsg_batch *b);
void *mnl_nlmsg_batch_head(struct mnl_nlmsg_batch *b);
/* Where the next message is made. */
void *mnl_nlmsg_batch_current(struct mnl_nlmsg_batch *b);
bool mnl_nlmsg_batch_is_empty(struct mnl_nlmsg_batch *b);

/* ---- Attributes: reading */

#define MNL_ATTR_HDRLEN MNL_ALIGN(sizeof(struct nlattr))

/* The type without its two flags. */
uint16_t mnl_attr_get_type(const struct nlattr *attr);
/* With the header, and without. */
uint16_t mnl_attr_get_len(const struct nlattr *attr);
uint16_t mnl_attr_get_payload_len(const struct nlattr *attr);
void *mnl_attr_get_payload(const struct nlattr *attr);
/* These read without asking for the length: mnl_attr_validate() does. */
uint8_t mnl_attr_get_u8(const struct nlattr *attr);
uint16_t mnl_attr_get_u16(const struct nlattr *attr);
uint32_t mnl_attr_get_u32(const struct nlattr *attr);
uint64_t mnl_attr_get_u64(const struct nlattr *attr);
const char *mnl_attr_get_str(const struct nlattr *attr);
/* A number of 1, 2, 4 or 8 bytes; UINT64_MAX for other lengths. */
uint64_t mnl_attr_get_uint(const struct nlattr *attr);

/* ---- Attributes: appending to a message. Padding is zeroed.
 * What is longer than 65,531 bytes is not appended at all, since no attribute can be. */

void mnl_attr_put(struct nlmsghdr *nlh, uint16_t type, size_t len, const void *data);
void mnl_attr_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t data);
void mnl_attr_put_u16(struct nlmsghdr *nlh, uint16_t type, uint16_t data);
void mnl_attr_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t data);
void mnl_attr_put_u64(struct nlmsghdr *nlh, uint16_t type, uint64_t data);
/* Without its NUL, and with it. */
void mnl_attr_put_str(struct nlmsghdr *nlh, uint16_t type, const char *data);
void mnl_attr_put_strz(struct nlmsghdr *nlh, uint16_t type, const char *data);

/* The same, into a buffer of buflen bytes from nlh on. false: it does not fit, and nothing is written. */
bool mnl_attr_put_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, size_t len, const void *data);
bool mnl_attr_put_u8_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, uint8_t data);
bool mnl_attr_put_u16_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, uint16_t data);
bool mnl_attr_put_u32_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, uint32_t data);
bool mnl_attr_put_u64_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, uint64_t data);
bool mnl_attr_put_str_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, const char *data);
bool mnl_attr_put_strz_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, const char *data);

/* What is appended between start and end is inside the nest. The second gives NULL if it does not fit. */
struct nlattr *mnl_attr_nest_start(struct nlmsghdr *nlh, uint16_t type);
struct nlattr *mnl_attr_nest_start_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type);
/* A nest of more than 65,535 bytes is taken off the message again. */
void mnl_attr_nest_end(struct nlmsghdr *nlh, struct nlattr *start);
/* Takes the nest and all that followed it off the message. */
void mnl_attr_nest_cancel(struct nlmsghdr *nlh, struct nlattr *start);

/* ---- Attributes: checking. All set errno. */

enum mnl_attr_data_type {
    MNL_TYPE_UNSPEC,
    MNL_TYPE_U8,
    MNL_TYPE_U16,
    MNL_TYPE_U32,
    MNL_TYPE_U64,
    MNL_TYPE_STRING,
    MNL_TYPE_FLAG,
    MNL_TYPE_MSECS,
    MNL_TYPE_NESTED,
    MNL_TYPE_NESTED_COMPAT,
    MNL_TYPE_NUL_STRING,
    MNL_TYPE_BINARY,
    MNL_TYPE_MAX,
};

/* 1, or -1 with EOPNOTSUPP for a type above maxtype. */
int mnl_attr_type_valid(const struct nlattr *attr, uint16_t maxtype);
/* 0, or -1: ERANGE for a payload of the wrong length, EINVAL for a missing NUL or an unknown type. */
int mnl_attr_validate(const struct nlattr *attr, enum mnl_attr_data_type type);
/* The same for a payload of len bytes; 0: of any length. */
int mnl_attr_validate2(const struct nlattr *attr, enum mnl_attr_data_type type, size_t len);

/* ---- Attributes: walking. What is damaged ends the walk. */

/* Whether all of the attribute is in the len bytes from attr on. */
bool mnl_attr_ok(const struct nlattr *attr, int len);
struct nlattr *mnl_attr_next(const struct nlattr *attr);

#define mnl_attr_for_each(attr, nlh, offset) \
    for ((attr) = (struct nlattr *)mnl_nlmsg_get_payload_offset((nlh), (offset)); \
         mnl_attr_ok((attr), (int)((char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)(attr))); \
         (attr) = mnl_attr_next(attr))

#define mnl_attr_for_each_nested(attr, nest) \
    for ((attr) = (struct nlattr *)mnl_attr_get_payload(nest); \
         mnl_attr_ok((attr), (int)((char *)mnl_attr_get_payload(nest) + mnl_attr_get_payload_len(nest) - \
                       (char *)(attr))); \
         (attr) = mnl_attr_next(attr))

/* Walks with a variable of the name attr. */
#define mnl_attr_for_each_payload(payload, payload_size) \
    for ((attr) = (struct nlattr *)(payload); \
         mnl_attr_ok((attr), (int)((char *)(payload) + (payload_size) - (char *)(attr))); \
         (attr) = mnl_attr_next(attr))

/* Called for each attribute; 0 or less ends the walk. */
typedef int (*mnl_attr_cb_t)(const struct nlattr *attr, void *data);

/* Return what cb returned last, MNL_CB_OK if there was no attribute. */
int mnl_attr_parse(const struct nlmsghdr *nlh, unsigned int offset, mnl_attr_cb_t cb, void *data);
int mnl_attr_parse_nested(const struct nlattr *attr, mnl_attr_cb_t cb, void *data);
int mnl_attr_parse_payload(const void *payload, size_t payload_len, mnl_attr_cb_t cb, void *data);

/* ---- Datagrams: each message to its function */

#define MNL_CB_ERROR -1
#define MNL_CB_STOP 0
#define MNL_CB_OK 1

/* Called for each message; 0 or less ends the datagram. */
typedef int (*mnl_cb_t)(const struct nlmsghdr *nlh, void *data);

/*
 * Returns what the last function returned; MNL_CB_STOP for an acknowledgement and for the end of a dump; -1
 * with the kernel's error in errno, or with ESRCH (another port's), EPROTO (another sequence number), EINTR
 * (an interrupted dump, to be made again), EBADMSG (an error message too short to be one).
 *
 * cb_ctl_array has the functions of control messages, by type below NLMSG_MIN_TYPE. Types within its length
 * that have no function are ignored, errors and ends of dumps too.
 */
int mnl_cb_run(const void *buf, size_t numbytes, unsigned int seq, unsigned int portid, mnl_cb_t cb_data, void *data);
int mnl_cb_run2(const void *buf, size_t numbytes, unsigned int seq, unsigned int portid, mnl_cb_t cb_data, void *data,
        const mnl_cb_t *cb_ctl_array, unsigned int cb_ctl_array_len);

#ifdef __cplusplus
}
#endif

#endif
