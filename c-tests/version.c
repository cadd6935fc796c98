/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The version is the one in Cargo.toml. */
#include "test.h"

int main(void)
{
    char line[256], wanted[32] = "";
    FILE *file = fopen("Cargo.toml", "r");

    if (!file)
        skip("no Cargo.toml here: run this from the project's folder");
    while (!*wanted && fgets(line, sizeof line, file))
        sscanf(line, "version = \"%31[^\"]\"", wanted);
    fclose(file);
    CHECK(*wanted != '\0');
    SAME_TEXT(wanted, rnl_version());
    CHECK(rnl_version() == rnl_version());
    return test_end();
}
