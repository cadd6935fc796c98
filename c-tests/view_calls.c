/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* view.c again, with the library's own functions where rnl.h has inline ones. */
#define RNL_NO_INLINE
#include "view.c"
