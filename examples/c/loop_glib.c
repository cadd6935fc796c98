/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The main loop of GLib: follow the links until one is gone: loop_glib eth0
 *
 *     cc -o loop_glib loop_glib.c $(pkg-config --cflags --libs rnl glib-2.0)
 */
#include <glib.h>

#include "follow.h"

static struct follower f;
static GMainLoop *loop;
static int ret;

/* A table or a socket as a source of GLib. */
struct source {
	GSource base;
	gpointer tag;
	int (*work)(struct follower *);
	int (*left)(void);
};

/* Before each wait: how long it may be. */
static gboolean prepare(GSource *base, gint *timeout)
{
	*timeout = ((struct source *)base)->left();
	return *timeout == 0;
}

/* After each wait: is there something to do? */
static gboolean check(GSource *base)
{
	struct source *s = (struct source *)base;

	return g_source_query_unix_fd(base, s->tag) != 0 || s->left() == 0;
}

static gboolean dispatch(GSource *base, GSourceFunc callback, gpointer data)
{
	(void)callback, (void)data;
	ret = ((struct source *)base)->work(&f);
	if (ret < 0 || f.ended)
		g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = { .prepare = prepare, .check = check, .dispatch = dispatch };

static void attach(int (*work)(struct follower *), int (*left)(void), int fd, int events)
{
	GSource *base = g_source_new(&functions, sizeof(struct source));
	struct source *s = (struct source *)base;

	s->work = work;
	s->left = left;
	/* GLib's conditions are poll(2)'s. */
	s->tag = g_source_add_unix_fd(base, fd, (GIOCondition)events);
	g_source_attach(base, NULL);
	g_source_unref(base);
}

static int links_left(void) { return rnl_table_timeout(f.links); }
static int answers_left(void) { return rnl_sock_timeout(f.sock); }

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: loop_glib NAME-OF-LINK\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = follow_open(&f, argv[1]);
	if (ret >= 0) {
		attach(follow_links, links_left, rnl_table_fd(f.links), rnl_table_events(f.links));
		attach(follow_answers, answers_left, rnl_sock_fd(f.sock), rnl_sock_events(f.sock));
		loop = g_main_loop_new(NULL, FALSE);
		g_main_loop_run(loop);
		g_main_loop_unref(loop);
	}
	return follow_close(&f, ret);
}
