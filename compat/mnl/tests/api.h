/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The functions of a library as pointers, so that two libraries can be used side by side. */
#ifndef MNL_API_H
#define MNL_API_H

#include <dlfcn.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>

/* Every function that both libraries have. */
#define MNL_FUNCTIONS(F) \
    F(attr_get_len) F(attr_get_payload) F(attr_get_payload_len) F(attr_get_str) F(attr_get_type) F(attr_get_u16) \
    F(attr_get_u32) F(attr_get_u64) F(attr_get_u8) F(attr_nest_cancel) F(attr_nest_end) F(attr_nest_start) \
    F(attr_nest_start_check) F(attr_next) F(attr_ok) F(attr_parse) F(attr_parse_nested) F(attr_parse_payload) \
    F(attr_put) F(attr_put_check) F(attr_put_str) F(attr_put_str_check) F(attr_put_strz) F(attr_put_strz_check) \
    F(attr_put_u16) F(attr_put_u16_check) F(attr_put_u32) F(attr_put_u32_check) F(attr_put_u64) \
    F(attr_put_u64_check) F(attr_put_u8) F(attr_put_u8_check) F(attr_type_valid) F(attr_validate) \
    F(attr_validate2) F(cb_run) F(cb_run2) F(nlmsg_batch_current) F(nlmsg_batch_head) F(nlmsg_batch_is_empty) \
    F(nlmsg_batch_next) F(nlmsg_batch_reset) F(nlmsg_batch_size) F(nlmsg_batch_start) F(nlmsg_batch_stop) \
    F(nlmsg_fprintf) F(nlmsg_get_payload) F(nlmsg_get_payload_len) F(nlmsg_get_payload_offset) \
    F(nlmsg_get_payload_tail) F(nlmsg_next) F(nlmsg_ok) F(nlmsg_portid_ok) F(nlmsg_put_extra_header) \
    F(nlmsg_put_header) F(nlmsg_seq_ok) F(nlmsg_size) F(socket_bind) F(socket_close) F(socket_fdopen) \
    F(socket_get_fd) F(socket_get_portid) F(socket_getsockopt) F(socket_open) F(socket_open2) F(socket_recvfrom) \
    F(socket_sendto) F(socket_setsockopt)

#define MNL_POINTER(name) __typeof__(mnl_##name) *name;
#define MNL_INDEX(name) I_##name,
#define MNL_LOAD(function) api->function = symbol(library, "mnl_" #function);

struct api { MNL_FUNCTIONS(MNL_POINTER) };
enum { MNL_FUNCTIONS(MNL_INDEX) FUNCTIONS };

static void *symbol(void *library, const char *name)
{
    void *address = dlsym(library, name);

    if (!address) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return address;
}

static inline void load(struct api *api, const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    MNL_FUNCTIONS(MNL_LOAD)
}

#endif
