/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * NETLINK_SCSITRANSPORT: messages in a frame of their own inside netlink's. Without a Fibre Channel adapter there are
 * no events; the frame is checked for every message, and the verdict says how.
 */
#include "protocol.h"

/* As the kernel has them; few systems install its header, <scsi/scsi_netlink.h>. */
#define SCSI_TRANSPORT_MSG (NLMSG_MIN_TYPE + 1)
#define SCSI_NL_GROUP_FC_EVENTS 3
#define SCSI_NL_VERSION 1
#define SCSI_NL_MAGIC 0xa1b2

struct scsi_nl_hdr {
    uint8_t version;
    uint8_t transport;
    uint16_t magic;
    uint16_t msgtype;
    uint16_t msglen;
};

static struct rnl_sock *sock;
static int outside;

static struct rnl_msg *scsi_msg(uint16_t type, uint8_t version, uint16_t magic)
{
    struct scsi_nl_hdr header = { version, 0, magic, 0, sizeof header };

    return request(type, 0, &header, sizeof header);
}

static void frames_are_checked(void)
{
    /* A frame that is right around a message that nobody knows. */
    is_refused(sock, EBADR, scsi_msg(SCSI_TRANSPORT_MSG, SCSI_NL_VERSION, SCSI_NL_MAGIC));
    is_refused(sock, EBADMSG, scsi_msg(SCSI_TRANSPORT_MSG + 1, SCSI_NL_VERSION, SCSI_NL_MAGIC));
    is_refused(sock, EPROTOTYPE, scsi_msg(SCSI_TRANSPORT_MSG, SCSI_NL_VERSION + 1, SCSI_NL_MAGIC));
    is_refused(sock, EPROTOTYPE, scsi_msg(SCSI_TRANSPORT_MSG, SCSI_NL_VERSION, SCSI_NL_MAGIC + 1));
}

static void events_can_be_joined(void)
{
    uint32_t group = 0;
    struct rnl_view view;

    WORKS(0, rnl_sock_join(sock, SCSI_NL_GROUP_FC_EVENTS, &test_err));
    WORKS(1, rnl_sock_groups(sock, &group, 1, &test_err));
    EQUAL(SCSI_NL_GROUP_FC_EVENTS, group);
    WORKS(0, rnl_sock_next(sock, &view, 0, &test_err));
}

/* It takes rights to come to the first namespace: a process without them takes over a socket that is there. */
static void without_rights_nothing_is_taken(void)
{
    struct rnl_sock *own = NULL;

    WORKS(0, rnl_sock_adopt(&own, outside, NULL, &test_err));
    is_refused(own, EPERM, scsi_msg(SCSI_TRANSPORT_MSG, SCSI_NL_VERSION, SCSI_NL_MAGIC));
    EXPECT(0, rnl_sock_close(own));
}

int main(void)
{
    in_namespace();
    EXPECT(0, rnl_sock_close(open_protocol(NETLINK_SCSITRANSPORT, "NETLINK_SCSITRANSPORT", NULL)));
    sock = open_outside(NETLINK_SCSITRANSPORT, "NETLINK_SCSITRANSPORT");
    frames_are_checked();
    events_can_be_joined();
    outside = rnl_sock_fd(sock);
    without_rights(without_rights_nothing_is_taken);
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
