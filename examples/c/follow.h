/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * What the examples of event loops (loop_*.c) do: they follow the links, and ask for the counters of each
 * that is new, with all these requests in flight at the same time. They end when the last link is gone that
 * they were told of. None of this waits; waiting is what the examples are about.
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <rnl/rnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct follower {
	struct rnl_table *links;
	struct rnl_sock *sock;
	const char *last; /* the link that ends it */
	bool ended;
	struct rnl_err *err;
};

static int follow_open(struct follower *f, const char *last)
{
	int ret = rnl_table_open(&f->links, "link", 0, NULL, &f->err);

	f->last = last;
	return ret < 0 ? ret : rnl_sock_open(&f->sock, NETLINK_ROUTE, NULL, &f->err);
}

/* Says why it failed, if it did, and gives the exit status. */
static int follow_close(struct follower *f, int ret)
{
	if (ret < 0)
		fprintf(stderr, "%s\n", f->err ? rnl_err_text(f->err) : strerror(-ret));
	rnl_table_close(f->links);
	rnl_sock_close(f->sock);
	rnl_err_free(f->err);
	return ret < 0;
}

static int follow_name(const struct rnl_view *view, struct rnl_attr attr[IFLA_MAX + 1], char name[64])
{
	struct ifinfomsg link;
	struct rnl_attrs attrs;

	rnl_view_fixed(view, &link, sizeof(link));
	rnl_view_attrs(view, sizeof(link), &attrs);
	rnl_attrs_table(&attrs, attr, IFLA_MAX + 1);
	if (rnl_attr_strcpy(&attr[IFLA_IFNAME], name, 64) < 0)
		strcpy(name, "-");
	return link.ifi_index;
}

/* Counters change all the time, so the table does not have them. */
static int follow_ask(struct follower *f, int index)
{
	struct rnl_msg *msg = rnl_msg_new(RTM_GETLINK, 0);
	struct ifinfomsg link = { .ifi_index = index };
	int ret;

	rnl_msg_put_header(msg, &link, sizeof(link));
	ret = rnl_sock_submit(f->sock, msg, 0, 0, 5000, NULL, &f->err);
	rnl_msg_free(msg);
	return ret;
}

static int follow_event(struct follower *f, const struct rnl_event *event)
{
	static const char *const kinds[] = { "", "new", "changed", "gone", "synced", "resynced" };
	const struct rnl_view *view = event->now.msg.ptr ? &event->now : &event->before;
	struct rnl_attr attr[IFLA_MAX + 1];
	char name[64] = "";
	int index = view->msg.ptr ? follow_name(view, attr, name) : 0;

	printf("%s %s\n", kinds[event->kind], name);
	if (event->kind == RNL_EVENT_DEL && strcmp(name, f->last) == 0)
		f->ended = true;
	return event->kind == RNL_EVENT_NEW ? follow_ask(f, index) : 0;
}

/* Takes what there is of events. For when the table's descriptor is ready, or its time has come. */
static int follow_links(struct follower *f)
{
	struct rnl_event event;
	int ret;

	do {
		ret = rnl_table_next(f->links, &event, 0, &f->err);
	} while (ret == 1 && (ret = follow_event(f, &event)) >= 0 && !f->ended);
	return ret;
}

static void follow_answer(struct rnl_done *done)
{
	struct rtnl_link_stats64 stats = { 0 };
	struct rnl_attr attr[IFLA_MAX + 1];
	struct rnl_view view;
	char name[64];

	if (done->result < 0) {
		printf("no counters: %s\n", rnl_err_text(done->err));
	} else if (rnl_reply_next(done->reply, &view) == 1) {
		follow_name(&view, attr, name);
		rnl_attr_fixed(&attr[IFLA_STATS64], &stats, sizeof(stats));
		printf("counters %s: %ju packets in, %ju out\n", name, (uintmax_t)stats.rx_packets,
		       (uintmax_t)stats.tx_packets);
	}
	rnl_reply_free(done->reply);
	rnl_err_free(done->err);
}

/* Sends, receives, and takes what there is of answers. For when the socket's descriptor is ready, or its
 * time has come: that is at once when there is something to send. */
static int follow_answers(struct follower *f)
{
	struct rnl_done done;
	int ret = rnl_sock_process(f->sock, &f->err);

	while (ret >= 0 && (ret = rnl_sock_complete(f->sock, &done, 0, &f->err)) == 1)
		follow_answer(&done);
	return ret;
}
